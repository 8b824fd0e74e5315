using System.Numerics;
using System.Security.Cryptography;

namespace Recorder.Archive.Segments;

/// <summary>
/// The tree of RFC 9162 §2.1 over leaf hashes that are made elsewhere (<see cref="EntryHeader.Leaf"/>, whose 0x00
/// prefix keeps a leaf from passing as a node). Every hash is 32 bytes.
/// </summary>
internal static class MerkleTree
{
    public const byte LeafPrefix = 0x00;
    private const byte NodePrefix = 0x01;

    /// <summary>RFC 9162 §2.1.1; the root of no leaves is SHA-256 of nothing.</summary>
    public static byte[] Root(IEnumerable<byte[]> leaves)
    {
        // One complete subtree per set bit of the count so far, the largest at the bottom.
        var subtrees = new Stack<byte[]>();
        long count = 0;
        foreach (var leaf in leaves)
        {
            var hash = leaf;
            for (var bits = count; (bits & 1) == 1; bits >>= 1) hash = Node(subtrees.Pop(), hash);
            subtrees.Push(hash);
            count++;
        }
        if (count == 0) return SHA256.HashData([]);
        var root = subtrees.Pop();
        while (subtrees.TryPop(out var left)) root = Node(left, root);
        return root;
    }

    /// <summary>RFC 9162 §2.1.3.1: the siblings from the leaf up to the root.</summary>
    public static IReadOnlyList<byte[]> InclusionProof(IReadOnlyList<byte[]> leaves, int index)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, leaves.Count);
        var path = new List<byte[]>();
        var (start, count) = (0, leaves.Count);
        while (count > 1)
        {
            var left = LargestPowerOfTwoBelow(count);
            if (index < start + left)
            {
                path.Add(Root(leaves.Skip(start + left).Take(count - left)));
                count = left;
            }
            else
            {
                path.Add(Root(leaves.Skip(start).Take(left)));
                (start, count) = (start + left, count - left);
            }
        }
        path.Reverse();
        return path;
    }

    /// <summary>RFC 9162 §2.1.3.2: whether the leaf stands at <paramref name="index"/> of <paramref name="count"/> under the root.</summary>
    public static bool VerifyInclusion(
        ReadOnlySpan<byte> leaf, long index, long count, IReadOnlyList<byte[]> proof, ReadOnlySpan<byte> root)
    {
        if (index < 0 || index >= count) return false;
        var (node, last, hash) = (index, count - 1, leaf.ToArray());
        foreach (var sibling in proof)
        {
            if (last == 0) return false;
            if ((node & 1) == 1 || node == last)
            {
                hash = Node(sibling, hash);
                while ((node & 1) == 0 && node != 0) (node, last) = (node >> 1, last >> 1);
            }
            else
            {
                hash = Node(hash, sibling);
            }
            (node, last) = (node >> 1, last >> 1);
        }
        return last == 0 && root.SequenceEqual(hash);
    }

    public static byte[] Node(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right)
    {
        Span<byte> bytes = stackalloc byte[65];
        bytes[0] = NodePrefix;
        left.CopyTo(bytes[1..]);
        right.CopyTo(bytes[33..]);
        return SHA256.HashData(bytes);
    }

    private static int LargestPowerOfTwoBelow(int count) => 1 << BitOperations.Log2((uint)count - 1);
}
