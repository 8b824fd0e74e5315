namespace Recorder.Archive.Proofs;

/// <summary>Everything that leads from an entry's bytes to a signed head: leaf, segment's root, root of roots.</summary>
/// <param name="Header">The canonical header (docs/archive-format.md): id, position, times and what the product recorded.</param>
/// <param name="Index">The entry's place among the segment's <paramref name="EntryCount"/>, from 0.</param>
/// <param name="Path">From the leaf to the segment's Merkle root (RFC 9162 §2.1.3.1).</param>
public sealed record EntryProof(
    byte[] Header, byte[] Nonce, byte[] Leaf, long Index, long EntryCount, IReadOnlyList<byte[]> Path, HeadProof Head);
