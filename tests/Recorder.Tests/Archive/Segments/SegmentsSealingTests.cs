using Recorder.Archive;
using Recorder.Archive.Disk;
using Recorder.Archive.Segments;

namespace Recorder.Tests.Archive.Segments;

public class SegmentsSealingTests
{
    private static SealSource Source() => SealSource.Random(new Random(31), 16, largeBytes: 2000);

    [Fact]
    public void Sealing_again_finds_what_is_there_and_writes_nothing()
    {
        var disk = new MemoryDisk();
        var set = SegmentChecks.Open(disk);
        var source = Source();
        var first = set.Seal(source, CancellationToken.None);
        var (names, opened) = (disk.List("segments/a"), source.Opened);
        var second = set.Seal(source, CancellationToken.None);
        var reopened = SegmentChecks.Open(disk).Seal(source, CancellationToken.None);
        Assert.Equal(names, disk.List("segments/a"));
        Assert.Equal(opened, source.Opened);
        Assert.Equal(first.Select(info => info.Name), second.Select(info => info.Name));
        Assert.Equal(first.Select(info => info.Name), reopened.Select(info => info.Name));
    }

    [Fact]
    public void A_stop_at_any_step_leaves_a_state_from_which_sealing_comes_to_the_same_end()
    {
        var source = Source();
        var expected = SegmentChecks.Open(new MemoryDisk()).Seal(source, CancellationToken.None);
        for (var step = 0; ; step++)
        {
            var disk = new MemoryDisk();
            var stopping = new StoppingDisk(disk, step);
            var stopped = !Completes(() => SegmentChecks.Open(stopping).Seal(source, CancellationToken.None));
            var set = SegmentChecks.Open(disk);
            var infos = set.Seal(source, CancellationToken.None);
            Assert.Equal(expected.Select(Essence), infos.Select(Essence));
            SegmentChecks.HoldsAll(set, source);
            Assert.DoesNotContain(disk.List("segments/a"), name => name.EndsWith(".tmp", StringComparison.Ordinal));
            Assert.Single(disk.List("segments/a"), name => name.StartsWith("manifest.", StringComparison.Ordinal));
            if (!stopped) break;
            Assert.True(stopping.Stopped);
        }
    }

    [Fact]
    public void The_same_process_can_seal_again_after_a_full_disk()
    {
        var source = Source();
        var needed = SegmentChecks.Open(new MemoryDisk()).Seal(source, CancellationToken.None).Sum(info => info.StoredBytes);
        for (var free = 0L; free < needed; free += needed / 7)
        {
            var disk = new MemoryDisk(needed + 20_000);
            var set = SegmentChecks.Open(disk);
            using (var filler = disk.Open("filler", DiskMode.Create)) filler.Truncate(disk.FreeBytes - free);
            Assert.Throws<DiskFullException>(() => set.Seal(source, CancellationToken.None));
            disk.Delete("filler");
            set.Seal(source, CancellationToken.None);
            SegmentChecks.HoldsAll(set, source);
        }
    }

    [Fact]
    public void A_segment_that_was_damaged_before_sealing_came_to_its_end_is_written_anew()
    {
        var disk = new MemoryDisk();
        var source = Source();
        var infos = SegmentChecks.Open(disk).Seal(source, CancellationToken.None);
        foreach (var info in infos) SegmentChecks.Flip(disk, SegmentChecks.PathOf(info), info.StoredBytes / 2, 4);
        var set = SegmentChecks.Open(disk);
        set.Seal(source, CancellationToken.None);
        Assert.All(set.Segments, info => Assert.Empty(set.Verify(info, null, CancellationToken.None)));
        SegmentChecks.HoldsAll(set, source);
    }

