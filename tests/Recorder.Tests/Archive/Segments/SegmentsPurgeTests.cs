using Recorder.Archive;
using Recorder.Archive.Disk;
using Recorder.Archive.Segments;

namespace Recorder.Tests.Archive.Segments;

public class SegmentsPurgeTests
{
    private readonly MemoryDisk _disk = new();
    private readonly SealSource _source = SealSource.Random(new Random(41), 80, largeBytes: 400_000);
    private readonly SegmentSet _set;
    private readonly SegmentInfo _segment;
    private readonly List<RecordId> _mail;

    public SegmentsPurgeTests()
    {
        _set = SegmentChecks.Open(_disk);
        _segment = _set.Seal(_source, CancellationToken.None).First(info => info.Kind == SegmentKind.Mail);
        _mail = _source.Entries.Select(sealing => sealing.Entry)
            .Where(entry => entry.Kind == EntryKind.Mail && DateOnly.FromDateTime(entry.ReceivedAt.UtcDateTime) == _segment.Day)
            .Select(entry => entry.Id).ToList();
    }

    [Fact]
    public void A_purged_record_is_gone_and_the_root_and_all_others_stay()
    {
        var purged = _mail.Where((_, i) => i % 3 == 0).ToHashSet();
        var rewritten = _set.Rewrite(_segment, entry => purged.Contains(entry.Id), CancellationToken.None);
        foreach (var set in new[] { _set, SegmentChecks.Open(_disk) })
        {
            Assert.Empty(set.Verify(rewritten, null, CancellationToken.None));
            Assert.Equal(_segment.MerkleRoot.ToArray(), rewritten.MerkleRoot.ToArray());
            Assert.Equal(_segment.EntryCount, rewritten.EntryCount);
            Assert.All(purged, id => Assert.Null(set.Find(id)));
            Assert.All(purged, id => Assert.Equal(ArchiveFault.Missing, Assert.Throws<ArchiveException>(() => set.OpenContent(id)).Fault));
            Assert.DoesNotContain(set.Read(0, EntryKinds.All), entry => purged.Contains(entry.Id));
            foreach (var sealing in _source.Entries.Where(sealing => _mail.Contains(sealing.Entry.Id) && !purged.Contains(sealing.Entry.Id)))
                Assert.Equal(SegmentChecks.Content(_source, sealing), SegmentChecks.Content(set, sealing.Entry.Id));
        }
        Assert.False(_disk.Exists(SegmentChecks.PathOf(_segment)));
    }

    [Fact]
    public void Every_record_purged_or_kept_can_be_shown_under_the_root()
    {
        _set.Rewrite(_segment, entry => entry.Id == _mail[1], CancellationToken.None);
        foreach (var id in _mail)
        {
            var proof = _set.Prove(id);
            Assert.NotNull(proof);
            Assert.True(proof.Holds);
            Assert.Equal(_segment.MerkleRoot.ToArray(), proof.Root);
            Assert.False((proof with { Index = (proof.Index + 1) % proof.EntryCount }).Holds);
        }
        Assert.Null(_set.Prove(SealSource.IdOf(9999)));
    }

    [Fact]
    public void Nothing_of_a_purged_body_or_header_remains_in_the_file()
    {
        var random = new Random(42);
        var secret = SealSource.Filled(random, 900);
        var disk = new MemoryDisk();
        var source = new SealSource().Mail(random, 1, secret).Mail(random, 2, [7]);
        var set = SegmentChecks.Open(disk);
        var before = set.Seal(source, CancellationToken.None).Single();
        Assert.True(Holds(disk, before, secret.AsSpan(100, 50)));
        var after = set.Rewrite(before, entry => entry.Id == SealSource.IdOf(1), CancellationToken.None);
        Assert.False(Holds(disk, after, secret.AsSpan(100, 50)));
        var row = SegmentReader.Open(new FolderSegmentStore(disk, "segments"), after.Name, new LruCache<BlockKey, byte[]>(0)).Rows(0)[0];
        Assert.True(row.Purged);
        Assert.Equal(new byte[16], row.Nonce.ToArray());
        Assert.Equal(1, after.ContentBytes);
    }

