using Recorder.Archive;
using Recorder.Archive.Disk;
using Recorder.Archive.Log;
using Recorder.Archive.Segments;
using Recorder.Tests.Archive.Disk;

namespace Recorder.Tests.Archive.Log;

public sealed class LogSealTests
{
    [Fact]
    public async Task A_sealed_file_becomes_a_segment_a_received_day_and_one_of_the_ledger_and_is_gone()
    {
        await using var bench = await LogBench.OpenAsync();
        var today = await bench.MailAsync(LogBench.Bytes(500));
        var yesterday = await bench.MailAsync(LogBench.Bytes(9000), receivedAt: LogBench.Start.AddDays(-1));
        var plain = await bench.EventAsync("event");
        var file = bench.NewestFile();
        await bench.Log.SealAsync(default);
        Assert.Equal(
            [(SegmentKind.Ledger, 14), (SegmentKind.Mail, 13), (SegmentKind.Mail, 14)],
            bench.Log.Segments.Select(each => (each.Kind, each.Day.Day)).OrderDescending().OrderByDescending(each => each.Kind).ThenBy(each => each.Day));
        Assert.False(bench.Disk.Exists(file));
        Assert.DoesNotContain(bench.Files("spool/main"), path => path.EndsWith(".body", StringComparison.Ordinal));
        for (var round = 0; round < 2; round++)
        {
            Assert.Equal(LogBench.Bytes(500), await bench.ContentOfAsync(today.Id));
            Assert.Equal(LogBench.Bytes(9000), await bench.ContentOfAsync(yesterday.Id));
            Assert.Equal(EntryKind.Event, (await bench.Log.FindAsync(plain.Id, default))!.Kind);
            Assert.Equal([1L, 2L, 3L, 4L, 5L, 6L], (await bench.AllAsync()).Select(entry => entry.Position.Sequence));
            Assert.Empty(await bench.ProblemsAsync());
            await bench.ReopenAsync();
        }
    }

    [Fact]
    public async Task Roots_name_their_segments_and_chain_over_files_and_restarts()
    {
        await using var bench = await LogBench.OpenAsync();
        for (var round = 0; round < 3; round++)
        {
            await bench.MailAsync(LogBench.Bytes(100, round));
            await bench.Log.SealAsync(default);
            await bench.ReopenAsync();
        }
        var entries = await bench.AllAsync(EntryKinds.Roots);
        var roots = entries.Select(entry => RootRecord.Decode(entry.Payload.Span)!).ToList();
        Assert.Equal(new byte[32], roots[0].PreviousSha256.ToArray());
        for (var i = 1; i < roots.Count; i++)
            Assert.Equal(RootRecord.HashOf(entries[i - 1].Payload.Span), roots[i].PreviousSha256.ToArray());
        foreach (var segment in bench.Log.Segments)
        {
            var root = Assert.Single(roots, root => root.Segment == segment.Name);
            Assert.Equal(segment.MerkleRoot.ToArray(), root.MerkleRoot.ToArray());
            Assert.Equal((segment.FirstSequence, segment.LastSequence, segment.EntryCount), (root.FirstSequence, root.LastSequence, root.EntryCount));
        }
    }

    [Fact]
    public async Task A_full_file_is_sealed_while_appends_go_on()
    {
        await using var bench = await LogBench.OpenAsync(options: LogBench.Small with { ActiveFileMaxBytes = 20_000 });
        var receipts = new List<Receipt>();
        for (var i = 0; i < 40; i++) receipts.Add(await bench.MailAsync(LogBench.Bytes(3000, i)));
        await bench.Log.SettleAsync();
        Assert.True(bench.Log.Status.SealedFiles >= 4);
        for (var i = 0; i < 40; i++) Assert.Equal(LogBench.Bytes(3000, i), await bench.ContentOfAsync(receipts[i].Id));
        Assert.Empty(await bench.ProblemsAsync());
        Assert.Empty(bench.Failures);
    }

    [Fact]
    public async Task A_day_that_ended_is_sealed_without_further_mail()
    {
        await using var bench = await LogBench.OpenAsync();
        var receipt = await bench.MailAsync("last of the day");
        bench.Time.Advance(TimeSpan.FromHours(15));
        await LogBench.UntilAsync(() => bench.Log.Status.SealedFiles > 0);
        Assert.Equal(SegmentKind.Mail, Assert.Single(bench.Log.Segments).Kind);
        Assert.Equal("last of the day"u8.ToArray(), await bench.ContentOfAsync(receipt.Id));
        // The root of that segment alone is no reason to seal the next day.
        var file = bench.NewestFile();
        bench.Time.Advance(TimeSpan.FromDays(2));
        // Behind the timer's request in the same queue.
        await bench.Log.SealAsync(default);
        Assert.Equal(2, bench.Log.Status.SealedFiles);
        Assert.NotEqual(file, bench.NewestFile());
    }

