using System.Runtime.InteropServices;
using Recorder.Archive;

namespace Recorder.Attachments;

/// <summary>
/// What a process that reads hostile files gives up: its place before others for processor and memory, files it could
/// write, and, by a filter in the kernel, everything that leads out: sockets, programs, other processes.
/// </summary>
internal static class Confinement
{
    // A tenth of the share of a session that wants to run too; the index's own threads have a third.
    private const int BehindTheIndex = 10;
    private const int LimitCore = 4, LimitFileSize = 1;
    private const int SetNoNewPrivileges = 38;
    private const int SetModeFilter = 1, ForAllThreads = 1;

    public static int ParentId => OperatingSystem.IsLinux() ? GetParentId() : 0;

    /// <summary>As much as the system offers: what is refused leaves the rest in force.</summary>
    public static void Enter()
    {
        if (!OperatingSystem.IsLinux()) return;
        BackgroundPriority.Enter(BehindTheIndex);
        DieFirst();
        _ = SetLimit(LimitCore, default);
        _ = SetLimit(LimitFileSize, default);
        if (SystemCallFilter.ForThisMachine() is { } filter) Install(filter);
    }

    // Where memory is short, the kernel should take this process and no other.
    private static void DieFirst()
    {
        try
        {
            using var score = new FileStream("/proc/self/oom_score_adj", FileMode.Open, FileAccess.Write);
            score.Write("1000"u8);
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            // A container may not allow it.
        }
    }

    private static void Install(SystemCallFilter filter)
    {
        if (ProcessControl(SetNoNewPrivileges, 1, 0, 0, 0) != 0) return;
        var pinned = GCHandle.Alloc(filter.Instructions, GCHandleType.Pinned);
        var program = new FilterProgram { Length = (ushort)filter.Instructions.Length, Instructions = pinned.AddrOfPinnedObject() };
        _ = SystemCall(filter.InstallCall, SetModeFilter, ForAllThreads, ref program);
        pinned.Free();
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct Limit
    {
        public ulong Soft, Hard;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct FilterProgram
    {
        public ushort Length;
        public nint Instructions;
    }

    private static int SetLimit(int resource, Limit limit) => SetResourceLimit(resource, ref limit);

    [DllImport("libc", EntryPoint = "getppid")]
    private static extern int GetParentId();

    [DllImport("libc", EntryPoint = "setrlimit")]
    private static extern int SetResourceLimit(int resource, ref Limit limit);

    [DllImport("libc", EntryPoint = "prctl")]
    private static extern int ProcessControl(int option, nuint a, nuint b, nuint c, nuint d);

    [DllImport("libc", EntryPoint = "syscall")]
    private static extern nint SystemCall(nint number, nint operation, nint flags, ref FilterProgram program);
}
