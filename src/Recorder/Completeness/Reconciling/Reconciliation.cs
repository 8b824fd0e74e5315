using Recorder.Completeness.MailLogs;

namespace Recorder.Completeness.Reconciling;

/// <summary>
/// Compares a mail server's log with the archive, in both directions: every delivery that the log says we took must be recorded and
/// findable, and every record of the span must be in the log. The log is read once; memory grows by a bit a position of the
/// archive in the span, and by what is in doubt.
/// </summary>
/// <param name="found">Told of each gap as it is seen.</param>
public sealed class Reconciliation(IReconcileDesk desk, ReconcileWish wish, Action<Gap> found)
{
    // Kept for a second look when the index has caught up; what is more counts as not indexed at once.
    private const int MaxSecondLooks = 100_000;

    // A line so far outside the span may still be about a record inside it.
    private readonly TimeSpan margin = wish.Edge > ReconcileWish.DefaultEdge ? wish.Edge : ReconcileWish.DefaultEdge;
    private readonly KnownRecords known = new();
    private readonly Dictionary<GapKind, long> gaps = [];
    private readonly List<HandOver> second = [];
    private readonly HookCounts hooks = new(wish.Hook);
    private long lines, unreadable, deliveries, attempts, complete, purged, erased, judged;
    private DateTimeOffset? first, last;
    private Task asked = Task.CompletedTask;

    /// <summary>Reads a log to its end.</summary>
    /// <param name="tick">Called now and then.</param>
    public async Task ReadAsync(MailLog log, Action tick, CancellationToken cancel)
    {
        var batch = new List<HandOver>(LookUpRequest.MaxItems);
        while (log.Next() is { } delivery)
        {
            if (!Concerns(delivery)) continue;
            batch.Add(delivery);
            if (batch.Count < LookUpRequest.MaxItems) continue;
            await AskAsync(batch, cancel);
            batch = new List<HandOver>(LookUpRequest.MaxItems);
            tick();
        }

        await AskAsync(batch, cancel);
        await asked;
        (lines, unreadable) = (lines + log.Lines, unreadable + log.Unreadable);
        if (log.First is { } begin && (first is null || begin < first)) first = begin;
        if (log.Last is { } end && (last is null || end > last)) last = end;
    }

    /// <summary>Looks again at what the index had not come to, then the other way round.</summary>
    /// <param name="tell">Positions looked at, and how many there are.</param>
    public async Task<ReconcileSummary> EndAsync(Action<double, double> tell, CancellationToken cancel)
    {
        await LookAgainAsync(cancel);
        var (from, until) = (Later(first + wish.Edge, wish.Since), Earlier(last - wish.Edge, wish.Until));
        if (from >= until) (from, until) = (null, null);
        if (from is { } begin && until is { } end) await FindUnknownAsync(begin, end, tell, cancel);
        return new ReconcileSummary(
            lines, unreadable, first, last, deliveries, attempts, complete, purged, erased, hooks.WithoutId, from, until, judged,
            gaps.OrderBy(pair => pair.Key).ToDictionary());
    }

    private bool Concerns(HandOver delivery)
    {
        if (delivery.At < wish.Since - margin || delivery.At >= wish.Until + margin) return false;
        hooks.Add(delivery, InSpan(delivery));
        if (delivery.Record is not null) return true;
        if (InSpan(delivery) && hooks.IsGap(delivery)) Report(GapKind.WithoutId, delivery);
        return false;
    }

    private bool InSpan(HandOver delivery) => !(delivery.At < wish.Since) && !(delivery.At >= wish.Until);

    // While one lot is looked up, the next is read.
    private async Task AskAsync(List<HandOver> batch, CancellationToken cancel)
    {
        await asked;
        asked = batch.Count == 0 ? Task.CompletedTask : LookUpAsync(batch, isSecond: false, cancel);
    }

    private async Task LookUpAsync(List<HandOver> batch, bool isSecond, CancellationToken cancel)
    {
        var answer = await desk.LookUpAsync(
            new LookUpRequest([.. batch.Select(one => one.Record!.Value.ToString())], [.. batch.Select(one => one.Recipient)]), cancel);
        for (var at = 0; at < batch.Count; at++)
        {
            known.Add(answer.Sequences[at], answer.Places[at], answer.Counts[at]);
            if (InSpan(batch[at])) Take(batch[at], answer.States[at], isSecond);
        }
    }

    private void Take(HandOver delivery, HandOverState state, bool isSecond)
    {
        if (!isSecond) (deliveries, attempts) = delivery.IsSent ? (deliveries + 1, attempts) : (deliveries, attempts + 1);
        switch (state)
        {
            case HandOverState.Complete: complete++; break;
            case HandOverState.Purged: purged++; break;
            case HandOverState.Erased: erased++; break;
            case HandOverState.NotIndexedYet when !isSecond && second.Count < MaxSecondLooks: second.Add(delivery); break;
            case HandOverState.NotIndexed or HandOverState.NotIndexedYet: Report(GapKind.NotIndexed, delivery); break;
            case HandOverState.OtherRecipients: Report(GapKind.OtherRecipients, delivery); break;
            case HandOverState.Damaged: Report(GapKind.Damaged, delivery); break;
            default: Report(GapKind.Missing, delivery); break;
        }
    }

    private async Task LookAgainAsync(CancellationToken cancel)
    {
        if (second.Count == 0) return;
        await desk.StandAsync(cancel);
        foreach (var batch in second.Chunk(LookUpRequest.MaxItems)) await LookUpAsync([.. batch], isSecond: true, cancel);
    }

    private async Task FindUnknownAsync(DateTimeOffset from, DateTimeOffset until, Action<double, double> tell, CancellationToken cancel)
    {
        var (begin, end) = (await desk.SequenceBeforeAsync(from, cancel), (await desk.StandAsync(cancel)).DurableSequence);
        for (var after = KnownRecords.PageStart(begin); ; after += StretchRequest.WindowSequences)
        {
            var answer = await desk.StretchAsync(new StretchRequest(after, from, until, known.PageAfter(after), wish.Peer), cancel);
            judged += answer.Records;
            foreach (var row in answer.Unknown) Report(row);
            tell(Math.Max(0, after - begin), end - begin);
            if (answer.IsLast) return;
        }
    }

    private void Report(RecordedRow row)
    {
        // A record whose envelope cannot be read is named without recipients.
        var strangers = row.Recipients.Where((_, place) => !known.Knows(row.Sequence, place)).DefaultIfEmpty("");
        foreach (var recipient in strangers) Report(new Gap(GapKind.NotInLog, row.AppendedAt, row.Id, recipient));
    }

    private void Report(GapKind kind, HandOver delivery) => Report(new Gap(
        kind, delivery.At, delivery.Record?.ToString(), delivery.Recipient, delivery.QueueId, delivery.Status, delivery.Relay));

    private void Report(Gap gap)
    {
        gaps[gap.Kind] = gaps.GetValueOrDefault(gap.Kind) + 1;
        found(gap);
    }

    private static DateTimeOffset? Later(DateTimeOffset? one, DateTimeOffset? other) => one is null || other > one ? other ?? one : one;

    private static DateTimeOffset? Earlier(DateTimeOffset? one, DateTimeOffset? other) => one is null || other < one ? other ?? one : one;
}
