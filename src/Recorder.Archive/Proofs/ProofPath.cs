using Recorder.Archive.Segments;

namespace Recorder.Archive.Proofs;

/// <summary>Follows inclusion proofs (RFC 9162 §2.1.3.2) outside of an archive.</summary>
public static class ProofPath
{
    public const int HashBytes = 32;

    /// <summary>leaf = SHA-256(0x00 ‖ nonce ‖ canonical header ‖ SHA-256 of the content)</summary>
    public static byte[] EntryLeaf(ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> header, ReadOnlySpan<byte> contentSha256) => EntryHeader.Leaf(nonce, header, contentSha256);

    /// <summary>leaf = SHA-256(0x00 ‖ payload of the root)</summary>
    public static byte[] RootLeaf(ReadOnlySpan<byte> payload) => RootTree.LeafOf(payload);

    /// <summary>For each hash of a path whether it stands left of what was come to so far.</summary>
    /// <returns>null when no path of that length leads from that place.</returns>
    public static IReadOnlyList<bool>? Lefts(long index, long count, int length)
    {
        if (index < 0 || index >= count) return null;
        var lefts = new List<bool>();
        var (node, last) = (index, count - 1);
        for (var step = 0; step < length; step++)
        {
            if (last == 0) return null;
            var isLeft = (node & 1) == 1 || node == last;
            lefts.Add(isLeft);
            while (isLeft && (node & 1) == 0 && node != 0) (node, last) = (node >> 1, last >> 1);
            (node, last) = (node >> 1, last >> 1);
        }

        return last == 0 ? lefts : null;
    }

    /// <returns>The root that the path leads to; null when it fits no such place.</returns>
    public static byte[]? Follow(ReadOnlySpan<byte> leaf, long index, long count, IReadOnlyList<byte[]> path)
    {
        if (path.Any(hash => hash.Length != HashBytes) || Lefts(index, count, path.Count) is not { } lefts) return null;
        var hash = leaf.ToArray();
        for (var step = 0; step < path.Count; step++) hash = lefts[step] ? MerkleTree.Node(path[step], hash) : MerkleTree.Node(hash, path[step]);
        return hash;
    }

    /// <summary>The facts in a canonical header.</summary>
    /// <returns>null when these are not the bytes of one.</returns>
    public static LogEntry? ReadHeader(ReadOnlySpan<byte> header, string lane, ReadOnlyMemory<byte> contentSha256)
    {
        try { return EntryHeader.Decode(header, lane, contentSha256); }
        catch (InvalidDataException) { return null; }
    }
}
