using System.Diagnostics;
using System.Runtime.InteropServices;
using Recorder.Benchmarks.Compare;

namespace Recorder.Benchmarks.Finding;

/// <summary>What many searches of one class took: the clock and the processor, in milliseconds, ascending.</summary>
internal sealed record Timings(IReadOnlyList<double> Clock, IReadOnlyList<double> Processor, double KilobytesEach, double MeanHits)
{
    public string Text => $"{Three(Clock)}   {Three(Processor)}   {Number.Text(KilobytesEach),7} KB {Number.Text(MeanHits),7}";

    /// <summary>Once to warm, then timed.</summary>
    public static Timings Of(IReadOnlyList<Func<long>> searches)
    {
        foreach (var search in searches) search();
        var (clock, processor, hits) = (new List<double>(), new List<double>(), 0L);
        var bytes = GC.GetAllocatedBytesForCurrentThread();
        foreach (var search in searches)
        {
            var (began, cpu) = (Stopwatch.GetTimestamp(), ThreadNanoseconds());
            hits += search();
            processor.Add((ThreadNanoseconds() - cpu) / 1e6);
            clock.Add(Stopwatch.GetElapsedTime(began).TotalMilliseconds);
        }

        bytes = GC.GetAllocatedBytesForCurrentThread() - bytes;
        return new Timings([.. clock.Order()], [.. processor.Order()], bytes / 1024.0 / searches.Count, hits / (double)searches.Count);
    }

    public static string Heads => $"{"clock p50    p95    p99",-23}   {"cpu p50    p95    p99",-23}   {"garbage",10} {"hits",7}";

    public static string Three(IReadOnlyList<double> sorted) => string.Join(' ', new double[] { 50, 95, 99 }.Select(percent => $"{Number.Percentile(sorted, percent),7:0.00}"));

    // What the other programs on the machine take does not count there.
    private static long ThreadNanoseconds()
    {
        _ = ClockGetTime(3, out var now);
        return now.Seconds * 1_000_000_000 + now.Nanoseconds;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct TimeSpec
    {
        public long Seconds;
        public long Nanoseconds;
    }

    [DllImport("libc", EntryPoint = "clock_gettime")]
    private static extern int ClockGetTime(int clock, out TimeSpec time);
}
