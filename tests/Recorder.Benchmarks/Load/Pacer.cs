using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Recorder.Benchmarks.Load;

/// <summary>Says when things are due, at a fixed rate, whatever becomes of them.</summary>
internal static partial class Pacer
{
    /// <summary>Returns at once; a thread of its own calls.</summary>
    /// <param name="due">Number and the timestamp it was meant for; must not wait.</param>
    public static void Start(double perSecond, TimeSpan duration, Action<long, long> due, Action over, CancellationToken cancel) =>
        new Thread(() => Run(perSecond, duration, due, over, cancel)) { IsBackground = true, Name = "open loop", Priority = ThreadPriority.Highest }.Start();

    /// <summary>Starts a task whenever one is due and ends when the last of them has.</summary>
    public static async Task RunAsync(double perSecond, TimeSpan duration, Func<long, long, Task> due, CancellationToken cancel)
    {
        var (tasks, over) = (new List<Task>(), new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        Start(perSecond, duration, (number, meant) => tasks.Add(Task.Run(() => due(number, meant), CancellationToken.None)), over.SetResult, cancel);
        await over.Task;
        await Task.WhenAll(tasks);
        cancel.ThrowIfCancellationRequested();
    }

    private static void Run(double perSecond, TimeSpan duration, Action<long, long> due, Action over, CancellationToken cancel)
    {
        var begin = Stopwatch.GetTimestamp();
        var all = (long)(duration.TotalSeconds * perSecond);
        for (var number = 0L; number < all && !cancel.IsCancellationRequested; number++)
        {
            var meant = begin + (long)(number / perSecond * Stopwatch.Frequency);
            SleepUntil(meant);
            due(number, meant);
        }

        over();
    }

    // Timers of the runtime are a millisecond late; this is some 60 us.
    private static void SleepUntil(long timestamp)
    {
        while (timestamp - Stopwatch.GetTimestamp() is var left and > 0)
        {
            var time = new Timespec(left / Stopwatch.Frequency, left % Stopwatch.Frequency * (1_000_000_000 / Stopwatch.Frequency));
            _ = NanoSleep(in time, 0);
        }
    }

    [LibraryImport("libc", EntryPoint = "nanosleep")]
    private static partial int NanoSleep(in Timespec time, nint remaining);

    private readonly record struct Timespec(long Seconds, long Nanoseconds);
}
