using Recorder.Archive.Log;
using Recorder.Archive.Segments;

namespace Recorder.Archive.Proofs;

/// <summary>A root as the ledger has it.</summary>
internal sealed record LedgerRoot(long Sequence, byte[] Payload);

/// <summary>Holds the log against its signed heads, and these against each other.</summary>
internal sealed class HeadVerifier(HeadFolder folder, string lane, LogTrust trust)
{
    private readonly List<VerifyFinding> _findings = [];
    private readonly List<(SignedHead Head, byte[] Root)> _signed = [];
    private SignedHead? _last;

    public IReadOnlyList<VerifyFinding> Findings => _findings;

    /// <summary>What every segment was when its root was signed.</summary>
    public IEnumerable<RootRecord> SignedRoots => _signed.Select(signed => RootRecord.Decode(signed.Root)).OfType<RootRecord>();

    /// <summary>From here on entries must carry the key's mark.</summary>
    public long MarkedFrom => Math.Min(trust.MarkedFrom, _last is { } last && last.Statement.KeyId == trust.KeyId ? last.Statement.MarkedFrom : long.MaxValue);

    /// <summary>Follows the heads for as long as each names the one before, is signed, and has the roots that it speaks of.</summary>
    public void FollowHeads()
    {
        foreach (var stored in folder.All())
        {
            if (ProblemOf(stored) is { } problem)
            {
                Report(stored.Path, null, problem);
                break;
            }

            _last = stored.Head!;
            _signed.AddRange(_last.NewRoots.Select(root => (_last, root)));
        }

        CheckEnd();
    }

    /// <param name="roots">In the order of the log.</param>
    /// <param name="lastSequence">Where the log ends.</param>
    public void CheckLog(IReadOnlyList<LedgerRoot> roots, long lastSequence)
    {
        if (_last is not { } last) return;
        if (last.Statement.Through > lastSequence)
            Report(folder.PathOf(last.Statement.Number), lastSequence + 1,
                $"the log ends at {lastSequence}, and this head was signed over {last.Statement.Through} positions: the end of the log was cut off");
        CheckRoots(roots);
        if (roots.Count > _signed.Count && roots[_signed.Count].Sequence <= last.Statement.LastRoot)
            Report(folder.PathOf(last.Statement.Number), roots[_signed.Count].Sequence, "the ledger has a root that was not there when this head was signed");
    }

    /// <param name="current">The present form of a segment; null where it is gone.</param>
    public void CheckSegments(Func<string, SegmentInfo?> current)
    {
        foreach (var (head, payload) in _signed)
        {
            if (RootRecord.Decode(payload) is not { } root || current(root.Segment) is not { } segment) continue;
            if (!segment.MerkleRoot.Span.SequenceEqual(root.MerkleRoot.Span) || segment.EntryCount != root.EntryCount
                || segment.FirstSequence != root.FirstSequence || segment.LastSequence != root.LastSequence)
                Report(segment.Name, root.FirstSequence, $"it is not the segment that head {head.Statement.Number} was signed over: its entries were altered, moved or taken away");
        }
    }

    private string? ProblemOf(StoredHead stored)
    {
        var number = (_last?.Statement.Number ?? 0) + 1;
        if (stored.Number != number) return $"head {number} is missing";
        if (stored.Head is not { } head) return "the signed head cannot be read";
        if (head.Statement.Lane != lane || head.Statement.Number != number) return "it is another head than its name says";
        if (!head.IsSigned) return "its signature does not hold";
        if (head.Statement.Previous != (_last?.Sha256Hex ?? HeadStatement.NoPrevious)) return "it does not follow the head before it";
        return head.Statement.Roots != _signed.Count + head.NewRoots.Count || head.Statement.Tree != RootTree.RootOf(_signed.Select(signed => signed.Root).Concat(head.NewRoots))
            ? "the roots in it are not those that were signed" : null;
    }

    private void CheckEnd()
    {
        if (_findings.Count > 0) return;
        if (trust.LastHead is { } note && (_last is null || _last.Statement.Number < note.Number))
            Report(folder.PathOf((_last?.Statement.Number ?? 0) + 1), null, $"the signed head is missing; the ledger says that {note.Number} were made");
        else if (trust.LastHead is { } known && _last!.Statement.Number == known.Number && _last.Sha256Hex != known.Sha256Hex)
            Report(folder.PathOf(known.Number), null, "it is another head than the one that the ledger says was signed");
        else if (trust.KeyId is { } key && _last is { } last && last.Statement.KeyId != key)
            Report(folder.PathOf(last.Statement.Number), null, $"it is signed with the key {last.Statement.KeyId}, which is not this installation's");
    }

    // Roots chain, so that what was changed in one shows in all after it: the first says enough.
    private void CheckRoots(IReadOnlyList<LedgerRoot> roots)
    {
        for (var at = 0; at < _signed.Count; at++)
        {
            var (head, signed) = _signed[at];
            var found = at < roots.Count ? roots[at] : null;
            if (found is not null && found.Payload.AsSpan().SequenceEqual(signed)) continue;
            Report(RootRecord.Decode(signed)?.Segment ?? "", found?.Sequence, found is null
                ? $"its root is no longer in the ledger, nor are the {_signed.Count - at - 1} after it; head {head.Statement.Number} was signed over it"
                : $"the ledger has another root in its place than the one that head {head.Statement.Number} was signed over");
            return;
        }
    }

    private void Report(string where, long? sequence, string problem) =>
        _findings.Add(new VerifyFinding(null, sequence is { } at ? new Position(lane, at) : null, where, problem));
}
