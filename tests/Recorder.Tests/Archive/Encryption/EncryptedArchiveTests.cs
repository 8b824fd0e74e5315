using System.Text;
using Recorder.Archive;
using Recorder.Archive.Copies;
using Recorder.Archive.Disk;
using Recorder.Archive.Encryption;
using Recorder.Archive.Log;
using Recorder.Archive.Segments;
using Recorder.Tests.Archive.Copies;
using Recorder.Tests.Archive.Disk;
using Recorder.Tests.Archive.Log;

namespace Recorder.Tests.Archive.Encryption;

public sealed class EncryptedArchiveTests
{
    private const string Sentinel = "sentinel-7c1f0a52-violet";
    private readonly MasterKey _master = LogBench.NewMaster();
    private readonly MemoryDisk _disk = new();

    [Fact]
    public async Task Nothing_of_a_message_is_on_the_disk_or_in_a_copy_in_the_clear()
    {
        await using var bench = await LogBench.OpenEncryptedAsync(_disk);
        var (small, large) = (await MailAsync(bench, 300), await MailAsync(bench, 40_000));
        await bench.EventAsync($"an act on {Sentinel}");
        AssertNowhere(_disk);
        AssertNowhere(Copy(bench));
        await bench.Log.SealAsync(default);
        AssertNowhere(_disk);
        var segment = bench.Log.Segments.First(one => one.Kind == SegmentKind.Mail);
        bench.Log.Rewrite(segment, entry => entry.Id == small.Id, default);
        AssertNowhere(_disk);
        AssertNowhere(Copy(bench));
        Assert.Equal(Text(40_000), Encoding.UTF8.GetString(await bench.ContentOfAsync(large.Id)));
        Assert.Empty(await bench.ProblemsAsync());
    }

    [Fact]
    public async Task Without_encryption_the_same_words_are_found_so_the_look_can_fail()
    {
        await using var bench = await LogBench.OpenAsync(_disk);
        await MailAsync(bench, 300);
        Assert.NotEmpty(FilesWith(_disk, Encoding.UTF8.GetBytes(Sentinel)));
    }

    [Fact]
    public async Task Every_file_has_a_key_of_its_own()
    {
        await using var bench = await LogBench.OpenEncryptedAsync(_disk);
        for (var i = 0; i < 3; i++)
        {
            await MailAsync(bench, 40_000 + i);
            await bench.Log.SealAsync(default);
        }
        await MailAsync(bench, 50_000);
        var ids = _disk.Paths().Where(path => path.EndsWith(".seg", StringComparison.Ordinal) || path.EndsWith(".aes", StringComparison.Ordinal))
            .Select(path => EncryptedFile.IdOf(_disk.Bytes(path), path)).ToList();
        Assert.True(ids.Count >= 6, $"{ids.Count} files");
        Assert.Equal(ids.Count, ids.Distinct().Count());
        var active = FileHeader.Decode(_disk.Bytes(bench.NewestFile()))!;
        Assert.True(active.IsEncrypted);
        Assert.NotNull(bench.Keys.Find(new Guid(active.Nonce.Span, bigEndian: true)));
    }

    [Fact]
    public async Task An_archive_is_read_across_switching_encryption_on_and_off_and_a_plain_one_stays_as_it_was()
    {
        await using var bench = await LogBench.OpenAsync(_disk);
        var plain = await MailAsync(bench, 300);
        await bench.Log.SealAsync(default);
        var before = Segments().ToDictionary(path => path, _disk.Bytes);
        await bench.CloseAsync();

        bench.Master = _master;
        await bench.OpenAsync();
        var encrypted = await MailAsync(bench, 301);
        await bench.Log.SealAsync(default);
        var inActive = await MailAsync(bench, 302);
        await bench.CloseAsync();

        bench.NoMore = true;
        await bench.OpenAsync();
        await bench.Log.SealAsync(default);
        var again = await MailAsync(bench, 303);
        await bench.Log.SealAsync(default);
        foreach (var (receipt, length) in new[] { (plain, 300), (encrypted, 301), (inActive, 302), (again, 303) })
            Assert.Equal(Text(length), Encoding.UTF8.GetString(await bench.ContentOfAsync(receipt.Id)));
        Assert.All(before, file => Assert.Equal(file.Value, _disk.Bytes(file.Key)));
        Assert.Empty(await bench.ProblemsAsync());
        Assert.Contains(Segments().Except(before.Keys), path => !EncryptedDisk.IsEncrypted(_disk, path));
    }

