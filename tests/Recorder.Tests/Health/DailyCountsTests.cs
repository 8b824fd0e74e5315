using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Recorder.Archive;
using Recorder.Archive.Disk;
using Recorder.Health;
using Recorder.Ledger;
using Recorder.Tests.Fakes;

namespace Recorder.Tests.Health;

public sealed class DailyCountsTests
{
    private static readonly DateTimeOffset Monday = new(2026, 1, 5, 23, 0, 0, TimeSpan.Zero);
    private readonly FakeTimeProvider time = new(Monday);
    private readonly MemoryDisk disk = new();

    private DailyCounts Counts(IArchiveLog log) => new(log, disk, time, NullLogger<DailyCounts>.Instance);

    private static async Task FollowAsync(DailyCounts counts, IArchiveLog log)
    {
        counts.Load();
        await foreach (var entry in log.ReadAsync(counts.Through, EntryKinds.All, CancellationToken.None)) counts.Add(entry);
    }

    private async Task<InMemoryLog> ThreeDaysAsync()
    {
        var log = new InMemoryLog(time);
        await log.AppendAsync(Mails.Envelope(time.GetUtcNow(), Mails.To("a@example.edu", Dispositions.HeldSpam), Mails.To("b@example.edu", Dispositions.HeldSpam)));
        await log.AppendAsync(Mails.Envelope(time.GetUtcNow(), Mails.To("a@example.edu")));
        time.Advance(TimeSpan.FromHours(48));
        await log.AppendAsync(Mails.Envelope(time.GetUtcNow(), Mails.To("a@example.edu")));
        return log;
    }

    [Fact]
    public async Task A_message_counts_once_on_the_day_it_came_in_and_once_as_held()
    {
        var log = await ThreeDaysAsync();
        var counts = Counts(log);
        await FollowAsync(counts, log);
        var days = counts.Last(3);
        Assert.Equal([2, 0, 1], days.Select(day => (int)day.Messages));
        Assert.Equal([1, 0, 0], days.Select(day => (int)day.Held));
        Assert.Equal(2 * Mails.Message("Minutes").Length, days[0].Bytes);
        Assert.Equal(new DateOnly(2026, 1, 7), days[^1].Day);
    }

    [Fact]
    public async Task After_a_restart_nothing_is_counted_twice_and_nothing_is_missed()
    {
        var log = await ThreeDaysAsync();
        var before = Counts(log);
        await FollowAsync(before, log);
        before.Save();
        await log.AppendAsync(Mails.Envelope(time.GetUtcNow(), Mails.To("a@example.edu")));
        var after = Counts(log);
        await FollowAsync(after, log);
        Assert.Equal([2, 0, 2], after.Last(3).Select(day => (int)day.Messages));
    }

    [Theory]
    [InlineData("{ torn")]
    [InlineData("""{"Lane":"other","Through":3,"Days":[{"Day":"2026-01-07","Messages":99,"Held":0,"Bytes":0}]}""")]
    [InlineData("""{"Lane":"LANE","Through":9999,"Days":[{"Day":"2026-01-07","Messages":99,"Held":0,"Bytes":0}]}""")]
    public async Task A_file_that_does_not_belong_to_this_log_is_not_believed(string content)
    {
        var log = await ThreeDaysAsync();
        DurableFile.Write(disk, DailyCounts.FileName, stream => stream.Write(System.Text.Encoding.UTF8.GetBytes(content.Replace("LANE", log.Lane))));
        var counts = Counts(log);
        await FollowAsync(counts, log);
        Assert.Equal([2, 0, 1], counts.Last(3).Select(day => (int)day.Messages));
    }

    [Fact]
    public void The_pace_is_the_mean_of_whole_days_and_says_nothing_before_the_first()
    {
        DayCount Day(int day, long bytes) => new(new DateOnly(2026, 1, day), bytes > 0 ? 1 : 0, 0, bytes);
        Assert.Equal((100, 3, 10), Read(Day(1, 0), Day(2, 100), Day(3, 0), Day(4, 200), Day(5, 999)));
        Assert.Equal((0, 0, null), Read(Day(5, 999)));

        static (long, int, long?) Read(params DayCount[] days)
        {
            var pace = StoragePace.Of(new Recorder.Intake.DiskSpace(1_000, 5_000), days);
            return (pace.BytesADay, pace.DaysMeant, pace.DaysLeft);
        }
    }
}
