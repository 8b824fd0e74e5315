using Recorder.Archive;
using Recorder.Ledger;
using Recorder.Ledger.State;

namespace Recorder.Completeness.Reconciling;

/// <summary>
/// Tells what left on purpose from what is missing, a record at a time: by its own place in a segment, which says that it was purged, or by
/// its name in the ledger, which a purge writes before it takes anything. Purges of before that was so kept no names: then the day of a
/// segment that was removed stands for its records.
/// </summary>
internal sealed class Departures(ISealedLog segments, ILedger ledger, PurgeNames names)
{
    public async ValueTask<HandOverState> OfAsync(RecordId id, CancellationToken cancel)
    {
        if (ledger.State.Get<Erasure>(RetentionKeys.Erasure(id.ToString())) is { DoneAt: not null }) return HandOverState.Erased;
        // Found there, and not as an entry: its place is marked purged.
        if (segments.SegmentOf(id) is not null || await names.HasAsync(id, cancel)) return HandOverState.Purged;
        return names.Done.Any(step => step.Plan.NamedAfter is null && IsOfRemovedDay(step.Plan, id)) ? HandOverState.Purged : HandOverState.Missing;
    }

    /// <summary>How many of an hour's records left on purpose; more than there were where a purge of before kept no names.</summary>
    public async ValueTask<long> CountAsync(DateTimeOffset hour, long firstSequence, long lastSequence, CancellationToken cancel)
    {
        var (gone, unnamed) = (new HashSet<RecordId>(), 0L);
        foreach (var step in names.Done.Where(step => step.Plan.FirstSequence <= lastSequence && step.Plan.LastSequence >= firstSequence))
        {
            if (step.Plan.NamedAfter is null) unnamed += step.Plan.Records;
            else gone.UnionWith((await names.OfAsync(step, cancel)).Keys.Where(id => IsOf(hour, RecordTime.Of(id))));
        }

        foreach (var erasure in ledger.State.Range<Erasure>(RetentionKeys.Erasures))
        {
            if (IsOf(hour, RecordTime.Of(erasure.Value.RecordId)) && RecordId.TryParse(erasure.Value.RecordId, out var id)) gone.Add(id);
        }

        return gone.Count + unnamed;
    }

    private static bool IsOfRemovedDay(PurgeStepPlan plan, RecordId id)
    {
        var at = RecordTime.Of(id).UtcDateTime;
        var day = DateOnly.FromDateTime(at);
        // Received a moment before midnight and appended a moment after.
        return plan.Act == PurgeAct.Remove && (plan.Day == day || (at.TimeOfDay < TimeSpan.FromMinutes(10) && plan.Day == day.AddDays(-1)));
    }

    private static bool IsOf(DateTimeOffset hour, DateTimeOffset at) => at >= hour && at < hour.AddHours(1);
}
