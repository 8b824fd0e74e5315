using System.Text.Json;
using Microsoft.Extensions.Options;
using Recorder.Archive;
using Recorder.Archive.Disk;
using Recorder.Archive.Segments;
using Recorder.Ledger;

namespace Recorder.Evidence;

/// <summary>How far the reading of the whole archive is.</summary>
/// <param name="StartedAt">Of the round under way; null between two.</param>
/// <param name="Findings">Of the round under way.</param>
/// <param name="Last">The newest whole round; null before the first.</param>
public sealed record CheckStatus(DateTimeOffset? StartedAt, long DoneBytes, long TotalBytes, long Findings, ArchiveCheckState? Last, DateTimeOffset? NextAt, string? Problem);

/// <summary>
/// Reads everything that is kept, segment after segment, at a bounded rate, again and again. Where it is stands in a small file,
/// so that a restart goes on; what it finds goes into the log, the health page and the ledger.
/// </summary>
public sealed partial class ArchiveCheck(
    MailArchive archive, ArchiveTrust trust, ILedger ledger, IDisk place, IOptions<EvidenceOptions> options, TimeProvider time, ILogger<ArchiveCheck> log)
{
    public const string FileName = "check.json";
    private static readonly TimeSpan PauseStep = TimeSpan.FromMilliseconds(50);

    private volatile Round? round;
    private volatile string? problem;
    private long done;

    public CheckStatus Status
    {
        get
        {
            var (now, last) = (round, Last);
            return new CheckStatus(
                now?.StartedAt, now is null ? 0 : now.Bytes + Interlocked.Read(ref done), now is null ? 0 : TotalBytes(), now?.Findings ?? 0, last,
                options.Value.Check ? NextAt(last) : null, problem);
        }
    }

    private ArchiveCheckState? Last => ledger.State.Get<ArchiveCheckState>(EvidenceKeys.Check);

    /// <summary>The work of the job: begins a round where one is due, or goes on with one.</summary>
    public async Task RunAsync(CancellationToken cancel)
    {
        try
        {
            problem = null;
            var now = Load() is { } begun ? begun : IsDue() ? new Round(time.GetUtcNow(), 0, 0, 0, 0, 0, []) : null;
            if (now is not null) await RunAsync(now, cancel);
        }
        catch (Exception error) when (error is ArchiveException or IOException)
        {
            problem = error.Message;
            LogFailed(log, error);
        }
        finally
        {
            round = null;
        }
    }

    /// <param name="Through">The first position of the segment that was read last.</param>
    private sealed record Round(DateTimeOffset StartedAt, long Through, long Segments, long Records, long Bytes, long Findings, IReadOnlyList<string> Problems);

    private bool IsDue() => options.Value.Check && archive.Segments.Count > 0 && (NextAt(Last) is not { } next || time.GetUtcNow() >= next);

    private DateTimeOffset? NextAt(ArchiveCheckState? last) => last?.StartedAt.AddDays(options.Value.CheckDays);

    private async Task RunAsync(Round now, CancellationToken cancel)
    {
        round = now;
        var pace = new Pace(options.Value.CheckMegabytesPerSecond * 1_000_000L, time);
        while (archive.Segments.FirstOrDefault(segment => segment.FirstSequence > now.Through) is { } segment)
        {
            Interlocked.Exchange(ref done, 0);
            var findings = await Task.Factory.StartNew(() => Read(segment, pace, cancel), cancel, TaskCreationOptions.LongRunning, TaskScheduler.Default);
            now = With(now, findings) with
            {
                Through = segment.FirstSequence, Segments = now.Segments + 1, Records = now.Records + segment.EntryCount, Bytes = now.Bytes + segment.StoredBytes,
            };
            Interlocked.Exchange(ref done, 0);
            Save(round = now);
        }

        var rest = new List<VerifyFinding>();
        await foreach (var finding in archive.VerifyAsync(new Archive.Log.VerifyWish { Sample = 0, Trust = trust.Now() }, cancel)) rest.Add(finding);
        await EndAsync(With(now, rest), cancel);
    }

    private IReadOnlyList<VerifyFinding> Read(SegmentInfo segment, Pace pace, CancellationToken cancel)
    {
        BackgroundPriority.Enter();
        var findings = archive.Verify(segment, trust.Now(), bytes => Tell(bytes, pace, cancel), cancel);
        // Purged or rewritten meanwhile: then what was read is not what is there.
        return archive.Current(segment.Name)?.Name == segment.Name ? findings : [];
    }

    private void Tell(long bytes, Pace pace, CancellationToken cancel)
    {
        Interlocked.Add(ref done, bytes);
        if (pace.After(bytes) is var pause && pause > PauseStep) Task.Delay(pause, time, cancel).GetAwaiter().GetResult();
    }

    private Round With(Round now, IReadOnlyList<VerifyFinding> findings)
    {
        foreach (var finding in findings) LogFinding(log, finding.Segment, finding.Id?.ToString() ?? finding.Position?.ToString() ?? "", finding.Problem);
        var words = findings.Select(finding => $"{finding.Segment} {finding.Id?.ToString() ?? finding.Position?.ToString()}: {finding.Problem}");
        return now with { Findings = now.Findings + findings.Count, Problems = [.. now.Problems.Concat(words).Take(ArchiveChecked.MaxProblems)] };
    }

    private async Task EndAsync(Round now, CancellationToken cancel)
    {
        await ledger.AppendAsync(
            new ArchiveChecked(now.StartedAt, now.Segments, now.Records, now.Bytes, now.Findings, now.Problems) { Actor = Actor.System("evidence"), At = time.GetUtcNow() }, cancel);
        place.Delete(FileName);
        LogEnded(log, now.Segments, now.Records, now.Bytes, now.Findings);
    }

    private long TotalBytes() => archive.Segments.Sum(segment => segment.StoredBytes);

    // A file that cannot be read costs a round from its beginning.
    private Round? Load()
    {
        try
        {
            if (!place.Exists(FileName)) return null;
            using var file = place.Open(FileName, DiskMode.Read);
            var bytes = new byte[file.Length];
            file.Read(0, bytes);
            return JsonSerializer.Deserialize<Round>(bytes) is { Problems: not null } found && options.Value.Check ? found : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private void Save(Round now) => DurableFile.Write(place, FileName, stream => JsonSerializer.Serialize(stream, now), replace: true);

    [LoggerMessage(3611, LogLevel.Error, "Reading the archive found in {Where} {What}: {Problem}")]
    private static partial void LogFinding(ILogger log, string where, string what, string problem);

    [LoggerMessage(3612, LogLevel.Information, "The whole archive was read: {Segments} segments, {Records} entries, {Bytes} bytes, {Findings} findings")]
    private static partial void LogEnded(ILogger log, long segments, long records, long bytes, long findings);

    [LoggerMessage(3613, LogLevel.Error, "Reading the archive was cut short; it goes on later")]
    private static partial void LogFailed(ILogger log, Exception error);
}

/// <summary>So many bytes a second on average, since the last long rest.</summary>
internal sealed class Pace(long bytesPerSecond, TimeProvider time)
{
    private long began = time.GetTimestamp();
    private long bytes;

    /// <returns>How long to wait after these.</returns>
    public TimeSpan After(long read)
    {
        bytes += read;
        var ahead = TimeSpan.FromSeconds((double)bytes / bytesPerSecond) - time.GetElapsedTime(began);
        // What was not used of the past is not made up for.
        if (ahead < TimeSpan.Zero) (began, bytes) = (time.GetTimestamp(), 0);
        return ahead;
    }
}
