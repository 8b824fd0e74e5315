using System.Diagnostics;
using Recorder.Benchmarks.Compare;
using Recorder.Benchmarks.Load;
using Recorder.SystemTests.Peers;

namespace Recorder.Benchmarks.Soak;

/// <summary>Looks at the process every few seconds, prints a line now and then, and judges growth at the end.</summary>
internal sealed class SoakWatch(RecorderProcess recorder, Meters meters, Tally tally, LagProbes probes, SoakUsers users, TimeSpan time, Action<string> say)
{
    // Below these, growth is noise of the garbage collector, of merges and of the thread pool.
    private const double FlatMegabytes = 40, FlatHandles = 20, FlatThreads = 10, FlatLagSeconds = 1;
    private const int MinutesToJudge = 10;

    // After the last restart caches fill and code is compiled.
    private const double SkippedShareOfStretch = 0.25;

    private readonly TimeSpan between = TimeSpan.FromSeconds(5);
    private readonly TimeSpan printed = time.TotalMinutes >= MinutesToJudge ? TimeSpan.FromMinutes(1) : TimeSpan.FromSeconds(15);
    private readonly Stopwatch clock = Stopwatch.StartNew();
    private readonly List<Sample> samples = [];
    private readonly List<(double Minutes, double Seconds)> lags = [];
    private double stretchBegan = double.MaxValue, stretchEnded;

    public void BeginStretch() => stretchBegan = clock.Elapsed.TotalMinutes;

    public async Task RunAsync(CancellationToken cancel)
    {
        clock.Restart();
        var next = printed;
        while (!cancel.IsCancellationRequested)
        {
            await Task.Delay(between, cancel).ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
            var sample = await Sample.TakeAsync(recorder, meters, clock.Elapsed.TotalMinutes, CancellationToken.None);
            if (sample is not null)
            {
                samples.Add(sample);
            }

            if (clock.Elapsed >= next)
            {
                next += printed;
                Print(sample);
            }
        }

        Print(samples.LastOrDefault());
        stretchEnded = clock.Elapsed.TotalMinutes;
    }

    /// <summary>Prints the slopes.</summary>
    /// <returns>Whether nothing grows; true where the run was too short to tell.</returns>
    public bool Judge()
    {
        var from = stretchBegan + (stretchEnded - stretchBegan) * SkippedShareOfStretch;
        var stretch = samples.Where(sample => sample.Minutes >= from).ToList();
        Trend[] trends =
        [
            Trend.Of("memory (RSS)", "MB", Points(sample => sample.Rss), FlatMegabytes),
            Trend.Of("heap after a collection", "MB", Points(sample => sample.Heap), FlatMegabytes),
            Trend.Of("file handles", "", Points(sample => sample.Handles), FlatHandles),
            Trend.Of("threads", "", Points(sample => sample.Threads), FlatThreads),
            Trend.Of("time until findable", "s", [.. lags.Where(lag => lag.Minutes >= from)], FlatLagSeconds),
        ];
        foreach (var trend in trends)
        {
            say(trend.Text);
        }

        foreach (var trouble in users.Troubles)
        {
            say($"trouble of a user: {trouble}");
        }

        var isLongEnough = time.TotalMinutes >= MinutesToJudge;
        say($"stretch of {stretch.Count} samples; {(!isLongEnough ? "too short to judge growth" : trends.All(trend => trend.IsFlat) ? "everything is flat" : "SOMETHING GROWS")}");
        return (!isLongEnough || trends.All(trend => trend.IsFlat)) && users.Troubles.Count == 0;

        IReadOnlyList<(double, double)> Points(Func<Sample, double> value) => [.. stretch.Select(sample => (sample.Minutes, value(sample)))];
    }

    private void Print(Sample? sample)
    {
        var (times, newLags) = (tally.TakeTimes(), TakeLags());
        var segments = Path.Combine(recorder.DataPath, "archive", "segments");
        say($"minute {clock.Elapsed.TotalMinutes:F1}: {sample?.Text ?? "away"}; findable p99 {Number.Text(Number.Percentile(newLags, 99))} s of {newLags.Count}, {probes.NotBegun} not searched for; "
            + $"reply p50 {Number.Text(Number.Percentile(times, 50))} ms, p99 {Number.Text(Number.Percentile(times, 99))} ms; disk {Number.Text(Sample.DiskUse(recorder.DataPath))} MB, "
            + $"{(Directory.Exists(segments) ? Directory.EnumerateFiles(segments, "*", SearchOption.AllDirectories).Count() : 0)} sealed files; "
            + $"sent {tally.Sent}, acknowledged {tally.Acknowledged}, refused {tally.Refused}, unknown {tally.Unknown}; searches {users.Searches}, views {users.Views}, resends {users.Resends}"
            + (users.Troubles.Count > 0 ? $", TROUBLES {users.Troubles.Count}" : ""));
    }

    private List<double> TakeLags()
    {
        List<double> fresh = [];
        while (probes.Seconds.TryDequeue(out var seconds))
        {
            fresh.Add(seconds);
            lags.Add((clock.Elapsed.TotalMinutes, seconds));
        }

        return [.. fresh.Order()];
    }
}
