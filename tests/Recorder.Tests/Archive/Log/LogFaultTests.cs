using Recorder.Archive;
using Recorder.Archive.Disk;
using Recorder.Tests.Archive.Disk;

namespace Recorder.Tests.Archive.Log;

public sealed class LogFaultTests
{
    [Fact]
    public async Task A_failed_sync_is_not_tried_again_the_file_is_retired_and_the_log_goes_on()
    {
        for (var seed = 0; seed < 20; seed++)
        {
            var disk = new FaultyDisk(seed);
            await using var bench = await LogBench.OpenAsync(disk);
            var before = await bench.MailAsync("before");
            var file = bench.NewestFile();
            var syncs = disk.Syncs[file];
            disk.FailNextSyncs = 1;
            var error = await Assert.ThrowsAsync<ArchiveException>(() => bench.MailAsync("refused"));
            Assert.Equal(ArchiveFault.WriteFailed, error.Fault);
            var after = await bench.MailAsync("after");
            Assert.True(before.Position.Sequence < after.Position.Sequence);
            Assert.NotEqual(file, bench.NewestFile());
            await bench.Log.SettleAsync();
            Assert.Equal(syncs + 1, disk.Syncs[file]);
            await bench.CrashAndOpenAsync();
            Assert.Equal(["before", "after"], await TextsAsync(bench));
            Assert.Empty(await bench.ProblemsAsync());
        }
    }

    [Fact]
    public async Task After_a_failed_sync_and_a_kill_nothing_that_was_visible_vanishes_later()
    {
        var resurfaced = 0;
        for (var seed = 0; seed < 30; seed++)
        {
            var disk = new FaultyDisk(seed);
            await using var bench = await LogBench.OpenAsync(disk);
            await bench.MailAsync("before");
            // The batch's, and its successor's.
            disk.FailNextSyncs = 2;
            await Assert.ThrowsAsync<ArchiveException>(() => bench.MailAsync(LogBench.Bytes(3000)));
            await LogBench.UntilAsync(() => disk.FailNextSyncs == 0);
            disk.LosePowerAfter(0);
            await bench.CloseAsync();
            // The process alone dies: the page cache still shows the unacknowledged mail.
            disk.Kill();
            await bench.OpenAsync();
            var seen = await bench.AllAsync(EntryKinds.Mail);
            resurfaced += seen.Count - 1;
            var after = await bench.MailAsync("after");
            await bench.CrashAndOpenAsync();
            Assert.Equal([.. seen.Select(entry => entry.Id), after.Id], (await bench.AllAsync(EntryKinds.Mail)).Select(entry => entry.Id));
            Assert.Empty(await bench.ProblemsAsync());
        }
        Assert.True(resurfaced > 0);
    }

    [Fact]
    public async Task A_successor_that_failed_half_way_does_not_void_what_is_acknowledged_later()
    {
        for (var seed = 0; seed < 20; seed++)
        {
            var disk = new FaultyDisk(seed);
            await using var bench = await LogBench.OpenAsync(disk);
            await bench.MailAsync("before");
            disk.Faults = new DiskFaults { FailSync = 1, Under = "log/main" };
            await Assert.ThrowsAsync<ArchiveException>(() => bench.Log.SealAsync(default));
            disk.Faults = new DiskFaults();
            await bench.MailAsync("after");
            await bench.CrashAndOpenAsync();
            Assert.Equal(["before", "after"], await TextsAsync(bench));
        }
    }

