using Recorder.Archive.Proofs;
using Recorder.Ledger;

namespace Recorder.Evidence;

/// <summary>What this installation knows of its archive besides the archive: its key, and what the ledger says.</summary>
public sealed class ArchiveTrust(ILedger ledger, SigningKey key)
{
    public LogTrust Now()
    {
        var state = ledger.State;
        var known = state.Get<SigningKeyState>(EvidenceKeys.SigningKey);
        var ours = known?.KeyId == key.KeyId ? known : null;
        var purged = new Lazy<Dictionary<string, long>>(() => PurgedUnderAnother(state, ours));
        return new LogTrust
        {
            Key = key.LogKey,
            MarkedFrom = Math.Min(key.MarkedFrom ?? long.MaxValue, ours?.MarkedFrom ?? long.MaxValue),
            KeyId = ours is null ? null : key.KeyId,
            Others = Others(ours),
            LastHead = state.Get<HeadState>(EvidenceKeys.Head) is { } head ? new HeadNote(head.Number, head.Sha256) : null,
            // Asked when it is needed: a purge may come meanwhile.
            WasRemoved = segment => ledger.State.Get<RemovedSegment>(RetentionKeys.Removed(segment)) is not null,
            WasErased = id => ledger.State.Get<Erasure>(RetentionKeys.Erasure(id.ToString())) is not null,
            PurgedBefore = stem => purged.Value.GetValueOrDefault(stem),
        };
    }

    // What left while there was another key, or none, bears no mark of this one.
    private static Dictionary<string, long> PurgedUnderAnother(IStateSnapshot state, SigningKeyState? ours) => state.Range<PurgeStep>(RetentionKeys.Steps)
        .Select(pair => pair.Value).Where(step => step.Plan.Act == PurgeAct.Rewrite && (ours is null || ours.Turns.LastOrDefault(turn => turn.At <= step.IntendedAt)?.KeyId != ours.KeyId))
        .GroupBy(step => RemovedSegment.StemOf(step.Plan.Segment), StringComparer.Ordinal)
        .ToDictionary(stem => stem.Key, stem => stem.Sum(step => step.Plan.Records), StringComparer.Ordinal);

    // Between two turns of this key.
    private static List<OtherMarks> Others(SigningKeyState? ours)
    {
        if (ours is null) return [];
        return [.. ours.Turns.Zip(ours.Turns.Skip(1))
            .Where(turn => turn.First.KeyId != ours.KeyId && turn.First.From > ours.MarkedFrom && turn.Second.From > turn.First.From)
            .Select(turn => new OtherMarks(turn.First.KeyId, turn.First.From, turn.Second.From - 1))];
    }
}
