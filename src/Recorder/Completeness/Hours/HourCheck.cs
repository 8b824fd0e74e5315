using Recorder.Archive;
using Recorder.Completeness.Reconciling;
using Recorder.Indexing;
using Recorder.Ledger;

namespace Recorder.Completeness.Hours;

/// <summary>
/// Compares the hours with the index, once a minute: an hour that was found whole is not looked at again unless a part of the index is
/// being made anew. Where records are not found, the archive is read to tell what is missing from what was removed.
/// </summary>
public sealed partial class HourCheck(
    HourlyLedger hours, IArchiveLog archive, ISealedLog segments, ILedger ledger, IndexPresence index, IIndexProgress progress, Func<IReadOnlyList<Search.IndexGap>> gaps,
    PurgeNames names, TimeProvider time, ILogger<HourCheck> log) : ICompleteness
{
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(1), LookAgain = TimeSpan.FromMilliseconds(500), Grace = TimeSpan.FromMinutes(15);

    // An hour with a gap is read again now and then: somebody may have mended it.
    private const int RoundsUntilAgain = 10, Never = 0;

    private readonly Dictionary<DateTimeOffset, (HourRow Row, int NextRound)> seen = [];
    private readonly Departures departures = new(segments, ledger, names);
    private volatile CompletenessReport report = new(null, [], 0);
    private int round;

    public CompletenessReport Report => report with { Uncounted = Math.Max(0, archive.DurableSequence - hours.Through) };

    public async Task RunAsync(CancellationToken cancel)
    {
        await UntilCountedAsync(cancel);
        while (!cancel.IsCancellationRequested)
        {
            try
            {
                await LookAsync(cancel);
            }
            catch (Exception error) when (error is not OperationCanceledException || !cancel.IsCancellationRequested)
            {
                LogFailed(log, error);
            }
            catch (OperationCanceledException)
            {
                return;
            }

            await Task.Delay(Interval, time, cancel).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    // Before everything that was there at the start is counted, nothing can be said of it: least of all that it is complete.
    private async Task UntilCountedAsync(CancellationToken cancel)
    {
        var atStart = archive.DurableSequence;
        while (hours.Through < atStart && !cancel.IsCancellationRequested) await Task.Delay(LookAgain, time, cancel).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    internal async Task LookAsync(CancellationToken cancel)
    {
        round++;
        var counts = hours.Hours;
        var rows = new List<HourRow>(counts.Count);
        foreach (var count in counts) rows.Add(await LookAsync(count, cancel));
        foreach (var gone in seen.Keys.Except(counts.Select(count => count.Hour)).ToList()) seen.Remove(gone);
        report = new CompletenessReport(time.GetUtcNow(), rows, 0);
    }

    private async Task<HourRow> LookAsync(HourCount count, CancellationToken cancel)
    {
        if (seen.TryGetValue(count.Hour, out var last) && last.Row.Count.Records == count.Records && round < last.NextRound && !IsBeingRebuilt(count)) return last.Row with { Count = count };
        var (row, pause) = await CompareAsync(count, cancel);
        seen[count.Hour] = (row, pause == Never ? int.MaxValue : round + pause);
        return row;
    }

    /// <returns>The row, and after how many rounds it is to be looked at again.</returns>
    private async Task<(HourRow Row, int Pause)> CompareAsync(HourCount count, CancellationToken cancel)
    {
        var through = progress.Status.Through;
        var found = index.Count(count.FirstSequence, count.LastSequence);
        if (found >= count.Records) return (new HourRow(count, count.Records, count.Records, 0, 0), Never);
        // The index is still on its way here: nothing is missing yet, unless it takes too long.
        if (count.LastSequence > through) return (new HourRow(count, count.Records, found, time.GetUtcNow() > count.Hour.AddHours(1) + Grace ? count.Records - found : 0, 0), 1);
        var kept = await KeptAsync(count, cancel);
        var gone = kept < count.Records ? await departures.CountAsync(count.Hour, count.FirstSequence, count.LastSequence, cancel) : 0;
        var lost = Math.Max(0, count.Records - kept - gone);
        return (new HourRow(count, kept, found, Math.Max(0, kept - found), lost), kept == found && lost == 0 ? Never : RoundsUntilAgain);
    }

    private async Task<long> KeptAsync(HourCount count, CancellationToken cancel)
    {
        var kept = 0L;
        await foreach (var entry in archive.ReadAsync(count.FirstSequence - 1, EntryKinds.Mail, cancel))
        {
            if (entry.Position.Sequence > count.LastSequence) break;
            kept++;
        }

        return kept;
    }

    private bool IsBeingRebuilt(HourCount count) => gaps().Any(gap =>
        gap.After.GetValueOrDefault(archive.Lane) < count.LastSequence && gap.Through.GetValueOrDefault(archive.Lane) >= count.FirstSequence);

    [LoggerMessage(2273, LogLevel.Error, "The hours could not be compared with the index; trying again")]
    private static partial void LogFailed(ILogger log, Exception error);
}
