using System.Text;
using Recorder.Archive;
using Recorder.Archive.Disk;
using Recorder.Tests.Archive.Disk;

namespace Recorder.Tests.Archive.Log;

public sealed class LogAppendTests
{
    [Fact]
    public async Task What_was_appended_is_found_with_its_bytes_before_and_after_a_restart()
    {
        await using var bench = await LogBench.OpenAsync();
        var small = LogBench.Bytes(700);
        var large = LogBench.Bytes(10_000, seed: 2);
        var first = await bench.MailAsync(small, "facts", LogBench.Start.AddDays(-1).ToOffset(TimeSpan.FromHours(8)), "list.example");
        var second = await bench.MailAsync(large);
        var third = await bench.EventAsync("an event");
        for (var round = 0; round < 2; round++)
        {
            var entry = await bench.Log.FindAsync(first.Id, default);
            Assert.NotNull(entry);
            Assert.Equal((first.Position, EntryKind.Mail, first.AppendedAt), (entry.Position, entry.Kind, entry.AppendedAt));
            Assert.Equal(LogBench.Start.AddDays(-1), entry.ReceivedAt);
            Assert.Equal("facts", Encoding.UTF8.GetString(entry.Payload.Span));
            Assert.Equal(700, entry.ContentLengthBytes);
            Assert.Equal(LogBench.Sha256(small), entry.ContentSha256.ToArray());
            Assert.Equal(small, await bench.ContentOfAsync(first.Id));
            Assert.Equal(large, await bench.ContentOfAsync(second.Id));
            var plain = (await bench.Log.FindAsync(third.Id, default))!;
            Assert.Equal((EntryKind.Event, 0L, 0, plain.AppendedAt), (plain.Kind, plain.ContentLengthBytes, plain.ContentSha256.Length, plain.ReceivedAt));
            Assert.Equal([1L, 2L, 3L], (await bench.AllAsync()).Select(each => each.Position.Sequence));
            Assert.Empty(await bench.ProblemsAsync());
            await bench.ReopenAsync();
        }
        Assert.Equal(4, (await bench.EventAsync("after")).Position.Sequence);
    }

    [Fact]
    public async Task Empty_content_is_content()
    {
        await using var bench = await LogBench.OpenAsync();
        var receipt = await bench.MailAsync("");
        Assert.Empty(await bench.ContentOfAsync(receipt.Id));
        await bench.Log.SealAsync(default);
        Assert.Empty(await bench.ContentOfAsync(receipt.Id));
        Assert.Empty(await bench.ProblemsAsync());
    }

    [Fact]
    public async Task An_unknown_record_is_not_found_and_its_content_is_missing()
    {
        await using var bench = await LogBench.OpenAsync();
        var id = new RecordId(Guid.Parse("01890000-0000-7000-8000-000000000000"));
        Assert.Null(await bench.Log.FindAsync(id, default));
        var error = await Assert.ThrowsAsync<ArchiveException>(() => bench.ContentOfAsync(id));
        Assert.Equal(ArchiveFault.Missing, error.Fault);
        var plain = await bench.EventAsync("no content");
        Assert.Equal(ArchiveFault.Missing, (await Assert.ThrowsAsync<ArchiveException>(() => bench.ContentOfAsync(plain.Id))).Fault);
    }

    [Fact]
    public async Task Nothing_is_acknowledged_that_a_crash_can_take()
    {
        for (var seed = 0; seed < 20; seed++)
        {
            var disk = new FaultyDisk(seed);
            await using var bench = await LogBench.OpenAsync(disk);
            var small = await bench.MailAsync(LogBench.Bytes(300, seed));
            var large = await bench.MailAsync(LogBench.Bytes(9000, seed));
            await bench.CrashAndOpenAsync();
            Assert.Equal(LogBench.Bytes(300, seed), await bench.ContentOfAsync(small.Id));
            Assert.Equal(LogBench.Bytes(9000, seed), await bench.ContentOfAsync(large.Id));
        }
    }

