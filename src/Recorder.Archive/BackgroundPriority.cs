using System.Runtime.InteropServices;

namespace Recorder.Archive;

/// <summary>Lets a thread give way to those that answer somebody.</summary>
public static partial class BackgroundPriority
{
    // In Linux's scheduling a third of the share of a thread that answers, where both want to run: less, but never nothing.
    private const int OfTheIndex = 5;

    /// <summary>For the calling thread and those it starts from now on. Where it is refused, nothing changes.</summary>
    /// <param name="niceness">0 is a session's; more gives way.</param>
    public static void Enter(int niceness = OfTheIndex)
    {
        Thread.CurrentThread.Priority = ThreadPriority.BelowNormal;
        if (OperatingSystem.IsLinux())
        {
            // .NET's priorities change nothing on Linux. 0, 0: setpriority(2) for this thread alone.
            _ = SetPriority(0, 0, niceness);
        }
    }

    [LibraryImport("libc", EntryPoint = "setpriority")]
    private static partial int SetPriority(int which, int who, int niceness);
}
