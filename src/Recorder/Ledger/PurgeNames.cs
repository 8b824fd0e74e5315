using System.Runtime.CompilerServices;
using Recorder.Archive;

namespace Recorder.Ledger;

/// <summary>
/// Which records a purge took away, written before and read after. They are too many for the state, so a step's plan says where in the
/// log they stand.
/// </summary>
public sealed class PurgeNames(IArchiveLog archive, ILedger ledger)
{
    // Ids and owners in one entry; some 200 kB of text.
    private const int MaxWords = 4_000;

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