    [Fact]
    public async Task Many_appenders_share_syncs_and_get_dense_positions()
    {
        await using var bench = await LogBench.OpenAsync(options: LogBench.Small with { ActiveFileMaxBytes = 64 * 1024 * 1024 });
        var appends = Enumerable.Range(0, 64).Select(who => Task.Run(async () =>
        {
            var mine = new List<(Receipt, byte[])>();
            for (var i = 0; i < 20; i++)
            {
                var bytes = LogBench.Bytes(50 + (i * 400), (who * 100) + i);
                mine.Add((await bench.MailAsync(bytes), bytes));
            }
            return mine;
        }));
        var all = (await Task.WhenAll(appends)).SelectMany(mine => mine).ToList();
        Assert.Equal(Enumerable.Range(1, 64 * 20).Select(n => (long)n), all.Select(one => one.Item1.Position.Sequence).Order());
        foreach (var (receipt, bytes) in all) Assert.Equal(bytes, await bench.ContentOfAsync(receipt.Id));
        var entries = await bench.AllAsync(EntryKinds.Mail);
        Assert.Equal(64 * 20, entries.Count);
        Assert.All(entries.Zip(entries.Skip(1)), pair => Assert.True(pair.First.Id.CompareTo(pair.Second.Id) < 0));
        Assert.True(bench.Log.Status.Syncs < all.Count, $"{bench.Log.Status.Syncs} syncs");
        Assert.Empty(bench.Failures);
    }

    [Fact]
    public async Task The_same_body_of_the_same_day_is_stored_once()
    {
        await using var bench = await LogBench.OpenAsync();
        var body = LogBench.Bytes(4000);
        var first = await bench.MailAsync(body);
        var before = bench.Log.Status.ActiveFileBytes;
        var same = await bench.MailAsync(body);
        Assert.True(bench.Log.Status.ActiveFileBytes - before < 500);
        var otherDay = await bench.MailAsync(body, receivedAt: LogBench.Start.AddDays(-1));
        Assert.True(bench.Log.Status.ActiveFileBytes - before > 4000);
        foreach (var receipt in new[] { first, same, otherDay }) Assert.Equal(body, await bench.ContentOfAsync(receipt.Id));
        await bench.ReopenAsync();
        before = bench.Log.Status.ActiveFileBytes;
        await bench.MailAsync(body);
        Assert.True(bench.Log.Status.ActiveFileBytes - before < 500);
    }

    [Fact]
    public async Task A_large_body_sent_again_leaves_one_spool_file_and_an_abandoned_one_none()
    {
        await using var bench = await LogBench.OpenAsync();
        var body = LogBench.Bytes(20_000);
        await bench.MailAsync(body);
        await bench.MailAsync(body);
        Assert.Single(bench.Files("spool/main"));
        await (await bench.ContentAsync(LogBench.Bytes(20_000, seed: 5))).DisposeAsync();
        await using (var unfinished = bench.Log.BeginContent()) await unfinished.WriteAsync(new(LogBench.Bytes(20_000, seed: 6)), default);
        Assert.Single(bench.Files("spool/main"));
    }

    [Fact]
    public async Task Spool_files_of_mail_that_was_never_recorded_go_at_the_next_open()
    {
        var disk = new FaultyDisk(seed: 3);
        await using var bench = await LogBench.OpenAsync(disk);
        var kept = await bench.MailAsync(LogBench.Bytes(20_000));
        await bench.ContentAsync(LogBench.Bytes(20_000, seed: 5));
        Assert.Equal(2, bench.Files("spool/main").Count);
        await bench.CrashAndOpenAsync();
        Assert.Equal(1, bench.Log.Status.Recovery.OrphanBodiesDeleted);
        Assert.Equal(LogBench.Bytes(20_000), await bench.ContentOfAsync(kept.Id));
    }

    [Fact]
    public async Task A_stream_outlives_its_content_and_never_shows_other_bytes()
    {
        await using var bench = await LogBench.OpenAsync();
        var content = await bench.ContentAsync(LogBench.Bytes(3000));
        var stream = content.OpenRead();
        await content.DisposeAsync();
        for (var i = 0; i < 50; i++) await (await bench.ContentAsync(LogBench.Bytes(3000, seed: i + 9))).DisposeAsync();
        var read = new byte[3000];
        stream.ReadExactly(read);
        Assert.Equal(LogBench.Bytes(3000), read);
        Assert.Throws<ObjectDisposedException>(content.OpenRead);
    }