    [Fact]
    public async Task The_root_of_a_segment_does_not_depend_on_encryption()
    {
        await using var bench = await LogBench.OpenEncryptedAsync(_disk);
        await MailAsync(bench, 5_000);
        await bench.Log.SealAsync(default);
        var segment = bench.Log.Segments.First(one => one.Kind == SegmentKind.Mail);
        await bench.CloseAsync();
        // The same segment as plain bytes, read by an archive that knows of no keys.
        var plain = new MemoryDisk();
        using (var keys = FileKeys.Open(_disk, [bench.Master!], encrypts: false)) CopyPlain(new EncryptedDisk(_disk, keys), plain, $"segments/{segment.Name}");
        var set = SegmentSet.Open(new FolderSegmentStore(plain, "segments"), "main");
        Assert.Equal(segment.MerkleRoot.ToArray(), set.Segments.Single().MerkleRoot.ToArray());
        Assert.Empty(set.Verify(set.Segments.Single(), null, default));
    }

    [Fact]
    public async Task A_key_file_that_cannot_be_written_refuses_mail_and_nothing_is_acknowledged()
    {
        var keyDisk = new FaultyDisk(11);
        await using var bench = await LogBench.OpenEncryptedAsync(_disk, keyDisk: keyDisk);
        await bench.MailAsync("before");
        keyDisk.Faults = new DiskFaults { CapacityBytes = keyDisk.UsedBytes };
        Assert.Equal(ArchiveFault.DiskFull, (await Assert.ThrowsAsync<ArchiveException>(() => bench.MailAsync(LogBench.Bytes(9_000)))).Fault);
        keyDisk.Faults = new DiskFaults { FailSync = 1 };
        Assert.Equal(ArchiveFault.WriteFailed, (await Assert.ThrowsAsync<ArchiveException>(() => bench.MailAsync(LogBench.Bytes(9_000)))).Fault);
        // A file that is in use needs no key: small mail goes on until the next file.
        await bench.MailAsync("small");
        await Assert.ThrowsAsync<ArchiveException>(() => bench.Log.SealAsync(default));
        await Assert.ThrowsAsync<ArchiveException>(() => bench.MailAsync("not now"));
        keyDisk.Faults = new DiskFaults();
        await bench.MailAsync("after");
        Assert.Empty(keyDisk.SyncedAgain);
        Assert.DoesNotContain(_disk.Paths(), path => path.EndsWith(".aes", StringComparison.Ordinal));
        await bench.ReopenAsync();
        var texts = new List<string>();
        foreach (var entry in await bench.AllAsync(EntryKinds.Mail)) texts.Add(Encoding.UTF8.GetString(await bench.ContentOfAsync(entry.Id)));
        Assert.Equal(["before", "small", "after"], texts);
    }

    [Fact]
    public async Task Segments_that_change_places_are_named()
    {
        await using var bench = await LogBench.OpenEncryptedAsync(_disk);
        for (var i = 0; i < 2; i++)
        {
            await MailAsync(bench, 3_000);
            await bench.Log.SealAsync(default);
        }
        var (one, other) = (Mail(bench, 0), Mail(bench, 1));
        var (first, second) = (_disk.Bytes(one), _disk.Bytes(other));
        _disk.Put(one, second);
        _disk.Put(other, first);
        await bench.ReopenAsync();
        var problems = await bench.ProblemsAsync();
        Assert.Contains(problems, problem => problem.Contains("not the segment that the manifest lists", StringComparison.Ordinal));
        Assert.True(problems.Count >= 2, string.Join('\n', problems));
    }

    [Fact]
    public async Task A_flipped_byte_anywhere_in_a_segment_is_named_by_verify()
    {
        await using var bench = await LogBench.OpenEncryptedAsync(_disk);
        await MailAsync(bench, 60_000);
        await bench.Log.SealAsync(default);
        var path = Mail(bench, 0);
        for (var (at, length) = (0, _disk.Bytes(path).Length); at < length; at += length / 17)
        {
            CopyBench.Flip(_disk, path, at);
            Assert.NotEmpty(await bench.ProblemsAsync());
            CopyBench.Flip(_disk, path, at);
        }
        Assert.Empty(await bench.ProblemsAsync());
    }

    [Fact]
    public async Task A_flipped_byte_of_the_active_file_costs_its_page_and_not_the_batches_beside_it()
    {
        await using var bench = await LogBench.OpenEncryptedAsync(_disk);
        await bench.MailAsync("one");
        var at = bench.Log.Status.ActiveFileBytes;
        var lost = await bench.MailAsync(LogBench.Bytes(2_000));
        var kept = await bench.MailAsync("three");
        CopyBench.Flip(_disk, bench.NewestFile(), at + 500);
        Assert.Equal(ArchiveFault.Damaged, (await Assert.ThrowsAsync<ArchiveException>(() => bench.ContentOfAsync(lost.Id))).Fault);
        Assert.Contains(await bench.ProblemsAsync(), problem => problem.StartsWith($"{lost.Position}:", StringComparison.Ordinal));
        await bench.ReopenAsync();
        Assert.Equal("three", Encoding.UTF8.GetString(await bench.ContentOfAsync(kept.Id)));
        Assert.Equal(new(lost.Position.Sequence, lost.Position.Sequence), Assert.Single(bench.Log.Status.Recovery.Missing));
    }

