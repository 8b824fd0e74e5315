using Microsoft.Extensions.Logging.Abstractions;
using Recorder.Archive;
using Recorder.Completeness;
using Recorder.Completeness.Hours;
using Recorder.Indexing;
using Recorder.Tests.Fakes;
using Recorder.Tests.Retention;

namespace Recorder.Tests.Completeness;

public sealed class HourCheckTests
{
    private static readonly CancellationToken None = CancellationToken.None;
    private readonly Random random = new(1);

    [Fact]
    public async Task An_hour_is_whole_until_the_index_or_the_archive_lacks_something_of_it()
    {
        await using var world = await KeepingWorld.OpenAsync();
        var mails = await ReceiveAsync(world, 3);
        world.Time.Advance(TimeSpan.FromHours(1));
        await ReceiveAsync(world, 2);
        await world.CatchUpAsync(None);
        var check = await CheckAsync(world);
        Assert.Equal([(3L, 3L, 0L), (2, 2, 0)], Rows(check));

        world.Index.Remove(world.Archive.Lane, mails[1].Sequence, mails[1].Sequence, _ => true);
        check = await CheckAsync(world);
        Assert.Equal([(3L, 2L, 1L), (2, 2, 0)], Rows(check));
        Assert.Equal((1, 0), (check.Report.Rows[0].NotIndexed, check.Report.Rows[0].Lost));

        // A segment that is gone without anybody having said so.
        await world.Archive.SealAsync(None);
        foreach (var segment in world.Archive.Segments.Where(segment => segment.Kind == Recorder.Archive.Segments.SegmentKind.Mail).ToList()) world.Archive.Remove(segment);
        world.Index.Remove(world.Archive.Lane, 1, long.MaxValue - 1, _ => true);
        check = await CheckAsync(world, mails[0].Sequence, 3);
        Assert.Equal(3, Assert.Single(check.Report.Rows).Lost);
    }

    [Fact]
    public async Task What_was_erased_or_purged_is_no_gap()
    {
        await using var world = await KeepingWorld.OpenAsync();
        var mails = await ReceiveAsync(world, 2);
        await world.CatchUpAsync(None);
        var hours = await FollowAsync(world);
        Assert.True(RecordId.TryParse(mails[0].Id, out var id));
        await world.Erasures.EraseAsync(KeepingWorld.Admin, id, "asked for", None);
        await world.CatchUpAsync(None);
        var check = Check(world, hours);
        await check.LookAsync(None);
        Assert.Equal((1, 1, 0), (check.Report.Rows[0].Kept, check.Report.Rows[0].Indexed, check.Report.Rows[0].Gaps));
    }

    [Fact]
    public async Task A_purge_explains_the_records_that_it_names_and_no_others_of_their_hour()
    {
        await using var world = await KeepingWorld.OpenAsync();
        var lost = Assert.Single(await ReceiveAsync(world, 1));
        await world.Archive.SealAsync(None);
        world.Archive.Remove(world.Archive.Segments.Single(segment => segment.Kind == Recorder.Archive.Segments.SegmentKind.Mail));
        var last = (await ReceiveAsync(world, 2))[^1].Sequence;
        await PurgeTests.NextDayAsync(world, 62);
        Assert.Equal(2, (await PurgeTests.ExecuteAsync(world)).Records);
        Assert.Equal(1, Assert.Single((await CheckAsync(world, lost.Sequence, 3, last)).Report.Rows).Lost);
        Assert.Equal(0, Assert.Single((await CheckAsync(world, lost.Sequence, 2, last)).Report.Rows).Lost);
    }

    [Fact]
    public async Task An_index_that_is_on_its_way_is_no_gap_until_it_takes_too_long()
    {
        await using var world = await KeepingWorld.OpenAsync();
        await ReceiveAsync(world, 3);
        var check = Check(world, await FollowAsync(world));
        await check.LookAsync(None);
        Assert.Equal([(3L, 0L, 0L)], Rows(check));
        world.Time.Advance(TimeSpan.FromMinutes(80));
        await check.LookAsync(None);
        Assert.Equal([(3L, 0L, 3L)], Rows(check));
        await world.CatchUpAsync(None);
        await check.LookAsync(None);
        Assert.Equal([(3L, 3L, 0L)], Rows(check));
    }

