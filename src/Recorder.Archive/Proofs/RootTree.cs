using System.Security.Cryptography;
using Recorder.Archive.Segments;

namespace Recorder.Archive.Proofs;

/// <summary>The tree that heads sign: RFC 9162 §2.1 over the payloads of all roots, in the order of the log.</summary>
internal static class RootTree
{
    /// <summary>leaf = SHA-256(0x00 ‖ payload)</summary>
    public static byte[] LeafOf(ReadOnlySpan<byte> payload)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData([MerkleTree.LeafPrefix]);
        hash.AppendData(payload);
        return hash.GetHashAndReset();
    }

    public static string RootOf(IEnumerable<byte[]> payloads) => Convert.ToHexStringLower(MerkleTree.Root(payloads.Select(payload => LeafOf(payload))));
}
