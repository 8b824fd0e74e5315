using System.Security.Cryptography;
using Recorder.Archive;
using Recorder.Archive.Segments;

namespace Recorder.Tests.Archive.Segments;

public class SegmentsFormatTests
{
    private static readonly LogEntry Mail = new(
        new RecordId(Guid.Parse("00112233-4455-6677-8899-aabbccddeeff")), new Position("a", 0x0102), EntryKind.Mail,
        DateTimeOffset.UnixEpoch.AddTicks(1), new DateTimeOffset(1970, 1, 1, 8, 0, 0, TimeSpan.FromHours(8)).AddTicks(2),
        new byte[] { 0xAA, 0xBB }, 3, SHA256.HashData([1, 2, 3]));

    [Fact]
    public void The_canonical_header_has_these_bytes() => Assert.Equal(
        "01" + "01" + "00112233445566778899AABBCCDDEEFF" + "0201000000000000" + "0100000000000000" + "0200000000000000"
        + "0300000000000000" + "02000000" + "AABB",
        Convert.ToHexString(EntryHeader.Encode(Mail)));

    [Fact]
    public void A_leaf_covers_nonce_header_and_the_digest_of_the_bytes()
    {
        var nonce = SealSource.Filled(new Random(51), 16);
        var header = EntryHeader.Encode(Mail);
        Assert.Equal(SHA256.HashData([0, .. nonce, .. header, .. SHA256.HashData([1, 2, 3])]), EntryHeader.Leaf(nonce, header, Mail.ContentSha256.Span));
        Assert.Equal(SHA256.HashData([0, .. nonce, .. header, .. SHA256.HashData([])]), EntryHeader.Leaf(nonce, header, []));
    }

    [Fact]
    public void A_header_that_is_cut_or_too_long_is_refused()
    {
        var header = EntryHeader.Encode(Mail);
        SegmentChecks.Same(Mail, EntryHeader.Decode(header, "a", Mail.ContentSha256));
        for (var length = 0; length < header.Length; length++)
            Assert.Throws<InvalidDataException>(() => EntryHeader.Decode(header.AsSpan(0, length), "a", default));
        Assert.Throws<InvalidDataException>(() => EntryHeader.Decode([.. header, 0], "a", default));
    }

    [Fact]
    public void A_footer_whose_numbers_do_not_hold_together_is_refused()
    {
        BlockInfo[] blocks = [new(26, 90, 90, 1), new(116, 80, 102, 2)];
        var footer = new SegmentFooter(
            SegmentKind.Ledger, new DateOnly(2026, 3, 1), "a", 5, 5, Mail.Id, Mail.Id, 1, 0, new byte[32], 0, 1, blocks, [new PageInfo(Mail.Id, 5)]);
        Assert.Equal(196, SegmentFooter.Decode(footer.Encode()).BlocksEnd);
        SegmentFooter[] wrong =
        [
            footer with { EntryCount = 0 },
            footer with { EntryCount = 2 },
            footer with { EntryCount = int.MaxValue, LastSequence = long.MaxValue },
            footer with { FirstSequence = 0 },
            footer with { FirstSequence = 6 },
            footer with { FirstHeaderBlock = -1 },
            footer with { FirstHeaderBlock = 2 },
            footer with { FirstPageBlock = 0 },
            footer with { Pages = [] },
            footer with { Pages = [new PageInfo(Mail.Id, 4)] },
            footer with { Blocks = [blocks[0] with { RawBytes = int.MaxValue }, blocks[1]] },
            footer with { Blocks = [blocks[0] with { StoredBytes = 4000 }, blocks[1]] },
            footer with { Blocks = [blocks[0] with { StoredBytes = -1 }, blocks[1]] },
            footer with { Blocks = [blocks[0], blocks[1] with { RawBytes = 103 }] },
            footer with { Kind = (SegmentKind)9 },
        ];
        Assert.All(wrong, each => Assert.Throws<InvalidDataException>(() => SegmentFooter.Decode(each.Encode())));
    }
}
