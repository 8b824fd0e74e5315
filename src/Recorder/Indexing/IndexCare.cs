using Recorder.Archive;
using Recorder.Search;

namespace Recorder.Indexing;

/// <summary>
/// Keeps the mail index whole behind the follower's back: makes lost partitions anew from the log, the newest first, while
/// everything else answers, and compares log and index once a day.
/// </summary>
/// <param name="prepare">The documents of one entry. Never fails for what the entry holds.</param>
public sealed partial class IndexCare(
    IArchiveLog archive, IMailIndex index, Func<LogEntry, CancellationToken, Task<IReadOnlyList<SearchDocument>>> prepare, TimeProvider time, ILogger<IndexCare> log)
{
    private static readonly TimeSpan LookAgain = TimeSpan.FromSeconds(5), FirstCheck = TimeSpan.FromMinutes(10), CheckInterval = TimeSpan.FromDays(1);

    // Reading every byte of a year's index is an hour of disk time.
    private const int ChecksUntilAllBytes = 7;

    private readonly Lock gate = new();
    private TaskCompletionSource<CoverageReport>? asked;
    private CoverageReport? last;
    private string? lastError;
    private long rebuiltThrough = -1;
    private int checks, before = int.MaxValue;

    public CareStatus Status => new(index.Gaps, Interlocked.Read(ref rebuiltThrough) is >= 0 and var through ? through : null, last, lastError);

    /// <summary>A comparison as soon as no rebuild runs, every byte included.</summary>
    public Task<CoverageReport> CheckAsync()
    {
        lock (gate) return (asked ??= new(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
    }

    /// <summary>Runs until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancel)
    {
        var due = time.GetUtcNow() + FirstCheck;
        while (!cancel.IsCancellationRequested)
        {
            try
            {
                while (NextGap is { } gap) await FillAsync(gap, cancel);
                if (Asked() is { } wish) await AnswerAsync(wish, cancel);
                else if (time.GetUtcNow() >= due) await CompareAsync(++checks % ChecksUntilAllBytes == 0, cancel);
                else await Task.Delay(LookAgain, time, cancel).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                if (last is { } done) due = done.At + CheckInterval;
            }
            catch (Exception error) when (error is not OperationCanceledException || !cancel.IsCancellationRequested)
            {
                lastError = error.Message;
                LogFailed(log, error);
                await Task.Delay(LookAgain, time, cancel).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    /// <summary>The newest; after a failure the next older one, so that one that cannot be filled holds up no other.</summary>
    private IndexGap? NextGap => index.Gaps is var gaps ? gaps.LastOrDefault(gap => gap.Partition < before) ?? gaps.LastOrDefault() : null;

    private TaskCompletionSource<CoverageReport>? Asked()
    {
        lock (gate)
        {
            var wish = asked;
            asked = null;
            return wish;
        }
    }

    private async Task AnswerAsync(TaskCompletionSource<CoverageReport> wish, CancellationToken cancel)
    {
        try
        {
            wish.SetResult(await CompareAsync(allBytes: true, cancel));
        }
        catch (Exception error)
        {
            wish.TrySetException(error);
            throw;
        }
    }

    private async Task<CoverageReport> CompareAsync(bool allBytes, CancellationToken cancel)
    {
        var report = await new CoverageCheck(archive, index, prepare, time).RunAsync(allBytes, cancel);
        (last, lastError) = (report, null);
        if (report.Missing > 0 || report.DamagedPartitions > 0) LogFound(log, report.Missing, report.Repaired, report.DamagedPartitions ?? 0);
        if (report.Strays > 0) LogStrays(log, report.Strays);
        return report;
    }

    private async Task FillAsync(IndexGap gap, CancellationToken cancel)
    {
        LogBegins(log, gap.Partition, gap.Entries, gap.Reason);
        var (after, through) = (gap.After.GetValueOrDefault(archive.Lane), gap.Through.GetValueOrDefault(archive.Lane));
        var taken = 0L;
        before = gap.Partition;
        try
        {
            using var rebuild = index.BeginRebuild(gap);
            await foreach (var piece in LogPieces.Of(UpTo(through, archive.ReadAsync(after, EntryKinds.Mail, cancel))))
            {
                var documents = new List<SearchDocument>(piece.Count);
                foreach (var entry in piece) documents.AddRange(await prepare(entry, cancel));
                rebuild.Add(documents);
                taken += piece.Count;
                Interlocked.Exchange(ref rebuiltThrough, piece[^1].Position.Sequence);
            }

            rebuild.Finish();
            await RemoveGoneAsync(after, through, taken, cancel);
        }
        finally
        {
            Interlocked.Exchange(ref rebuiltThrough, -1);
        }

        (lastError, before) = (null, int.MaxValue);
        LogEnds(log, gap.Partition);
    }

    /// <summary>What was purged or erased while nobody could see the new partition is taken out of it.</summary>
    private async Task RemoveGoneAsync(long after, long through, long taken, CancellationToken cancel)
    {
        var kept = 0L;
        await foreach (var _ in UpTo(through, archive.ReadAsync(after, EntryKinds.Mail, cancel))) kept++;
        if (kept >= taken) return;
        var ids = new HashSet<string>(StringComparer.Ordinal);
        await foreach (var entry in UpTo(through, archive.ReadAsync(after, EntryKinds.Mail, cancel))) ids.Add(entry.Id.ToString());
        index.Remove(archive.Lane, after + 1, through, id => !ids.Contains(id));
        index.Expunge(cancel);
    }

    private static async IAsyncEnumerable<LogEntry> UpTo(long through, IAsyncEnumerable<LogEntry> entries)
    {
        await foreach (var entry in entries)
        {
            if (entry.Position.Sequence > through) yield break;
            yield return entry;
        }
    }

    [LoggerMessage(2230, LogLevel.Warning, "Partition {Partition} of the mail index is made anew from the log ({Entries} entries): {Reason}")]
    private static partial void LogBegins(ILogger log, int partition, long entries, string reason);

    [LoggerMessage(2231, LogLevel.Information, "Partition {Partition} of the mail index is whole again")]
    private static partial void LogEnds(ILogger log, int partition);

    [LoggerMessage(2232, LogLevel.Warning, "The mail index lacked {Missing} records, of which {Repaired} are indexed again; {Damaged} of its partitions are damaged")]
    private static partial void LogFound(ILogger log, long missing, long repaired, int damaged);

    [LoggerMessage(2234, LogLevel.Warning, "The mail index held {Strays} records that have left the log; they are taken out")]
    private static partial void LogStrays(ILogger log, long strays);

    [LoggerMessage(2233, LogLevel.Error, "The mail index could not be looked after; trying again")]
    private static partial void LogFailed(ILogger log, Exception error);
}
