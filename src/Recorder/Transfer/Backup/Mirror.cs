using System.Diagnostics.Metrics;
using Recorder.Archive;
using Recorder.Archive.Copies;
using Recorder.Archive.Disk;

namespace Recorder.Transfer.Backup;

/// <summary>Keeps a second folder as a copy of the archive, a short while behind it.</summary>
public sealed partial class Mirror : BackgroundService, IMirror
{
    private readonly ArchiveSource source;
    private readonly DataPlace data;
    private readonly TimeProvider time;
    private readonly ILogger<Mirror> log;
    private readonly Meter meter = new(RecorderMetrics.MeterName);
    private volatile Round last = new(0, null, null, null, []);

    public Mirror(ArchiveSource source, DataPlace data, TimeProvider time, ILogger<Mirror> log)
    {
        (this.source, this.data, this.time, this.log) = (source, data, time, log);
        if (data.Mirror.Length == 0) return;
        meter.CreateObservableGauge("recorder.mirror.lag", () => Status!.Lag, "{entry}", "Durable entries that the mirror does not have yet.");
        meter.CreateObservableGauge("recorder.mirror.age", () => Status!.AgeSeconds, "s", "How long the oldest of them may have waited.");
    }

    public MirrorStatus? Status
    {
        get
        {
            if (data.Mirror.Length == 0) return null;
            var now = last;
            var lag = Math.Max(0, source.DurableSequence - now.Through);
            var age = lag == 0 || now.CompleteAt is not { } at ? 0 : (long)(time.GetUtcNow() - at).TotalSeconds;
            return new MirrorStatus(Path.GetFullPath(data.Mirror), now.Through, lag, age, now.CompleteAt, now.Error, now.Findings);
        }
    }

    public override void Dispose()
    {
        meter.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stopping)
    {
        if (data.Mirror.Length == 0) return;
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(data.MirrorSeconds), time);
        try
        {
            last = last with { CompleteAt = time.GetUtcNow() };
            do await RoundAsync(stopping);
            while (await timer.WaitForNextTickAsync(stopping));
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
        }
    }

    /// <param name="CompleteAt">When a look found nothing that was not copied; the start before the first.</param>
    private sealed record Round(long Through, object? Segments, DateTimeOffset? CompleteAt, string? Error, IReadOnlyList<string> Findings);

    private async Task RoundAsync(CancellationToken stopping)
    {
        var (at, segments) = (time.GetUtcNow(), source.Segments);
        if (last.Error is null && last.Through == source.DurableSequence && ReferenceEquals(last.Segments, segments))
        {
            last = last with { CompleteAt = at };
            return;
        }

        try
        {
            await Task.Yield();
            // Held for a round only, so that a folder that was unmounted can be mounted again.
            using var target = CopyTarget.Open(new RealDisk(data.Mirror));
            var report = await source.CopyAsync(target, withKeys: true, withFileKeys: false, null, stopping);
            Tell(report);
            last = new Round(report.Through, segments, at, null, [.. report.Findings.Select(finding => $"{finding.Path}: {finding.Problem}")]);
            await source.RecordMirrorAsync(Path.GetFullPath(data.Mirror), report.Through, at, stopping);
        }
        catch (Exception error) when (error is CopyRefusedException or IOException or UnauthorizedAccessException or ArchiveException)
        {
            if (last.Error != error.Message) LogFailed(log, data.Mirror, error.Message);
            last = last with { Error = error.Message };
        }
    }

    private void Tell(CopyReport report)
    {
        if (last.Error is not null) LogAgain(log, data.Mirror, report.Through);
        foreach (var finding in report.Findings.Where(finding => !last.Findings.Contains($"{finding.Path}: {finding.Problem}"))) LogFinding(log, finding.Path, finding.Problem);
    }

    [LoggerMessage(3501, LogLevel.Error, "The mirror in {Path} cannot be kept: {Problem}")]
    private static partial void LogFailed(ILogger log, string path, string problem);

    [LoggerMessage(3502, LogLevel.Information, "The mirror in {Path} is kept again, through entry {Through}")]
    private static partial void LogAgain(ILogger log, string path, long through);

    [LoggerMessage(3503, LogLevel.Error, "The mirror met damage in the archive, in {Path}: {Problem}")]
    private static partial void LogFinding(ILogger log, string path, string problem);
}
