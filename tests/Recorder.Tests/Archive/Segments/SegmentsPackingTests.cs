using System.Text;
using Recorder.Archive;
using Recorder.Archive.Disk;
using Recorder.Archive.Segments;

namespace Recorder.Tests.Archive.Segments;

public class SegmentsPackingTests
{
    private readonly MemoryDisk _disk = new();

    [Theory]
    [InlineData(20_000)]
    [InlineData(700_000)]
    [InlineData(2_500_000)]
    public void One_attachment_in_many_messages_is_stored_once(int bytes)
    {
        var random = new Random(91);
        var attachment = SealSource.Filled(random, bytes);
        var source = new SealSource();
        for (var i = 1; i <= 6; i++) source.Mail(random, i, Message($"to recipient {i}", attachment, i % 2 == 0 ? 76 : 60), $"cluster {i}");
        var set = SegmentChecks.Open(_disk);
        var info = set.Seal(source, CancellationToken.None).Single();
        Assert.InRange(info.StoredBytes, bytes, bytes + bytes / 4 + 12_000);
        Assert.Equal(source.Entries.Sum(entry => entry.Entry.ContentLengthBytes), info.ContentBytes);
        SegmentChecks.HoldsAll(SegmentChecks.Open(_disk), source);
        Assert.Empty(set.Verify(info, null, CancellationToken.None));
    }

    [Fact]
    public void A_message_can_go_while_another_keeps_the_attachment_they_share()
    {
        var random = new Random(92);
        var attachment = SealSource.Filled(random, 50_000);
        var source = new SealSource().Mail(random, 1, Message("one", attachment)).Mail(random, 2, Message("two", attachment))
            .Mail(random, 3, Message("three", SealSource.Filled(random, 50_000)));
        var set = SegmentChecks.Open(_disk);
        var info = set.Seal(source, CancellationToken.None).Single();
        var rewritten = set.Rewrite(info, entry => entry.Position.Sequence is 1 or 3, CancellationToken.None);
        Assert.InRange(rewritten.StoredBytes, 50_000, 60_000);
        Assert.Equal(source.Entries[1].Entry.ContentLengthBytes, rewritten.ContentBytes);
        Assert.Equal(SegmentChecks.Content(source, source.Entries[1]), SegmentChecks.Content(SegmentChecks.Open(_disk), SealSource.IdOf(2)));
        Assert.Throws<ArchiveException>(() => SegmentChecks.Content(set, SealSource.IdOf(1)));
    }

    [Fact]
    public void Damage_in_a_shared_attachment_names_every_message_that_has_it()
    {
        var random = new Random(93);
        var attachment = SealSource.Filled(random, 200_000);
        var source = new SealSource().Mail(random, 1, Message("one", attachment)).Mail(random, 2, Message("two", attachment))
            .Mail(random, 3, Encoding.ASCII.GetBytes("Subject: three\r\n\r\nnothing attached\r\n"));
        var info = SegmentChecks.Open(_disk).Seal(source, CancellationToken.None).Single();
        SegmentChecks.Flip(_disk, SegmentChecks.PathOf(info), 100_000, 1);
        var set = SegmentChecks.Open(_disk);
        Assert.Equal([1, 2], set.Verify(info, null, CancellationToken.None).Where(finding => finding.Id is not null).Select(finding => finding.Position!.Value.Sequence));
        Assert.Equal(ArchiveFault.Damaged, Assert.Throws<ArchiveException>(() => SegmentChecks.Content(set, SealSource.IdOf(2))).Fault);
        Assert.Equal(SegmentChecks.Content(source, source.Entries[2]), SegmentChecks.Content(set, SealSource.IdOf(3)));
    }

    [Fact]
    public void What_resembles_each_other_is_stored_side_by_side_whatever_its_cluster_key()
    {
        var random = new Random(94);
        var (mixed, apart) = (new SealSource(), new SealSource());
        var families = Enumerable.Range(0, 12).Select(_ => Convert.ToHexString(SealSource.Filled(random, 40_000)).Chunk(70).Select(line => new string(line)).ToArray()).ToArray();
        for (var i = 1; i <= 48; i++)
        {
            var text = Encoding.ASCII.GetBytes($"Subject: {i}\r\n\r\n{string.Join("\r\n", families[i % 12])}\r\n");
            mixed.Mail(random, i, text, $"{random.Next(1000)}");
        }
        foreach (var lines in families) apart.Mail(random, apart.Entries.Count + 1, Encoding.ASCII.GetBytes(string.Join("\r\n", lines)));
        var all = SegmentChecks.Open(new MemoryDisk()).Seal(mixed, CancellationToken.None).Single();
        var once = SegmentChecks.Open(new MemoryDisk()).Seal(apart, CancellationToken.None).Single();
        // Four messages a family: a block holds six, so nearly all repetition is met within a block.
        Assert.InRange(all.StoredBytes, once.StoredBytes, once.StoredBytes * 2);
    }

    [Fact]
    public async Task An_archive_of_version_1_opens_verifies_and_reads_as_it_was_written()
    {
        var folder = Path.Combine(AppContext.BaseDirectory, "Archive", "Fixtures", "version-1");
        foreach (var path in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)) Copy(path, Path.GetRelativePath(folder, path));
        await using var archive = await MailArchive.OpenAsync(new ArchiveOptions { MailReserveBytes = 0 }, _disk, TimeProvider.System, CancellationToken.None);
        await foreach (var finding in archive.VerifyAsync(CancellationToken.None)) Assert.Fail(finding.Problem);
        var lengths = new List<long>();
        await foreach (var entry in archive.ReadAsync(0, EntryKinds.Mail, CancellationToken.None))
        {
            await using var content = await archive.OpenContentAsync(entry.Id, CancellationToken.None);
            var copy = new MemoryStream();
            await content.CopyToAsync(copy);
            Assert.Equal($"header of {copy.Length} bytes", Encoding.UTF8.GetString(entry.Payload.Span));
            lengths.Add(copy.Length);
        }
        Assert.Equal([34, 41_073, 376_917, 1_398_915, 0], lengths);
    }

    private void Copy(string from, string to)
    {
        _disk.CreateFolder(Path.GetDirectoryName(to)!);
        using var file = _disk.Open(to, DiskMode.Create);
        file.Write(0, File.ReadAllBytes(from));
    }

    private static byte[] Message(string subject, byte[] attachment, int chars = 76) => Encoding.ASCII.GetBytes(
        $"Subject: {subject}\r\n\r\n--b\r\nContent-Transfer-Encoding: base64\r\n\r\n{PackedBodyTests.Lines(attachment, chars, "\r\n")}\r\n--b--\r\n");
}
