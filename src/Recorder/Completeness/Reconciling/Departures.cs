using Recorder.Archive;
using Recorder.Ledger;
using Recorder.Ledger.State;

namespace Recorder.Completeness.Reconciling;

/// <summary>
/// Tells what left on purpose from what is missing, a record at a time: by its own place in a segment, which says that it was purged, or by
/// its name in the ledger, which a purge writes before it takes anything. Purges of before that was so kept no names: then the day of a
/// segment that was removed stands for its records.
/// </summary>
internal sealed class Departures(IArchiveLog archive, ISealedLog segments, ILedger ledger)
{
    private const int MaxSteps = 16;

    private readonly PurgeNames names = new(archive, ledger);
    private readonly Lock gate = new();
    private readonly Dictionary<string, HashSet<RecordId>> known = new(StringComparer.Ordinal);
    private IStateSnapshot? seen;
    private List<PurgeStep> steps = [];

    public async ValueTask<HandOverState> OfAsync(RecordId id, CancellationToken cancel)
    {
        if (ledger.State.Get<Erasure>(RetentionKeys.Erasure(id.ToString())) is { DoneAt: not null }) return HandOverState.Erased;
        // Found there, and not as an entry: its place is marked purged.
        if (segments.SegmentOf(id) is not null) return HandOverState.Purged;
        foreach (var step in Done())
        {
            if (step.Plan.NamedAfter is null ? IsOfRemovedDay(step.Plan, id) : Covers(step.Plan, id) && (await NamesAsync(step, cancel)).Contains(id)) return HandOverState.Purged;
        }

        return HandOverState.Missing;
    }

    /// <summary>How many of an hour's records left on purpose; more than there were where a purge of before kept no names.</summary>
    public async ValueTask<long> CountAsync(DateTimeOffset hour, long firstSequence, long lastSequence, CancellationToken cancel)
    {
        var (gone, unnamed) = (new HashSet<RecordId>(), 0L);
        foreach (var step in Done().Where(step => step.Plan.FirstSequence <= lastSequence && step.Plan.LastSequence >= firstSequence))
        {
            if (step.Plan.NamedAfter is null) unnamed += step.Plan.Records;
            else gone.UnionWith((await NamesAsync(step, cancel)).Where(id => IsOf(hour, RecordTime.Of(id))));
        }

        foreach (var erasure in ledger.State.Range<Erasure>(RetentionKeys.Erasures))
        {
            if (IsOf(hour, RecordTime.Of(erasure.Value.RecordId)) && RecordId.TryParse(erasure.Value.RecordId, out var id)) gone.Add(id);
        }

        return gone.Count + unnamed;
    }

    private List<PurgeStep> Done()
    {
        var state = ledger.State;
        lock (gate)
        {
            if (ReferenceEquals(state, seen)) return steps;
            steps = [.. state.Range<PurgeStep>(RetentionKeys.Steps).Select(pair => pair.Value).Where(step => step.DoneAt is not null)];
            seen = state;
            return steps;
        }
    }

    private async ValueTask<HashSet<RecordId>> NamesAsync(PurgeStep step, CancellationToken cancel)
    {
        var key = RetentionKeys.Step(step.Run, step.Plan.Segment);
        lock (gate)
        {
            if (known.GetValueOrDefault(key) is { } before) return before;
        }

        var ids = new HashSet<RecordId>();
        await foreach (var record in names.ReadAsync(step.Plan, step.Run, cancel))
        {
            if (RecordId.TryParse(record.Id, out var id)) ids.Add(id);
        }

        lock (gate)
        {
            if (known.Count >= MaxSteps) known.Clear();
            return known[key] = ids;
        }
    }

    private static bool Covers(PurgeStepPlan plan, RecordId id) =>
        RecordId.TryParse(plan.FirstId, out var first) && RecordId.TryParse(plan.LastId, out var last) && first.CompareTo(id) <= 0 && id.CompareTo(last) <= 0;

    private static bool IsOfRemovedDay(PurgeStepPlan plan, RecordId id)
    {
        var at = RecordTime.Of(id).UtcDateTime;
        var day = DateOnly.FromDateTime(at);
        // Received a moment before midnight and appended a moment after.
        return plan.Act == PurgeAct.Remove && (plan.Day == day || (at.TimeOfDay < TimeSpan.FromMinutes(10) && plan.Day == day.AddDays(-1)));
    }

    private static bool IsOf(DateTimeOffset hour, DateTimeOffset at) => at >= hour && at < hour.AddHours(1);
}
