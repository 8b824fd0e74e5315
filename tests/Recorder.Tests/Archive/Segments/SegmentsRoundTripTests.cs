using System.Security.Cryptography;
using CsCheck;
using Recorder.Archive;
using Recorder.Archive.Disk;
using Recorder.Archive.Segments;

namespace Recorder.Tests.Archive.Segments;

public class SegmentsRoundTripTests
{
    [Fact]
    public void Whatever_was_sealed_is_read_back_exactly() =>
        Gen.Int[0, 1 << 20].Sample(seed =>
        {
            var random = new Random(seed);
            var disk = new MemoryDisk();
            var set = SegmentChecks.Open(disk);
            var source = SealSource.Random(random, 1 + random.Next(60));
            var infos = set.Seal(source, CancellationToken.None);
            SegmentChecks.HoldsAll(set, source);
            SegmentChecks.HoldsAll(SegmentChecks.Open(disk), source);
            Assert.All(infos, info => Assert.Empty(set.Verify(info, null, CancellationToken.None)));
        }, iter: 25);

    [Fact]
    public void A_body_of_three_megabytes_and_one_of_a_single_byte_come_back_whole()
    {
        var random = new Random(3);
        var source = new SealSource();
        int[] lengths = [3_000_000, 1, 0, 1 << 20, (1 << 20) + 1, 2 << 20, 256 * 1024, 256 * 1024 + 1];
        for (var i = 0; i < lengths.Length; i++) source.Mail(random, i + 1, SealSource.Filled(random, lengths[i]));
        var set = SegmentChecks.Open(new MemoryDisk());
        set.Seal(source, CancellationToken.None);
        SegmentChecks.HoldsAll(set, source);
    }

    [Fact]
    public void Mail_is_sealed_by_received_day_and_facts_go_to_one_ledger_segment()
    {
        var random = new Random(4);
        var source = new SealSource().Mail(random, 1, [1], day: 1).Fact(random, 2).Mail(random, 3, [2], day: 0)
            .Fact(random, 4, EntryKind.Root).Mail(random, 5, [3], day: 1);
        var infos = SegmentChecks.Open(new MemoryDisk()).Seal(source, CancellationToken.None);
        Assert.Equal(
            ["Mail 2026-03-01 3-3 1", "Mail 2026-03-02 1-5 2", "Ledger 2026-03-01 2-4 2"],
            infos.Select(info => $"{info.Kind} {info.Day:yyyy-MM-dd} {info.FirstSequence}-{info.LastSequence} {info.EntryCount}"));
    }

    [Fact]
    public void Identical_bodies_are_stored_once()
    {
        var random = new Random(5);
        var body = SealSource.Filled(random, 100_000);
        var once = new SealSource().Mail(random, 1, body);
        var often = new SealSource();
        for (var i = 1; i <= 20; i++) often.Mail(random, i, body, $"cluster {i % 3}");
        var single = SegmentChecks.Open(new MemoryDisk()).Seal(once, CancellationToken.None).Single();
        var set = SegmentChecks.Open(new MemoryDisk());
        var many = set.Seal(often, CancellationToken.None).Single();
        Assert.InRange(many.StoredBytes, single.StoredBytes, single.StoredBytes + 20 * 5000);
        Assert.Equal(20 * 100_000, many.ContentBytes);
        SegmentChecks.HoldsAll(set, often);
    }

    [Fact]
    public void Entries_of_many_segments_are_read_in_sequence_order_from_any_place()
    {
        var random = new Random(6);
        var disk = new MemoryDisk();
        var set = SegmentChecks.Open(disk);
        var sources = new[] { 1L, 301, 701 }.Select(first => SealSource.Random(random, first == 301 ? 400 : 300, first, 2000)).ToList();
        foreach (var source in sources.AsEnumerable().Reverse()) set.Seal(source, CancellationToken.None);
        var all = sources.SelectMany(source => source.Entries).Select(sealing => sealing.Entry).ToList();
        foreach (var kinds in new[] { EntryKinds.All, EntryKinds.Mail, EntryKinds.Events, EntryKinds.Roots | EntryKinds.Mail })
            foreach (var after in new[] { 0L, 1, 255, 256, 257, 300, 699, 999, 1000, 5000 })
                Assert.Equal(
                    all.Where(entry => entry.Position.Sequence > after && kinds.HasFlag((EntryKinds)(1 << ((int)entry.Kind - 1)))).Select(entry => entry.Id),
                    SegmentChecks.Open(disk).Read(after, kinds).Select(entry => entry.Id));
        Assert.Equal(1000, set.LastSequence);
    }

    [Fact]
    public void Unknown_records_are_not_found_and_facts_have_no_content()
    {
        var random = new Random(7);
        var set = SegmentChecks.Open(new MemoryDisk());
        Assert.Null(set.Find(SealSource.IdOf(1)));
        Assert.Equal(0, set.LastSequence);
        set.Seal(new SealSource().Mail(random, 1, [1]).Fact(random, 2).Mail(random, 5, [2]), CancellationToken.None);
        Assert.All([0L, 3, 4, 6], sequence => Assert.Null(set.Find(SealSource.IdOf(sequence))));
        Assert.Equal(ArchiveFault.Missing, Assert.Throws<ArchiveException>(() => set.OpenContent(SealSource.IdOf(2))).Fault);
        Assert.Equal(ArchiveFault.Missing, Assert.Throws<ArchiveException>(() => set.OpenContent(SealSource.IdOf(3))).Fault);
    }

    [Fact]
    public void A_body_of_twenty_megabytes_passes_in_pieces_of_about_one_megabyte()
    {
        const long length = 20_000_000;
        var random = new Random(8);
        using var digest = new PatternStream(length);
        var source = new SealSource().Mail(random, 1, length, SHA256.HashData(digest), () => new PatternStream(length));
        var store = new MeasuringStore(new FolderSegmentStore(new MemoryDisk(), "segments"));
        var set = SegmentSet.Open(store, SealSource.Lane);
        set.Seal(source, CancellationToken.None);
        using var content = set.OpenContent(SealSource.IdOf(1));
        Assert.Equal(length, content.Length);
        using var again = new PatternStream(length);
        Assert.Equal(SHA256.HashData(again), SHA256.HashData(content));
        Assert.InRange(store.LargestPieceBytes, 1, 1_100_000);
    }

    [Fact]
    public async Task Many_readers_beside_a_sealer_see_whole_entries_only()
    {
        var random = new Random(9);
        var set = SegmentChecks.Open(new MemoryDisk());
        var sources = Enumerable.Range(0, 12).Select(i => SealSource.Random(random, 20, 1 + i * 20, 3000)).ToList();
        var expected = sources.SelectMany(source => source.Entries).ToDictionary(sealing => sealing.Entry.Id, sealing => sealing.Entry);
        set.Seal(sources[0], CancellationToken.None);
        var sealing = Task.Run(() => { foreach (var source in sources) set.Seal(source, CancellationToken.None); });
        var readers = Enumerable.Range(0, 3).Select(_ => Task.Run(() =>
        {
            do
            {
                foreach (var entry in set.Read(0, EntryKinds.All))
                {
                    SegmentChecks.Same(expected[entry.Id], entry);
                    if (entry.Kind == EntryKind.Mail) Assert.Equal(entry.ContentLengthBytes, SegmentChecks.Content(set, entry.Id).Length);
                }
            }
            while (!sealing.IsCompleted);
        }));
        await Task.WhenAll(readers.Append(sealing));
        Assert.Equal(expected.Count, set.Read(0, EntryKinds.All).Count());
    }
}
