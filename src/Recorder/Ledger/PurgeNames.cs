using System.Runtime.CompilerServices;
using Recorder.Archive;
using Recorder.Ledger.State;

namespace Recorder.Ledger;

/// <summary>
/// Which records a purge took away, written before and read after. They are too many for the state, so a step's plan says where in the
/// log they stand.
/// </summary>
public sealed class PurgeNames(IArchiveLog archive, ILedger ledger)
{
    // Ids and owners in one entry; some 200 kB of text.
    private const int MaxWords = 4_000, MaxSteps = 8;

    private readonly Lock gate = new();
    private readonly Dictionary<string, IReadOnlyDictionary<RecordId, DateTimeOffset?>> known = new(StringComparer.Ordinal);
    private IStateSnapshot? seen;
    private List<PurgeStep> done = [];

    /// <summary>Steps that were carried out, of all purges.</summary>
    public IReadOnlyList<PurgeStep> Done
    {
        get
        {
            var state = ledger.State;
            lock (gate)
            {
                if (ReferenceEquals(state, seen)) return done;
                (seen, done) = (state, [.. state.Range<PurgeStep>(RetentionKeys.Steps).Select(pair => pair.Value).Where(step => step.DoneAt is not null)]);
                return done;
            }
        }
    }

    /// <summary>When a record that is gone was received.</summary>
    /// <returns>null where neither a purge nor an erasure says.</returns>
    public async ValueTask<DateTimeOffset?> ReceivedAsync(RecordId id, CancellationToken cancel)
    {
        if (ledger.State.Get<Erasure>(RetentionKeys.Erasure(id.ToString()))?.Received is { } erased) return erased;
        return await NamingAsync(id, cancel) is { } named ? named[id] ?? RecordTime.Of(id) : null;
    }

    /// <summary>Whether a purge names it.</summary>
    public async ValueTask<bool> HasAsync(RecordId id, CancellationToken cancel) => await NamingAsync(id, cancel) is not null;

    /// <summary>What a step took away, with the time it was received where that is not in the id. The steps that were asked for last are remembered.</summary>
    public async ValueTask<IReadOnlyDictionary<RecordId, DateTimeOffset?>> OfAsync(PurgeStep step, CancellationToken cancel)
    {
        var key = RetentionKeys.Step(step.Run, step.Plan.Segment);
        lock (gate)
        {
            if (known.GetValueOrDefault(key) is { } before) return before;
        }

        var records = new Dictionary<RecordId, DateTimeOffset?>();
        await foreach (var record in ReadAsync(step.Plan, step.Run, cancel))
        {
            if (RecordId.TryParse(record.Id, out var id)) records[id] = record.Received;
        }

        lock (gate)
        {
            if (known.Count >= MaxSteps) known.Clear();
            return known[key] = records;
        }
    }

    /// <returns>The position they stand behind, once they are durable.</returns>
    public async Task<long> WriteAsync(Actor actor, DateTimeOffset at, string run, string segment, IEnumerable<LeavingRecord> records)
    {
        var after = archive.DurableSequence;
        foreach (var some in Portions(records)) await ledger.AppendAsync(new PurgeStepNamed(run, segment, some) { Actor = actor, At = at }, CancellationToken.None);
        return after;
    }

    /// <returns>Nothing for a step of before records were named.</returns>
    /// <exception cref="ArchiveException">The ledger cannot be read there.</exception>
    public async IAsyncEnumerable<LeavingRecord> ReadAsync(PurgeStepPlan plan, string run, [EnumeratorCancellation] CancellationToken cancel)
    {
        if (plan.NamedAfter is not { } after) yield break;
        await foreach (var entry in archive.ReadAsync(after, EntryKinds.Events, cancel))
        {
            switch (LedgerJson.Decode(entry.Payload.Span))
            {
                case PurgeStepNamed named when named.Run == run && named.Segment == plan.Segment:
                    foreach (var record in named.Records) yield return record;
                    break;
                case PurgeStepIntended intended when intended.Run == run && intended.Plan.Segment == plan.Segment:
                    yield break;
            }
        }
    }

    /// <returns>What the step took away that names it; null where none does.</returns>
    private async ValueTask<IReadOnlyDictionary<RecordId, DateTimeOffset?>?> NamingAsync(RecordId id, CancellationToken cancel)
    {
        foreach (var step in Done.Where(step => Covers(step.Plan, id)))
        {
            if (await OfAsync(step, cancel) is var records && records.ContainsKey(id)) return records;
        }

        return null;
    }

    // The segment, before the step, went from one id to another.
    private static bool Covers(PurgeStepPlan plan, RecordId id) =>
        RecordId.TryParse(plan.FirstId, out var first) && RecordId.TryParse(plan.LastId, out var last) && first.CompareTo(id) <= 0 && id.CompareTo(last) <= 0;

    private static IEnumerable<IReadOnlyList<LeavingRecord>> Portions(IEnumerable<LeavingRecord> records)
    {
        var (some, words) = (new List<LeavingRecord>(), 0);
        foreach (var record in records)
        {
            some.Add(record);
            words += 1 + record.Owners.Count;
            if (words < MaxWords) continue;
            yield return some;
            (some, words) = ([], 0);
        }

        if (some.Count > 0) yield return some;
    }
}