    [Fact]
    public async Task Content_from_elsewhere_is_copied_in_and_must_match_its_digest()
    {
        await using var bench = await LogBench.OpenAsync();
        foreach (var length in new[] { 100, 50_000 })
        {
            var bytes = LogBench.Bytes(length);
            var receipt = await bench.Log.AppendAsync(new NewMail(default, new Foreign(bytes, LogBench.Sha256(bytes)), LogBench.Start, ""), default);
            Assert.Equal(bytes, await bench.ContentOfAsync(receipt.Id));
            var wrong = new NewMail(default, new Foreign(bytes, new byte[32]), LogBench.Start, "");
            Assert.Equal(ArchiveFault.Damaged, (await Assert.ThrowsAsync<ArchiveException>(() => bench.Log.AppendAsync(wrong, default))).Fault);
        }
        Assert.Single(bench.Files("spool/main"));
    }

    [Fact]
    public async Task Ids_grow_and_stay_UUIDv7_when_the_clock_goes_back()
    {
        var disk = new MemoryDisk();
        var ids = new List<RecordId>();
        for (var round = 0; round < 3; round++)
        {
            await using var bench = new LogBench(disk);
            bench.Time.AdjustTime(LogBench.Start.AddHours(-round));
            await bench.OpenAsync();
            for (var i = 0; i < 100; i++) ids.Add((await bench.EventAsync("e")).Id);
        }
        Assert.Equal(ids.Distinct(), ids.Order());
        Assert.All(ids, id => Assert.Equal((7, 2), (id.Value.Version, id.Value.Variant >> 2)));
    }

    [Fact]
    public async Task A_second_process_cannot_have_the_lane()
    {
        await using var bench = await LogBench.OpenAsync();
        var error = await Assert.ThrowsAsync<ArchiveException>(() => MailArchive.OpenAsync(LogBench.Small, bench.Disk, bench.Time, default));
        Assert.Equal(ArchiveFault.Unavailable, error.Fault);
        await using var other = new LogBench(bench.Disk, LogBench.Small with { Lane = "import" });
        await other.OpenAsync();
        Assert.Equal(new Position("import", 1), (await other.EventAsync("x")).Position);
    }

    [Fact]
    public async Task A_closed_archive_refuses_and_ends_its_followers()
    {
        var bench = await LogBench.OpenAsync();
        await bench.EventAsync("one");
        var log = bench.Log;
        await using var follower = log.FollowAsync(1, EntryKinds.All, default).GetAsyncEnumerator();
        var next = follower.MoveNextAsync();
        await bench.CloseAsync();
        Assert.Equal(ArchiveFault.Unavailable, (await Assert.ThrowsAsync<ArchiveException>(async () => await next)).Fault);
        Assert.Equal(ArchiveFault.Unavailable, (await Assert.ThrowsAsync<ArchiveException>(
            () => log.AppendAsync(new NewEvent(default), default))).Fault);
    }

    [Fact]
    public async Task An_oversized_payload_is_the_callers_mistake_and_a_long_cluster_key_is_cut()
    {
        await using var bench = await LogBench.OpenAsync();
        await Assert.ThrowsAsync<ArgumentException>(() => bench.Log.AppendAsync(new NewEvent(new byte[1024 * 1024 + 1]), default));
        await bench.Log.AppendAsync(new NewEvent(new byte[1024 * 1024]), default);
        var receipt = await bench.MailAsync(LogBench.Bytes(10), clusterKey: new string('字', 400));
        Assert.Equal(LogBench.Bytes(10), await bench.ContentOfAsync(receipt.Id));
        Assert.Empty(await bench.ProblemsAsync());
    }

    [Fact]
    public async Task Options_out_of_range_are_refused_by_name()
    {
        var error = await Assert.ThrowsAsync<System.ComponentModel.DataAnnotations.ValidationException>(
            () => MailArchive.OpenAsync(new ArchiveOptions { Lane = "../x" }, new MemoryDisk(), TimeProvider.System, default));
        Assert.Contains("Lane", error.Message);
    }

    private sealed class Foreign(byte[] bytes, byte[] sha256) : IReceivedContent
    {
        public long LengthBytes => bytes.Length;
        public ReadOnlyMemory<byte> Sha256 => sha256;
        public Stream OpenRead() => new MemoryStream(bytes);
        public ValueTask DisposeAsync() => default;
    }
}
