namespace Recorder.Archive.Segments;

/// <summary>Shows that an entry stood at a place in a segment: leaf and path lead to the root kept in the ledger.</summary>
/// <param name="Index">The entry's place among the segment's entries, from 0.</param>
/// <param name="Header">The canonical header; null for a purged entry, of which only the leaf remains.</param>
internal sealed record SegmentProof(
    string Segment, byte[] Leaf, long Index, long EntryCount, IReadOnlyList<byte[]> Path, byte[] Root, byte[] Nonce, byte[]? Header)
{
    public bool Holds => MerkleTree.VerifyInclusion(Leaf, Index, EntryCount, Path, Root);

    public static SegmentProof Of(SegmentReader reader, SegmentRow row)
    {
        var leaves = new List<byte[]>();
        var index = -1;
        foreach (var each in Enumerable.Range(0, reader.Footer.Pages.Length).SelectMany(reader.Rows))
        {
            if (each.Sequence == row.Sequence) index = leaves.Count;
            leaves.Add(LeafOf(reader, each));
        }
        return new SegmentProof(reader.Name, leaves[index], index, leaves.Count, MerkleTree.InclusionProof(leaves, index), reader.Footer.MerkleRoot,
            row.Nonce.ToArray(), row.Purged ? null : reader.HeaderBytes(row).ToArray());
    }

    private static byte[] LeafOf(SegmentReader reader, SegmentRow row) =>
        row.Purged ? row.Hash.ToArray() : EntryHeader.Leaf(row.Nonce.Span, reader.HeaderBytes(row), row.ContentSha256.Span);
}
