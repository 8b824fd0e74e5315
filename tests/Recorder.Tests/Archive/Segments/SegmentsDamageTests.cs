using Recorder.Archive;
using Recorder.Archive.Disk;
using Recorder.Archive.Segments;

namespace Recorder.Tests.Archive.Segments;

public class SegmentsDamageTests
{
    private readonly MemoryDisk _disk = new();
    private readonly SealSource _source = SealSource.Random(new Random(11), 400, largeBytes: 300_000);
    private readonly IReadOnlyList<SegmentInfo> _infos;

    public SegmentsDamageTests() => _infos = SegmentChecks.Open(_disk).Seal(_source, CancellationToken.None);

    [Theory]
    [InlineData(21)]
    [InlineData(22)]
    public void Any_flipped_bit_is_found_and_what_is_not_named_still_reads(int seed)
    {
        var random = new Random(seed);
        for (var round = 0; round < 30; round++)
        {
            var info = _infos[random.Next(_infos.Count)];
            // Every other time near the end, where index and footer are; bodies take most of the file.
            var offset = info.StoredBytes - 1 - random.NextInt64(round % 2 == 0 ? Math.Min(30_000, info.StoredBytes) : info.StoredBytes);
            var mask = (byte)(1 << random.Next(8));
            SegmentChecks.Flip(_disk, SegmentChecks.PathOf(info), offset, mask);
            CheckDamaged(info, $"seed {seed}, round {round}, {info.Name} at {offset}");
            SegmentChecks.Flip(_disk, SegmentChecks.PathOf(info), offset, mask);
        }
        Assert.All(_infos, info => Assert.Empty(SegmentChecks.Open(_disk).Verify(info, null, CancellationToken.None)));
    }

    [Fact]
    public void Every_byte_of_header_footer_and_trailer_counts()
    {
        var info = _infos.Single(info => info.Kind == SegmentKind.Ledger);
        var set = SegmentChecks.Open(_disk);
        foreach (var offset in Enumerable.Range(0, 26).Select(i => (long)i).Concat(Enumerable.Range(1, 330).Select(i => info.StoredBytes - i)))
        {
            SegmentChecks.Flip(_disk, SegmentChecks.PathOf(info), offset, 0x10);
            Assert.True(set.Verify(info, null, CancellationToken.None).Count > 0, $"byte {offset} of {info.StoredBytes}");
            SegmentChecks.Flip(_disk, SegmentChecks.PathOf(info), offset, 0x10);
        }
    }

    [Fact]
    public void A_segment_cut_short_anywhere_is_found_and_the_others_read_on()
    {
        var random = new Random(23);
        var info = _infos[0];
        var bytes = new byte[info.StoredBytes];
        using (var file = _disk.Open(SegmentChecks.PathOf(info), DiskMode.Read)) file.Read(0, bytes);
        foreach (var length in new[] { 0L, 1, 39, 40, info.StoredBytes - 1, info.StoredBytes - 40 }.Concat(Enumerable.Range(0, 10).Select(_ => random.NextInt64(info.StoredBytes))))
        {
            using (var file = _disk.Open(SegmentChecks.PathOf(info), DiskMode.Modify)) file.Truncate(length);
            var set = SegmentChecks.Open(_disk);
            Assert.NotEmpty(set.Verify(info, null, CancellationToken.None));
            var other = _source.Entries.First(sealing => sealing.Entry.Kind == EntryKind.Event).Entry;
            SegmentChecks.Same(other, set.Find(other.Id));
            using (var file = _disk.Open(SegmentChecks.PathOf(info), DiskMode.Modify)) file.Write(0, bytes);
        }
    }

