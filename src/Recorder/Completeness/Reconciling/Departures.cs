using Recorder.Archive;
using Recorder.Ledger;
using Recorder.Ledger.State;

namespace Recorder.Completeness.Reconciling;

/// <summary>
/// Tells what left on purpose from what is missing. A segment that was rewritten still names the records that left it. Of one that was
/// removed whole the ledger keeps the day, the count and a digest of the ids, not the ids: every id of such a day counts as purged.
/// </summary>
internal sealed class Departures(ISealedLog segments, ILedger ledger)
{
    private IStateSnapshot? seen;
    private HashSet<DateOnly> removed = [];

    public HandOverState Of(RecordId id)
    {
        if (ledger.State.Get<Erasure>(RetentionKeys.Erasure(id.ToString())) is { DoneAt: not null }) return HandOverState.Erased;
        if (segments.SegmentOf(id) is not null) return HandOverState.Purged;
        var day = DateOnly.FromDateTime(RecordTime.Of(id).UtcDateTime);
        // Received a moment before midnight and appended a moment after.
        return RemovedDays().Contains(day) || (IsJustAfterMidnight(id) && RemovedDays().Contains(day.AddDays(-1))) ? HandOverState.Purged : HandOverState.Missing;
    }

    /// <summary>Whether something was removed on purpose from among an hour's records.</summary>
    public bool MayExplain(DateTimeOffset hour, long firstSequence, long lastSequence)
    {
        var state = ledger.State;
        return state.Range<PurgeRun>(RetentionKeys.Runs).SelectMany(run => state.Range<PurgeStep>(RetentionKeys.StepsOf(run.Value.Id)))
                .Any(step => step.Value is { DoneAt: not null, Plan: var plan } && plan.FirstSequence <= lastSequence && plan.LastSequence >= firstSequence)
            || state.Range<Erasure>(RetentionKeys.Erasures).Any(erasure => RecordTime.Of(erasure.Value.RecordId) is var at && at >= hour && at < hour.AddHours(1));
    }

    private HashSet<DateOnly> RemovedDays()
    {
        var state = ledger.State;
        if (ReferenceEquals(state, seen)) return removed;
        removed = [.. state.Range<PurgeRun>(RetentionKeys.Runs).SelectMany(run => state.Range<PurgeStep>(RetentionKeys.StepsOf(run.Value.Id)))
            .Where(step => step.Value is { DoneAt: not null, Plan.Act: PurgeAct.Remove }).Select(step => step.Value.Plan.Day)];
        seen = state;
        return removed;
    }

    private static bool IsJustAfterMidnight(RecordId id) => RecordTime.Of(id) is var at && at.UtcDateTime.TimeOfDay < TimeSpan.FromMinutes(10);
}
