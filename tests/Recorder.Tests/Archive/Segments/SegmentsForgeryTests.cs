using Recorder.Archive;
using Recorder.Archive.Disk;
using Recorder.Archive.Segments;

namespace Recorder.Tests.Archive.Segments;

/// <summary>Damage that leaves every block checksum right: a fault before compression, or a hand that knows the format.</summary>
public class SegmentsForgeryTests
{
    private readonly MemoryDisk _disk = new();
    private readonly FolderSegmentStore _store;

    public SegmentsForgeryTests() => _store = new FolderSegmentStore(_disk, "segments");

    [Theory]
    [InlineData(1000)]
    [InlineData(3_000_000)]
    public void Other_bytes_under_right_checksums_are_found_by_the_digest(int length)
    {
        var random = new Random(81);
        var set = SegmentSet.Open(_store, "a");
        var info = set.Seal(new SealSource().Mail(random, 1, SealSource.Filled(random, length)), CancellationToken.None).Single();
        Forge(info, 0, raw => raw[5] ^= 1);
        set = SegmentSet.Open(_store, "a");
        var damage = Assert.Throws<ArchiveException>(() => SegmentChecks.Content(set, SealSource.IdOf(1)));
        Assert.Equal(ArchiveFault.Damaged, damage.Fault);
        var finding = Assert.Single(set.Verify(info, null, CancellationToken.None), finding => finding.Id is not null);
        Assert.Equal((SealSource.IdOf(1), 1L), (finding.Id!.Value, finding.Position!.Value.Sequence));
    }

    [Fact]
    public void A_changed_header_is_found_by_the_root_and_a_swapped_one_by_its_row()
    {
        var random = new Random(82);
        var source = new SealSource().Fact(random, 1).Fact(random, 2);
        var set = SegmentSet.Open(_store, "a");
        var info = set.Seal(source, CancellationToken.None).Single();
        Forge(info, 0, raw => raw[26] ^= 1);
        Assert.Contains("Merkle root", set.Verify(info, null, CancellationToken.None).Single(finding => finding.Id is null && !finding.Problem.Contains("manifest")).Problem);
        Forge(info, 0, raw => raw[26] ^= 1);
        Assert.DoesNotContain(set.Verify(info, null, CancellationToken.None), finding => finding.Problem.Contains("Merkle root"));
        Forge(info, 0, raw => raw[2] ^= 1);
        Assert.Contains(SegmentSet.Open(_store, "a").Verify(info, null, CancellationToken.None), finding => finding.Id == SealSource.IdOf(1));
        Assert.Throws<ArchiveException>(() => SegmentSet.Open(_store, "a").Find(SealSource.IdOf(1)));
    }

    [Fact]
    public void Rows_that_point_outside_the_segment_are_refused()
    {
        var random = new Random(83);
        var set = SegmentSet.Open(_store, "a");
        var info = set.Seal(new SealSource().Mail(random, 1, [1, 2, 3]), CancellationToken.None).Single();
        // Header block, offset and length, body block, offset and length: 4 bytes each, but 8 for the last.
        foreach (var field in new[] { 42, 46, 50, 54, 58, 62, 66 })
        {
            foreach (var value in new[] { int.MaxValue, int.MinValue, -1, 1_000_000 })
            {
                var former = 0;
                Forge(info, 2, raw => (former, _) = (BitConverter.ToInt32(raw, field), BitConverter.TryWriteBytes(raw.AsSpan(field), value)));
                Assert.Throws<ArchiveException>(() => SegmentSet.Open(_store, "a").Find(SealSource.IdOf(1)));
                Assert.NotEmpty(SegmentSet.Open(_store, "a").Verify(info, null, CancellationToken.None));
                Forge(info, 2, raw => BitConverter.TryWriteBytes(raw.AsSpan(field), former));
            }
        }
        Assert.NotNull(SegmentSet.Open(_store, "a").Find(SealSource.IdOf(1)));
    }

    /// <summary>Writes the segment again with one block changed and every checksum made right.</summary>
    private void Forge(SegmentInfo info, int changed, Action<byte[]> change)
    {
        var reader = SegmentReader.Open(_store, info.Name, new LruCache<BlockKey, byte[]>(0));
        var footer = reader.Footer;
        var bytes = new MemoryStream();
        bytes.Write(SegmentFrame.EncodeHeader(footer.Kind, footer.Day, footer.Lane));
        using var blocks = new BlockWriter(bytes, bytes.Length);
        for (var number = 0; number < footer.Blocks.Length; number++)
        {
            byte[] buffer = [];
            var raw = reader.Scan(number, ref buffer).ToArray();
            if (number == changed) change(raw);
            blocks.Write(raw);
        }
        var forged = (footer with { Blocks = blocks.Table() }).Encode();
        bytes.Write(forged);
        bytes.Write(SegmentFrame.EncodeTrailer(blocks.End, forged));
        using var file = _disk.Open(SegmentChecks.PathOf(info), DiskMode.Modify);
        file.Truncate(0);
        file.Write(0, bytes.ToArray());
    }
}