    [Fact]
    public async Task Entries_are_found_at_every_moment_of_sealing()
    {
        await using var bench = await LogBench.OpenAsync(options: LogBench.Small with { ActiveFileMaxBytes = 30_000 });
        var receipts = new List<(Receipt Receipt, int Seed)>();
        using var stop = new CancellationTokenSource();
        var readers = Enumerable.Range(0, 3).Select(who => Task.Run(async () =>
        {
            var random = new Random(who);
            var reads = 0;
            while (!stop.IsCancellationRequested)
            {
                (Receipt Receipt, int Seed)[] known;
                lock (receipts) known = [.. receipts];
                if (known.Length == 0) continue;
                var (receipt, seed) = known[random.Next(known.Length)];
                Assert.Equal(receipt.Position, (await bench.Log.FindAsync(receipt.Id, default))?.Position);
                Assert.Equal(LogBench.Bytes(2000 + (seed % 2 * 4000), seed), await bench.ContentOfAsync(receipt.Id));
                reads++;
            }
            return reads;
        })).ToList();
        for (var i = 0; i < 120; i++)
        {
            var receipt = await bench.MailAsync(LogBench.Bytes(2000 + (i % 2 * 4000), i));
            lock (receipts) receipts.Add((receipt, i));
        }
        await bench.Log.SealAsync(default);
        await stop.CancelAsync();
        Assert.All(await Task.WhenAll(readers), reads => Assert.True(reads > 0));
    }

    [Fact]
    public async Task A_follower_sees_each_entry_once_in_order_across_sealing()
    {
        await using var bench = await LogBench.OpenAsync(options: LogBench.Small with { ActiveFileMaxBytes = 20_000, RecentEntries = 4 });
        using var stop = new CancellationTokenSource();
        var followers = new[] { EntryKinds.All, EntryKinds.Mail, EntryKinds.Events | EntryKinds.Roots }.Select(kinds => Task.Run(async () =>
        {
            var seen = new List<LogEntry>();
            await foreach (var entry in bench.Log.FollowAsync(0, kinds, stop.Token))
            {
                seen.Add(entry);
                if (entry.Payload.Span.SequenceEqual("end"u8)) return seen;
            }
            return seen;
        })).ToList();
        for (var i = 0; i < 60; i++)
        {
            await bench.MailAsync(LogBench.Bytes(2000, i));
            await bench.EventAsync($"event {i}");
        }
        await bench.Log.SealAsync(default);
        await bench.EventAsync("end");
        await bench.MailAsync(LogBench.Bytes(10), "end");
        var seen = await Task.WhenAll(followers);
        var all = await bench.AllAsync();
        var end = seen[0][^1].Position.Sequence;
        Assert.Equal(all.Select(entry => entry.Position.Sequence).TakeWhile(sequence => sequence <= end), seen[0].Select(entry => entry.Position.Sequence));
        Assert.Equal(all.Where(entry => entry.Kind == EntryKind.Mail).Select(entry => entry.Id), seen[1].Select(entry => entry.Id));
        Assert.Equal(60, seen[2].Count(entry => entry.Kind == EntryKind.Event) - 1);
    }