    [Fact]
    public void Purging_twice_keeps_the_first_purge_and_purging_nothing_changes_nothing()
    {
        var once = _set.Rewrite(_segment, entry => entry.Id == _mail[0], CancellationToken.None);
        var twice = _set.Rewrite(_segment, entry => entry.Id == _mail[1], CancellationToken.None);
        Assert.Same(twice, _set.Rewrite(once, _ => false, CancellationToken.None));
        Assert.Null(_set.Find(_mail[0]));
        Assert.Null(_set.Find(_mail[1]));
        Assert.NotNull(_set.Find(_mail[2]));
        Assert.Equal(_segment.MerkleRoot.ToArray(), twice.MerkleRoot.ToArray());
    }

    [Fact]
    public void A_stop_at_any_step_of_a_rewrite_leaves_the_old_or_the_new_and_doing_it_again_ends_it()
    {
        for (var step = 0; ; step++)
        {
            var disk = new MemoryDisk();
            var source = SealSource.Random(new Random(43), 20, largeBytes: 2000);
            var segment = SegmentChecks.Open(disk).Seal(source, CancellationToken.None)[0];
            var victim = source.Entries.First(sealing => sealing.Entry.Kind == EntryKind.Mail && BelongsTo(sealing, segment)).Entry.Id;
            var stopping = new StoppingDisk(disk, step);
            var stopped = false;
            try { SegmentChecks.Open(stopping).Rewrite(segment, entry => entry.Id == victim, CancellationToken.None); }
            catch (IOException) { stopped = true; }
            var set = SegmentChecks.Open(disk);
            Assert.All(set.Segments, info => Assert.Empty(set.Verify(info, null, CancellationToken.None)));
            set.Rewrite(segment, entry => entry.Id == victim, CancellationToken.None);
            Assert.Null(set.Find(victim));
            Assert.Single(disk.List("segments/a"), name => name.StartsWith($"mail-{segment.Day:yyyyMMdd}", StringComparison.Ordinal));
            if (!stopped) break;
        }
    }

    [Fact]
    public void Sealing_a_source_again_does_not_bring_back_what_was_purged()
    {
        _set.Rewrite(_segment, entry => entry.Id == _mail[0], CancellationToken.None);
        _set.Seal(_source, CancellationToken.None);
        SegmentChecks.Open(_disk).Seal(_source, CancellationToken.None);
        Assert.Null(SegmentChecks.Open(_disk).Find(_mail[0]));
    }

    [Fact]
    public void A_reading_that_is_under_way_goes_on_over_a_rewrite_and_a_removal()
    {
        using var reading = _set.Read(0, EntryKinds.Mail).GetEnumerator();
        Assert.True(reading.MoveNext());
        var ids = new List<RecordId> { reading.Current.Id };
        _set.Rewrite(_segment, entry => entry.Id == _mail[^1], CancellationToken.None);
        foreach (var other in _set.Segments.Where(info => info.Kind == SegmentKind.Mail && info.Day != _segment.Day).ToList()) _set.Remove(other);
        while (reading.MoveNext()) ids.Add(reading.Current.Id);
        Assert.Equal(ids.Order(), ids);
        Assert.Equal(_mail.SkipLast(1), ids.Where(_mail.Contains));
    }

    private static bool BelongsTo(SealEntry sealing, SegmentInfo info) =>
        DateOnly.FromDateTime(sealing.Entry.ReceivedAt.UtcDateTime) == info.Day && info.Kind == SegmentKind.Mail;

    private static bool Holds(IDisk disk, SegmentInfo info, ReadOnlySpan<byte> part)
    {
        var bytes = new byte[info.StoredBytes];
        using var file = disk.Open(SegmentChecks.PathOf(info), DiskMode.Read);
        file.Read(0, bytes);
        return bytes.AsSpan().IndexOf(part) >= 0;
    }
}