    [Fact]
    public async Task Nothing_is_said_before_everything_of_before_the_start_is_counted()
    {
        await using var world = await KeepingWorld.OpenAsync();
        await ReceiveAsync(world, 2);
        await world.CatchUpAsync(None);
        var hours = new HourlyLedger(world.Archive, null, world.Time, NullLogger<HourlyLedger>.Instance);
        var check = Check(world, hours);
        using var stop = new CancellationTokenSource();
        var running = check.RunAsync(stop.Token);
        world.Time.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal((null, 0), (check.Report.CheckedAt, check.Report.Rows.Count));
        await foreach (var entry in world.Archive.ReadAsync(0, EntryKinds.All, None)) hours.Add(entry);
        await WaitUntil.Async(() =>
        {
            world.Time.Advance(TimeSpan.FromSeconds(1));
            return check.Report is { CheckedAt: not null, Rows.Count: 1, Gaps: 0 };
        });
        await stop.CancelAsync();
        await running;
    }

    private async Task<List<KeptMail>> ReceiveAsync(KeepingWorld world, int count)
    {
        var mails = new List<KeptMail>();
        while (mails.Count < count) mails.Add(await world.ReceiveAsync(random, new Dictionary<string, string> { ["amy@example.edu"] = "deliver" }, "alpha"));
        return mails;
    }

    private static IEnumerable<(long, long, long)> Rows(HourCheck check) => check.Report.Rows.Select(row => (row.Kept, row.Indexed, row.Gaps));

    private static async Task<HourlyLedger> FollowAsync(KeepingWorld world)
    {
        var hours = new HourlyLedger(world.Archive, null, world.Time, NullLogger<HourlyLedger>.Instance);
        await foreach (var entry in world.Archive.ReadAsync(0, EntryKinds.All, None)) hours.Add(entry);
        return hours;
    }

    private static async Task<HourCheck> CheckAsync(KeepingWorld world)
    {
        var check = Check(world, await FollowAsync(world));
        await check.LookAsync(None);
        return check;
    }

    /// <summary>With an hour that was counted before.</summary>
    private static async Task<HourCheck> CheckAsync(KeepingWorld world, long first, long records, long? last = null)
    {
        var disk = new Recorder.Archive.Disk.MemoryDisk();
        var hour = new DateTimeOffset(2027, 3, 1, 9, 0, 0, TimeSpan.Zero);
        var file = System.Text.Json.JsonSerializer.SerializeToUtf8Bytes(new
        {
            world.Archive.Lane, Through = world.Archive.DurableSequence, Hours = new[] { new HourCount(hour, first, last ?? first + records - 1, records) }, Open = new Dictionary<string, OpenRecord>(),
        });
        Recorder.Archive.Disk.DurableFile.Write(disk, HourlyLedger.FileName, stream => stream.Write(file));
        var hours = new HourlyLedger(world.Archive, disk, world.Time, NullLogger<HourlyLedger>.Instance);
        hours.Load();
        var check = Check(world, hours);
        await check.LookAsync(None);
        return check;
    }

    private static HourCheck Check(KeepingWorld world, HourlyLedger hours) => new(
        hours, world.Archive, world.Archive, world.Ledger, new IndexPresence(world.Index, world.Archive.Lane), new Progress(world), () => world.Index.Gaps, world.Names, world.Time, NullLogger<HourCheck>.Instance);

    private sealed class Progress(KeepingWorld world) : IIndexProgress
    {
        public IndexStatus Status => new("mail", world.Index.Checkpoint.GetValueOrDefault(world.Archive.Lane), 0, 0, 0, 0, null);

        public Task CatchUpAsync(CancellationToken cancel) => world.CatchUpAsync(cancel);
    }
}