    [Fact]
    public async Task A_full_disk_refuses_as_full_and_takes_again_in_the_same_file_when_there_is_room()
    {
        var disk = new FaultyDisk(seed: 5);
        await using var bench = await LogBench.OpenAsync(disk);
        await bench.MailAsync("before");
        var file = bench.NewestFile();
        disk.Faults = new DiskFaults { CapacityBytes = disk.UsedBytes + 500 };
        for (var i = 0; i < 3; i++)
        {
            var error = await Assert.ThrowsAsync<ArchiveException>(() => bench.MailAsync(LogBench.Bytes(2000, i)));
            Assert.Equal(ArchiveFault.DiskFull, error.Fault);
        }
        Assert.Equal(ArchiveFault.DiskFull, (await Assert.ThrowsAsync<ArchiveException>(() => bench.MailAsync(LogBench.Bytes(9000)))).Fault);
        await bench.MailAsync("fits");
        disk.Faults = new DiskFaults();
        await bench.MailAsync("after");
        Assert.Equal(file, bench.NewestFile());
        Assert.DoesNotContain(bench.Files("spool/main"), path => path.EndsWith(".body", StringComparison.Ordinal));
        await bench.CrashAndOpenAsync();
        Assert.Equal(["before", "fits", "after"], await TextsAsync(bench));
        Assert.Empty(await bench.ProblemsAsync());
    }

    [Fact]
    public async Task Mail_is_refused_before_events_are_as_space_runs_out()
    {
        var disk = new FaultyDisk(seed: 5);
        await using var bench = await LogBench.OpenAsync(disk, LogBench.Small with { MailReserveBytes = 100_000, EventReserveBytes = 50_000 });
        disk.Faults = new DiskFaults { CapacityBytes = disk.UsedBytes + 80_000 };
        Assert.Equal(ArchiveFault.DiskFull, (await Assert.ThrowsAsync<ArchiveException>(() => bench.MailAsync("mail"))).Fault);
        await bench.EventAsync("what became of earlier mail");
        disk.Faults = new DiskFaults { CapacityBytes = disk.UsedBytes + 40_000 };
        Assert.Equal(ArchiveFault.DiskFull, (await Assert.ThrowsAsync<ArchiveException>(() => bench.EventAsync("event"))).Fault);
        disk.Faults = new DiskFaults();
        await bench.MailAsync("mail");
    }

