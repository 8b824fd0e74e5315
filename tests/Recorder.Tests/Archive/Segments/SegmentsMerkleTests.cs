using System.Security.Cryptography;
using Recorder.Archive.Segments;

namespace Recorder.Tests.Archive.Segments;

public class SegmentsMerkleTests
{
    // The eight leaf inputs that implementations of RFC 6962 and RFC 9162 share, and the roots of their prefixes.
    private static readonly string[] Inputs =
        ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696A6B6C6D6E6F"];

    private static readonly string[] Roots =
    [
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    ];

    private static byte[] Leaf(byte[] input) => SHA256.HashData([0x00, .. input]);

    private static List<byte[]> Known(int count) => Inputs.Take(count).Select(input => Leaf(Convert.FromHexString(input))).ToList();

    private static List<byte[]> Leaves(int count) => Enumerable.Range(0, count).Select(i => Leaf(BitConverter.GetBytes(i))).ToList();

    [Fact]
    public void The_empty_tree_is_the_hash_of_nothing() => Assert.Equal(SHA256.HashData([]), MerkleTree.Root([]));

    [Fact]
    public void The_published_vectors_hold()
    {
        for (var count = 1; count <= Inputs.Length; count++)
            Assert.Equal(Roots[count - 1], Convert.ToHexStringLower(MerkleTree.Root(Known(count))));
    }

    [Fact]
    public void Roots_and_paths_agree_with_the_definition_read_literally()
    {
        for (var count = 1; count <= 40; count++)
        {
            var leaves = Leaves(count);
            Assert.Equal(Mth(leaves), MerkleTree.Root(leaves));
            for (var index = 0; index < count; index++) Assert.Equal(Path(index, leaves), MerkleTree.InclusionProof(leaves, index));
        }
    }

    [Fact]
    public void A_proof_holds_for_its_leaf_and_place_alone()
    {
        for (var count = 1; count <= 25; count++)
        {
            var leaves = Leaves(count);
            var root = MerkleTree.Root(leaves);
            for (var index = 0; index < count; index++)
            {
                var proof = MerkleTree.InclusionProof(leaves, index);
                for (var place = -1; place <= count; place++)
                    Assert.Equal(place == index, MerkleTree.VerifyInclusion(leaves[index], place, count, proof, root));
                Assert.False(MerkleTree.VerifyInclusion(Leaf([9, 9, 9, 9, 9]), index, count, proof, root));
                Assert.False(MerkleTree.VerifyInclusion(leaves[index], index, count, [.. proof, root], root));
                if (proof.Count > 0) Assert.False(MerkleTree.VerifyInclusion(leaves[index], index, count, proof.Skip(1).ToList(), root));
            }
        }
    }

    // RFC 9162 §2.1.1 and §2.1.3.1, word by word.
    private static byte[] Mth(List<byte[]> leaves) => leaves.Count == 1
        ? leaves[0]
        : SHA256.HashData([0x01, .. Mth(leaves[..Split(leaves.Count)]), .. Mth(leaves[Split(leaves.Count)..])]);

    private static List<byte[]> Path(int index, List<byte[]> leaves)
    {
        if (leaves.Count == 1) return [];
        var split = Split(leaves.Count);
        return index < split
            ? [.. Path(index, leaves[..split]), Mth(leaves[split..])]
            : [.. Path(index - split, leaves[split..]), Mth(leaves[..split])];
    }

    private static int Split(int count)
    {
        var split = 1;
        while (split * 2 < count) split *= 2;
        return split;
    }
}