    [Fact]
    public void A_missing_segment_is_named_and_stays_named_until_it_is_removed_on_purpose()
    {
        _disk.Delete(SegmentChecks.PathOf(_infos[1]));
        Assert.Equal(_infos[1].Name, SegmentChecks.Open(_disk).Missing.Single().Name);
        var set = SegmentChecks.Open(_disk);
        Assert.Equal(_infos[1].Name, set.Missing.Single().Name);
        Assert.Contains("missing", Assert.Single(set.Verify(_infos[1], null, CancellationToken.None)).Problem);
        Assert.Equal(_infos.Count - 1, set.Segments.Count);
        set.Remove(_infos[1]);
        Assert.Empty(set.Missing);
        Assert.Empty(SegmentChecks.Open(_disk).Missing);
    }

    [Fact]
    public void A_damaged_header_block_ends_the_reading_unless_damage_is_asked_for_by_name()
    {
        var info = _infos.Single(info => info.Kind == SegmentKind.Ledger);
        SegmentChecks.Flip(_disk, SegmentChecks.PathOf(info), 100, 1);
        var set = SegmentChecks.Open(_disk);
        var damage = Assert.Throws<ArchiveException>(() => set.Read(0, EntryKinds.Events).Count());
        Assert.Equal(ArchiveFault.Damaged, damage.Fault);
        var findings = new List<VerifyFinding>();
        var read = set.Read(0, EntryKinds.All, findings.Add).Select(entry => entry.Id).ToHashSet();
        Assert.NotEmpty(findings);
        Assert.Equal(_source.Entries.Count, read.Count + findings.Count);
        Assert.DoesNotContain(findings, finding => finding.Id is not { } id || read.Contains(id));
    }

    [Fact]
    public void A_segment_of_random_bytes_is_refused_without_trusting_its_numbers()
    {
        var random = new Random(24);
        for (var round = 0; round < 200; round++)
        {
            var bytes = SealSource.Filled(random, random.Next(3000));
            Assert.ThrowsAny<InvalidDataException>(() => SegmentFooter.Decode(bytes));
        }
    }

    private void CheckDamaged(SegmentInfo info, string place)
    {
        var set = SegmentChecks.Open(_disk);
        var findings = set.Verify(info, null, CancellationToken.None);
        Assert.True(findings.Count > 0, place);
        Assert.All(findings, finding => Assert.Equal(info.Name, finding.Segment));
        var named = findings.Select(finding => finding.Id).OfType<RecordId>().ToHashSet();
        // Without a footer nothing in the segment can be found; with it, only what was named is lost.
        var footerHolds = Holds(() => SegmentReader.Open(new FolderSegmentStore(_disk, "segments"), info.Name, new LruCache<BlockKey, byte[]>(0)));
        foreach (var sealing in _source.Entries.Where(sealing => BelongsTo(sealing, info)))
        {
            if (footerHolds && !named.Contains(sealing.Entry.Id)) Assert.True(ReadsWell(set, sealing), $"{place}: {sealing.Entry.Position}");
            else Assert.True(named.Contains(sealing.Entry.Id) || !ReadsWell(set, sealing), $"{place}: {sealing.Entry.Position}");
        }
    }

    private static bool BelongsTo(SealEntry sealing, SegmentInfo info) => sealing.Entry.Kind == EntryKind.Mail
        ? info.Kind == SegmentKind.Mail && DateOnly.FromDateTime(sealing.Entry.ReceivedAt.UtcDateTime) == info.Day
        : info.Kind == SegmentKind.Ledger;

    /// <returns>false when the archive refuses; wrong bytes fail the test.</returns>
    private bool ReadsWell(SegmentSet set, SealEntry sealing) => Holds(() =>
    {
        SegmentChecks.Same(sealing.Entry, set.Find(sealing.Entry.Id));
        if (sealing.Entry.Kind == EntryKind.Mail)
            Assert.True(SegmentChecks.Content(_source, sealing).AsSpan().SequenceEqual(SegmentChecks.Content(set, sealing.Entry.Id)));
    });

    private static bool Holds(Action read)
    {
        try
        {
            read();
            return true;
        }
        catch (ArchiveException e) when (e.Fault == ArchiveFault.Damaged)
        {
            return false;
        }
    }
}