    [Fact]
    public async Task A_crash_at_any_step_of_sealing_loses_and_doubles_nothing()
    {
        // Enough operations that the last runs seal without a crash.
        for (var operations = 0; operations < 160; operations += 3)
        {
            var disk = new FaultyDisk(operations);
            await using var bench = await LogBench.OpenAsync(disk);
            var mail = await bench.MailAsync(LogBench.Bytes(900));
            var large = await bench.MailAsync(LogBench.Bytes(6000), receivedAt: LogBench.Start.AddDays(-1));
            await bench.EventAsync("event");
            disk.LosePowerAfter(operations);
            try { await bench.Log.SealAsync(default); }
            catch (Exception e) when (e is ArchiveException or IOException) { }
            await bench.CrashAndOpenAsync();
            await bench.Log.SealAsync(default);
            Assert.Equal(LogBench.Bytes(900), await bench.ContentOfAsync(mail.Id));
            Assert.Equal(LogBench.Bytes(6000), await bench.ContentOfAsync(large.Id));
            var entries = await bench.AllAsync();
            Assert.Equal(Enumerable.Range(1, entries.Count).Select(n => (long)n), entries.Select(entry => entry.Position.Sequence));
            var roots = entries.Where(entry => entry.Kind == EntryKind.Root).Select(entry => RootRecord.Decode(entry.Payload.Span)!.Segment).ToList();
            Assert.Equal(roots.Distinct(), roots);
            Assert.Equal(bench.Log.Segments.Select(segment => segment.Name).Order(), roots.Order());
            Assert.Empty(await bench.ProblemsAsync());
            Assert.DoesNotContain(bench.Files("spool/main"), path => path.EndsWith(".body", StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task A_removed_day_is_accounted_for_by_its_root()
    {
        await using var bench = await LogBench.OpenAsync();
        var receipt = await bench.MailAsync("to be removed");
        await bench.EventAsync("stays");
        await bench.Log.SealAsync(default);
        var day = bench.Log.Segments.Single(segment => segment.Kind == SegmentKind.Mail);
        bench.Log.Remove(day);
        Assert.Null(await bench.Log.FindAsync(receipt.Id, default));
        Assert.Empty(await bench.ProblemsAsync(name => name == day.Name));
        await bench.ReopenAsync();
        Assert.Empty(await bench.ProblemsAsync(name => name == day.Name));
        Assert.True((await bench.EventAsync("next")).Position.Sequence > receipt.Position.Sequence);
    }

    [Fact]
    public async Task A_segment_that_vanished_is_named()
    {
        await using var bench = await LogBench.OpenAsync();
        await bench.MailAsync("to vanish");
        await bench.Log.SealAsync(default);
        var name = bench.Log.Segments.Single().Name;
        await bench.CloseAsync();
        bench.Disk.Delete($"segments/{name}");
        await bench.OpenAsync();
        Assert.Contains("main/1: the segment is missing", await bench.ProblemsAsync());
    }

    [Fact]
    public async Task A_segment_that_vanished_with_its_manifest_is_named_by_its_root()
    {
        await using var bench = await LogBench.OpenAsync();
        await bench.MailAsync("to vanish");
        await bench.Log.SealAsync(default);
        var name = bench.Log.Segments.Single().Name;
        await bench.CloseAsync();
        foreach (var path in bench.Files("segments")) bench.Disk.Delete(path);
        await bench.OpenAsync();
        Assert.Equal(["main/1: the segment is missing; it held 1 entries from 1 to 1"], await bench.ProblemsAsync());
        Assert.Empty(await bench.ProblemsAsync(removed => removed == name));
    }

    [Fact]
    public async Task Verify_goes_on_whatever_byte_of_the_last_segment_is_wrong()
    {
        var disk = new FaultyDisk(seed: 1);
        await using (var bench = await LogBench.OpenAsync(disk))
        {
            for (var i = 0; i < 3; i++)
            {
                await bench.MailAsync($"mail {i}");
                await bench.EventAsync($"event {i}");
            }
            await bench.Log.SealAsync(default);
        }
        foreach (var (path, _) in disk.AllFiles().Where(file => !file.Path.Contains("/ledger-", StringComparison.Ordinal))) disk.Delete(path);
        var (ledger, length) = disk.AllFiles().Single();
        for (var offset = 0; offset < length; offset++)
        {
            var copy = disk.Copy(1);
            copy.Rot(ledger, offset);
            await using var bench = await LogBench.OpenAsync(copy);
            Assert.NotEmpty(await bench.ProblemsAsync());
        }
    }

    [Fact]
    public async Task Lost_active_files_do_not_make_positions_or_ids_come_twice()
    {
        await using var bench = await LogBench.OpenAsync();
        await bench.MailAsync("sealed");
        await bench.Log.SealAsync(default);
        var last = (await bench.MailAsync("sealed too")).Id;
        await bench.Log.SealAsync(default);
        await bench.CloseAsync();
        foreach (var path in bench.Files("log/main")) bench.Disk.Delete(path);
        bench.Time.AdjustTime(LogBench.Start.AddDays(-3));
        await bench.OpenAsync();
        var sealedThrough = bench.Log.Segments.Max(segment => segment.LastSequence);
        var next = await bench.MailAsync("next");
        Assert.Equal(sealedThrough + 1, next.Position.Sequence);
        Assert.True(next.Id.CompareTo(last) > 0);
    }

    [Fact]
    public async Task A_failing_store_is_reported_and_sealing_succeeds_later()
    {
        var disk = new FaultyDisk(seed: 11);
        await using var bench = await LogBench.OpenAsync(disk);
        var receipt = await bench.MailAsync("kept");
        disk.Faults = new DiskFaults { FailWrite = 1, Under = "segments/" };
        await Assert.ThrowsAnyAsync<IOException>(() => bench.Log.SealAsync(default));
        Assert.Contains(bench.Failures, failure => failure.Doing == "seal");
        Assert.Equal(1, bench.Log.Status.RetiredFiles);
        Assert.Equal("kept"u8.ToArray(), await bench.ContentOfAsync(receipt.Id));
        disk.Faults = new DiskFaults();
        bench.Time.Advance(TimeSpan.FromMinutes(2));
        await LogBench.UntilAsync(() => bench.Log.Status.RetiredFiles == 0);
        Assert.Single(bench.Log.Segments);
    }}