    [Fact]
    public void A_source_whose_bytes_are_wrong_is_refused_by_name_and_nothing_takes_its_place()
    {
        var random = new Random(32);
        var disk = new MemoryDisk();
        var source = new SealSource().Mail(random, 1, [1, 2, 3])
            .Mail(random, 2, 3, new byte[32], () => new MemoryStream([4, 5, 6]));
        var damage = Assert.Throws<ArchiveException>(() => SegmentChecks.Open(disk).Seal(source, CancellationToken.None));
        Assert.Equal(ArchiveFault.Damaged, damage.Fault);
        Assert.Contains(SealSource.IdOf(2).ToString(), damage.Message);
        Assert.Empty(disk.List("segments/a"));
    }

    [Fact]
    public void The_manifest_is_rebuilt_from_the_trailers_when_it_is_lost_or_damaged()
    {
        var disk = new MemoryDisk();
        var source = Source();
        var infos = SegmentChecks.Open(disk).Seal(source, CancellationToken.None);
        foreach (var harm in new Action<string>[] { disk.Delete, path => SegmentChecks.Flip(disk, path, 50, 1), path => Truncate(disk, path) })
        {
            harm("segments/a/" + disk.List("segments/a").Single(name => name.StartsWith("manifest.", StringComparison.Ordinal)));
            var set = SegmentChecks.Open(disk);
            Assert.Equal(infos.Select(Essence).Order(), set.Segments.Select(Essence).Order());
            SegmentChecks.HoldsAll(set, source);
        }
    }

    [Fact]
    public void Opening_with_a_good_manifest_reads_no_segment()
    {
        var disk = new MemoryDisk();
        var source = Source();
        SegmentChecks.Open(disk).Seal(source, CancellationToken.None);
        var store = new NamesReadStore(new FolderSegmentStore(disk, "segments"));
        Assert.Equal(source.Entries[^1].Entry.Position.Sequence, SegmentSet.Open(store, "a").LastSequence);
        Assert.All(store.Read, name => Assert.StartsWith("a/manifest.", name));
    }

    [Fact]
    public void Names_say_lane_kind_day_and_range_and_parse_back()
    {
        var name = new SegmentName("a", SegmentKind.Mail, new DateOnly(2026, 3, 1), 7, 1234567890123, 2);
        Assert.Equal("a/mail-20260301-000000000007-1234567890123.2.seg", name.ToString());
        Assert.Equal(name, SegmentName.TryParse(name.ToString()));
        Assert.All(["", "a/b", "a/manifest.000000000001", "a/mail-20261301-1-2.0.seg", "a/post-20260301-1-2.0.seg", "mail-20260301-1-2.0.seg"],
            text => Assert.Null(SegmentName.TryParse(text)));
    }

    [Theory]
    [InlineData("")]
    [InlineData("a.b")]
    [InlineData("a/b")]
    [InlineData("..")]
    public void A_lane_that_cannot_be_a_folder_is_refused(string lane) =>
        Assert.Throws<ArgumentException>(() => SegmentSet.Open(new FolderSegmentStore(new MemoryDisk(), "segments"), lane));

    private static string Essence(SegmentInfo info) =>
        $"{info with { MerkleRoot = default }} {Convert.ToHexString(info.MerkleRoot.Span)}";

    private static bool Completes(Action act)
    {
        try
        {
            act();
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }

    private static void Truncate(IDisk disk, string path)
    {
        using var file = disk.Open(path, DiskMode.Modify);
        file.Truncate(5);
    }

    private sealed class NamesReadStore(ISegmentStore inner) : ISegmentStore
    {
        public List<string> Read { get; } = [];

        public void Put(string name, Action<Stream> write) => inner.Put(name, write);
        public IReadOnlyList<string> List(string prefix) => inner.List(prefix);
        public void Delete(string name) => inner.Delete(name);

        public int ReadRange(string name, long offset, Span<byte> buffer)
        {
            Read.Add(name);
            return inner.ReadRange(name, offset, buffer);
        }

        public long LengthOf(string name)
        {
            Read.Add(name);
            return inner.LengthOf(name);
        }
    }
}