    [Fact]
    public async Task A_failed_sync_of_a_spooled_body_refuses_that_mail_alone()
    {
        var disk = new FaultyDisk(seed: 5);
        await using var bench = await LogBench.OpenAsync(disk);
        disk.FailNextSyncs = 1;
        Assert.Equal(ArchiveFault.WriteFailed, (await Assert.ThrowsAsync<ArchiveException>(() => bench.ContentAsync(LogBench.Bytes(9000)))).Fault);
        await bench.MailAsync("small");
        Assert.Single(bench.Files("log/main"), path => path.EndsWith(".active", StringComparison.Ordinal));
        Assert.DoesNotContain(bench.Files("spool/main"), path => path.EndsWith(".body", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_torn_batch_is_cut_and_named_and_the_log_goes_on()
    {
        var torn = 0;
        for (var seed = 0; seed < 30; seed++)
        {
            var disk = new FaultyDisk(seed);
            await using var bench = await LogBench.OpenAsync(disk);
            await bench.MailAsync("before");
            disk.LosePowerAfter(1);
            await Assert.ThrowsAsync<ArchiveException>(() => bench.MailAsync(LogBench.Bytes(4000)));
            await bench.CrashAndOpenAsync();
            var report = bench.Log.Status.Recovery;
            torn += report.Cut.Count;
            Assert.True(report.IsClean);
            Assert.All(report.Cut, cut => Assert.Equal((bench.NewestFile(), true), (cut.File, cut.LengthBytes > 0)));
            var kept = (await bench.AllAsync()).Count;
            Assert.Equal(kept + 1, (await bench.MailAsync("after")).Position.Sequence);
            await bench.ReopenAsync();
            Assert.Empty(bench.Log.Status.Recovery.Cut);
            Assert.Empty(await bench.ProblemsAsync());
        }
        Assert.True(torn > 5, $"{torn} torn");
    }

    [Fact]
    public async Task One_flipped_bit_costs_one_entry_of_a_batch_and_is_named()
    {
        var disk = new FaultyDisk(seed: 7);
        await using var bench = await LogBench.OpenAsync(disk);
        var first = await bench.MailAsync(LogBench.Bytes(2000, 1));
        var size = bench.Log.Status.ActiveFileBytes;
        var second = await bench.MailAsync(LogBench.Bytes(2000, 2));
        var third = await bench.MailAsync(LogBench.Bytes(2000, 3));
        var path = bench.NewestFile();
        // In the content of the second, and in the head of the first.
        disk.Rot(path, size - 64 - 100 + 2000);
        disk.Rot(path, 256 + 64 + 30);
        Assert.Equal(ArchiveFault.Damaged, (await Assert.ThrowsAsync<ArchiveException>(() => bench.ContentOfAsync(second.Id))).Fault);
        Assert.Equal(ArchiveFault.Damaged, (await Assert.ThrowsAsync<ArchiveException>(() => bench.ContentOfAsync(first.Id))).Fault);
        Assert.Equal(LogBench.Bytes(2000, 3), await bench.ContentOfAsync(third.Id));
        var problems = await bench.ProblemsAsync();
        Assert.Contains(problems, problem => problem.StartsWith($"{first.Position}:", StringComparison.Ordinal));
        Assert.Contains(problems, problem => problem.StartsWith($"{second.Position}: its bytes", StringComparison.Ordinal));
        Assert.DoesNotContain(problems, problem => problem.StartsWith($"{third.Position}:", StringComparison.Ordinal));

        await bench.ReopenAsync();
        var report = bench.Log.Status.Recovery;
        Assert.Equal(new(1, 1), Assert.Single(report.Missing));
        Assert.Equal(2, report.Damaged.Count);
        Assert.Null(await bench.Log.FindAsync(first.Id, default));
        await bench.Log.SealAsync(default);
        Assert.Equal([second.Position], bench.SetAside);
        Assert.Equal(LogBench.Bytes(2000, 3), await bench.ContentOfAsync(third.Id));
        Assert.Contains("main/1: positions 1 to 2 are in no segment", await bench.ProblemsAsync());
        Assert.True((await bench.MailAsync("goes on")).Position.Sequence > 3);
    }

    /// <summary>Offsets count from the start of a batch: 64 bytes of its header, an entry's head, 2000 bytes of content.</summary>
    [Theory]
    [InlineData(2000, 2000, true)] // both contents
    [InlineData(64 + 30, 2000, false)] // the head of the second mail
    [InlineData(2, 2000, true)] // the magic of the second batch
    [InlineData(8, 2000, true)] // its length
    [InlineData(2000, 2, true)] // the magic of the last batch
    [InlineData(64 + 30, 26, false)] // its nonce
    [InlineData(64 + 30, 17, false)] // its first position
    public async Task Of_two_damaged_batches_at_the_end_only_the_last_is_taken_for_torn(int second, int last, bool isKept)
    {
        var disk = new FaultyDisk(seed: 7);
        await using var bench = await LogBench.OpenAsync(disk);
        await bench.MailAsync(LogBench.Bytes(2000, 1));
        var starts = new List<long> { bench.Log.Status.ActiveFileBytes };
        var damaged = await bench.MailAsync(LogBench.Bytes(2000, 2));
        starts.Add(bench.Log.Status.ActiveFileBytes);
        await bench.MailAsync(LogBench.Bytes(2000, 3));
        var path = bench.NewestFile();
        await bench.CloseAsync();
        disk.Rot(path, starts[0] + second);
        disk.Rot(path, starts[1] + last);

        await bench.OpenAsync();
        var report = bench.Log.Status.Recovery;
        Assert.Equal(starts[1], Assert.Single(report.Cut).Offset);
        Assert.Equal(starts[0], Assert.Single(report.Damaged).Offset);
        Assert.Equal(isKept, await bench.Log.FindAsync(damaged.Id, default) is not null);
        await bench.Log.SealAsync(default);
        Assert.True(disk.Exists($"{path}.damaged"));
        var isWhole = isKept && second < 64;
        if (isWhole) Assert.Equal(LogBench.Bytes(2000, 2), await bench.ContentOfAsync(damaged.Id));
        Assert.Equal(isWhole ? [] : ["main/2: position 2 is in no segment"], await bench.ProblemsAsync());
        await bench.ReopenAsync();
        Assert.Equal(isWhole ? [] : ["main/2: position 2 is in no segment"], await bench.ProblemsAsync());
    }

    [Fact]
    public async Task A_spooled_body_whose_entry_is_lost_stays_with_the_damaged_file()
    {
        var disk = new FaultyDisk(seed: 7);
        await using var bench = await LogBench.OpenAsync(disk);
        await bench.MailAsync(LogBench.Bytes(9000, 1));
        await bench.MailAsync("after");
        disk.Rot(bench.NewestFile(), 256 + 64 + 30);
        for (var i = 0; i < 2; i++)
        {
            await bench.ReopenAsync();
            await bench.Log.SealAsync(default);
            Assert.Single(bench.Files("spool/main"), path => path.EndsWith(".body", StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task Damaged_entries_do_not_keep_the_others_from_being_sealed()
    {
        var disk = new FaultyDisk(seed: 7);
        await using var bench = await LogBench.OpenAsync(disk);
        await bench.MailAsync(LogBench.Bytes(2000, 1));
        var path = bench.NewestFile();
        disk.Rot(path, bench.Log.Status.ActiveFileBytes - 10);
        var whole = await bench.MailAsync(LogBench.Bytes(2000, 2));
        await bench.Log.SealAsync(default);
        Assert.Equal([new Position("main", 1)], bench.SetAside);
        Assert.True(disk.Exists($"{path}.damaged"));
        Assert.Equal(LogBench.Bytes(2000, 2), await bench.ContentOfAsync(whole.Id));
        Assert.Contains("main/1: position 1 is in no segment", await bench.ProblemsAsync());
        await bench.ReopenAsync();
        Assert.Equal(4, (await bench.MailAsync("goes on")).Position.Sequence);
    }

    [Fact]
    public async Task A_sync_that_lied_is_found_out_where_the_log_can_know()
    {
        var named = 0;
        for (var seed = 0; seed < 20; seed++)
        {
            var disk = new FaultyDisk(seed);
            await using var bench = await LogBench.OpenAsync(disk);
            await bench.MailAsync("before");
            disk.Faults = new DiskFaults { LyingSync = true };
            await bench.MailAsync(LogBench.Bytes(3000, 1));
            // Not sealed before the crash.
            disk.Faults = new DiskFaults { FailWrite = 1, Under = "segments/" };
            // A failed sync makes the next file's header state how long this one is.
            disk.FailNextSyncs = 1;
            await Assert.ThrowsAsync<ArchiveException>(() => bench.MailAsync(LogBench.Bytes(3000, 2)));
            await bench.MailAsync("after");
            await bench.CrashAndOpenAsync();
            await bench.Log.SealAsync(default);
            var isNamed = (await bench.ProblemsAsync()).Any(problem => problem.StartsWith("main/2: position 2 is in no", StringComparison.Ordinal));
            var mails = await bench.AllAsync(EntryKinds.Mail);
            Assert.Equal(isNamed ? 2 : 3, mails.Count);
            if (!isNamed) Assert.Equal(LogBench.Bytes(3000, 1), await bench.ContentOfAsync(mails[1].Id));
            if (isNamed) named++;
        }
        Assert.True(named > 0);
    }

    private static async Task<List<string>> TextsAsync(LogBench bench)
    {
        var texts = new List<string>();
        foreach (var entry in await bench.AllAsync(EntryKinds.Mail))
            texts.Add(System.Text.Encoding.UTF8.GetString(await bench.ContentOfAsync(entry.Id)));
        return texts;
    }
}