    [Fact]
    public async Task A_copy_restores_with_the_key_file_and_is_refused_in_plain_words_without()
    {
        await using var bench = new CopyBench(await LogBench.OpenEncryptedAsync(_disk, _master), new MemoryDisk());
        await MailAsync(bench.Source, 3_000);
        await bench.Source.Log.SealAsync(default);
        await MailAsync(bench.Source, 40_000);
        var report = bench.Copy();
        Assert.Empty(report.Findings);
        Assert.True(bench.Copy().IsUnchanged);
        var (restore, into) = CopyBench.Restore(bench.Target);
        Assert.Empty(restore.Findings);
        var without = await Assert.ThrowsAsync<ArchiveException>(() => LogBench.OpenAsync(into));
        Assert.Contains("archive.keys", without.Message, StringComparison.Ordinal);
        await using var restored = await LogBench.OpenEncryptedAsync(into, _master, keyDisk: _disk);
        await bench.AssertSameAsync(restored, report.Through);
    }

    [Fact]
    public async Task What_was_purged_is_unreadable_in_an_older_copy_once_its_key_is_destroyed()
    {
        await using var bench = new CopyBench(await LogBench.OpenEncryptedAsync(_disk, _master), new MemoryDisk());
        var purged = await MailAsync(bench.Source, 3_000);
        await MailAsync(bench.Source, 3_001);
        await bench.Source.Log.SealAsync(default);
        bench.Copy();
        var segment = bench.Source.Log.Segments.First(one => one.Kind == SegmentKind.Mail);
        bench.Source.Log.Rewrite(segment, entry => entry.Id == purged.Id, default);
        Assert.True(bench.Source.Log.DestroyKeys() > 0);
        Assert.Equal(0, bench.Source.Log.DestroyKeys());
        var (_, into) = CopyBench.Restore(bench.Target);
        using var keys = FileKeys.Open(_disk, [_master], encrypts: true);
        Assert.Contains("was destroyed", Assert.Throws<ArchiveException>(() => new EncryptedDisk(into, keys).Open($"segments/{segment.Name}", DiskMode.Read)).Message, StringComparison.Ordinal);
        Assert.Empty(await new CopyWitness(bench.Source.Log, "copy", bench.Target, _ => false).CompareAsync(default));
        Assert.Empty(await bench.Source.ProblemsAsync());
    }

    [Fact]
    public async Task Keys_of_what_was_sealed_go_and_the_key_file_does_not_grow_without_end()
    {
        await using var bench = await LogBench.OpenEncryptedAsync(_disk);
        for (var i = 0; i < 30; i++)
        {
            await MailAsync(bench, 9_000 + i);
            if (i % 10 == 9) await bench.Log.SealAsync(default);
        }
        bench.Log.DestroyKeys();
        // The first seal has no roots to put into a segment of the ledger.
        Assert.Equal(bench.Log.Segments.Count + 1, bench.Keys.Count);
        await bench.ReopenAsync();
        Assert.Empty(await bench.ProblemsAsync());
    }

    private IEnumerable<string> Segments() => _disk.Paths().Where(path => path.EndsWith(".seg", StringComparison.Ordinal));

    private static string Mail(LogBench bench, int number) => $"segments/{bench.Log.Segments.Where(one => one.Kind == SegmentKind.Mail).ElementAt(number).Name}";

    private static string Text(int length) => new StringBuilder().Insert(0, Sentinel + " ", length / Sentinel.Length + 1).ToString()[..length];

    private static Task<Receipt> MailAsync(LogBench bench, int length) => bench.MailAsync(Encoding.UTF8.GetBytes(Text(length)), $"about {Sentinel}", clusterKey: Sentinel);

    private static MemoryDisk Copy(LogBench bench)
    {
        var target = new MemoryDisk();
        using var into = CopyTarget.Open(target);
        using var image = bench.Log.TakeImage();
        new ArchiveCopier(into, _ => false, bench.Time).Run(image, [], CancellationToken.None);
        return target;
    }

    private static void CopyPlain(EncryptedDisk from, MemoryDisk to, string path)
    {
        using var file = from.Open(path, DiskMode.Read);
        var bytes = new byte[file.Length];
        file.Read(0, bytes);
        DurableFile.EnsureFolder(to, DurableFile.FolderOf(path));
        to.Put(path, bytes);
    }

    private static void AssertNowhere(MemoryDisk disk) => Assert.Empty(FilesWith(disk, Encoding.UTF8.GetBytes(Sentinel)));

    private static List<string> FilesWith(MemoryDisk disk, byte[] words) => [.. disk.Paths().Where(path => disk.Bytes(path).AsSpan().IndexOf(words) >= 0)];
}
