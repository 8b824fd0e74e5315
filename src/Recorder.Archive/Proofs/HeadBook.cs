using System.Collections.Immutable;
using Recorder.Archive.Disk;
using Recorder.Archive.Segments;

namespace Recorder.Archive.Proofs;

/// <summary>The signed heads of a lane: what they say, the next one, and how an entry's segment leads to one.</summary>
internal sealed class HeadBook(IDisk disk, string lane)
{
    private readonly HeadFolder _folder = new(disk, lane);
    private readonly SemaphoreSlim _signing = new(1);
    private ImmutableList<SignedHead>? _heads;

    public HeadFolder Folder => _folder;

    /// <summary>By number, as far as they can be read without a gap.</summary>
    public ImmutableList<SignedHead> Heads => Volatile.Read(ref _heads) ?? Load();

    /// <param name="through">Every position up to it has its root among the log's roots.</param>
    /// <param name="rootsAfter">The roots behind a position, in order.</param>
    /// <returns>null when the newest head says the same already.</returns>
    /// <exception cref="ArchiveException">Damaged: the heads that are there cannot be followed; verify names the one.</exception>
    public async Task<SignedHead?> SignAsync(
        IHeadSigner signer, long through, Func<long, IAsyncEnumerable<LogEntry>> rootsAfter, long markedFrom, TimeProvider time, CancellationToken cancel)
    {
        await _signing.WaitAsync(cancel);
        try
        {
            var last = Heads.LastOrDefault();
            if (_folder.All().Count != Heads.Count) throw new ArchiveException(ArchiveFault.Damaged, "signed heads are damaged or missing; run recorder verify");
            var fresh = new List<LogEntry>();
            await foreach (var root in rootsAfter(last?.Statement.LastRoot ?? 0).WithCancellation(cancel)) fresh.Add(root);
            var keyId = SignedHead.KeyIdOf(signer.PublicKey);
            if (fresh.Count == 0 && (last is null || last.Statement.KeyId == keyId)) return null;
            var head = Make(signer, keyId, last, fresh, through, markedFrom, time.GetUtcNow());
            await Task.Run(() => _folder.Put(head), CancellationToken.None);
            Volatile.Write(ref _heads, Heads.Add(head));
            return head;
        }
        finally
        {
            _signing.Release();
        }
    }

    /// <summary>How a root leads to the first head that was signed over it.</summary>
    /// <returns>null when none was.</returns>
    public HeadProof? Prove(string segmentStem)
    {
        var before = new List<byte[]>();
        foreach (var head in Heads)
        {
            before.AddRange(head.NewRoots);
            var at = head.NewRoots.ToList().FindIndex(root => Log.RootRecord.Decode(root) is { } record && SegmentCatalog.StemOf(record.Segment) == segmentStem);
            if (at < 0) continue;
            var leaves = before.Select(root => RootTree.LeafOf(root)).ToList();
            var index = before.Count - head.NewRoots.Count + at;
            return new HeadProof(head, before[index], index, MerkleTree.InclusionProof(leaves, index));
        }

        return null;
    }

    private SignedHead Make(IHeadSigner signer, string keyId, SignedHead? last, List<LogEntry> fresh, long through, long markedFrom, DateTimeOffset now)
    {
        var roots = fresh.Select(root => root.Payload.ToArray()).ToList();
        var all = Heads.SelectMany(head => head.NewRoots).Concat(roots).ToList();
        return SignedHead.Make(
            new HeadStatement(
                lane, (last?.Statement.Number ?? 0) + 1, now, keyId, last?.Sha256Hex ?? HeadStatement.NoPrevious, through, all.Count,
                fresh.Count > 0 ? fresh[^1].Position.Sequence : last!.Statement.LastRoot, RootTree.RootOf(all), markedFrom),
            signer, roots);
    }

    private ImmutableList<SignedHead> Load()
    {
        var heads = _folder.All().TakeWhile((stored, at) => stored.Number == at + 1 && stored.Head?.Statement.Number == stored.Number).Select(stored => stored.Head!).ToImmutableList();
        return Interlocked.CompareExchange(ref _heads, heads, null) ?? heads;
    }
}

/// <param name="Root">Payload of the root.</param>
/// <param name="Index">Its place among all roots, from 0.</param>
public sealed record HeadProof(SignedHead Head, byte[] Root, long Index, IReadOnlyList<byte[]> Path);
