using System.Globalization;
using CsCheck;
using Recorder.Digests;

namespace Recorder.Tests.Digests;

public sealed class ScheduleTests
{
    private static DateTimeOffset At(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);

    private static DigestSchedule Schedule(string times, string days, string zone) =>
        new(DigestSchedule.ReadTimes(times)!, DigestSchedule.ReadDays(days)!, TimeZoneInfo.FindSystemTimeZoneById(zone));

    [Theory]
    // Taipei is eight hours ahead.
    [InlineData("08:00", "", "Asia/Taipei", "2026-01-05T00:00:00Z", "2026-01-05T00:00:00Z")]
    [InlineData("08:00", "", "Asia/Taipei", "2026-01-04T23:59:59Z", "2026-01-04T00:00:00Z")]
    [InlineData("08:00,17:30", "", "Asia/Taipei", "2026-01-05T09:29:00Z", "2026-01-05T00:00:00Z")]
    [InlineData("08:00,17:30", "", "Asia/Taipei", "2026-01-05T09:30:00Z", "2026-01-05T09:30:00Z")]
    // 5 January 2026 is a Monday; the same hour of the Monday before counts until it comes.
    [InlineData("08:00", "Monday", "UTC", "2026-01-05T08:00:00Z", "2026-01-05T08:00:00Z")]
    [InlineData("08:00", "Monday", "UTC", "2026-01-05T07:59:00Z", "2025-12-29T08:00:00Z")]
    [InlineData("08:00", "Friday", "UTC", "2026-01-05T08:00:00Z", "2026-01-02T08:00:00Z")]
    // Berlin's clock leaps from 02:00 to 03:00 on 29 March 2026: 02:30 comes as 03:30 (+02:00).
    [InlineData("02:30", "", "Europe/Berlin", "2026-03-29T12:00:00Z", "2026-03-29T01:30:00Z")]
    [InlineData("02:30", "", "Europe/Berlin", "2026-03-28T12:00:00Z", "2026-03-28T01:30:00Z")]
    [InlineData("02:30", "", "Europe/Berlin", "2026-03-30T12:00:00Z", "2026-03-30T00:30:00Z")]
    // and shows 02:30 twice on 25 October: the first of them counts, once.
    [InlineData("02:30", "", "Europe/Berlin", "2026-10-25T00:30:00Z", "2026-10-25T00:30:00Z")]
    [InlineData("02:30", "", "Europe/Berlin", "2026-10-25T12:00:00Z", "2026-10-25T00:30:00Z")]
    [InlineData("02:30", "", "Europe/Berlin", "2026-10-26T12:00:00Z", "2026-10-26T01:30:00Z")]
    public void A_time_on_the_wall_is_one_moment(string times, string days, string zone, string now, string due) =>
        Assert.Equal(At(due), Schedule(times, days, zone).LatestAt(At(now)));

    [Fact]
    public void Without_times_nothing_is_ever_due()
    {
        Assert.Null(Schedule("", "", "UTC").LatestAt(At("2026-01-05")));
        Assert.Null(Schedule("", "", "UTC").NextAfter(At("2026-01-05")));
    }

    [Fact]
    public void Walking_a_year_minute_by_minute_meets_each_day_once_also_where_the_clock_leaps()
    {
        var schedule = Schedule("02:30", "", "Europe/Berlin");
        var seen = new HashSet<DateTimeOffset>();
        for (var now = At("2026-01-01T12:00:00Z"); now < At("2027-01-01T12:00:00Z"); now = now.AddMinutes(10)) seen.Add(schedule.LatestAt(now)!.Value);
        Assert.Equal(366, seen.Count);
        Assert.Equal(366, seen.Select(at => TimeZoneInfo.ConvertTime(at, schedule.Zone).Date).Distinct().Count());
    }

    [Fact]
    public void The_next_moment_is_the_latest_one_when_it_has_come() => Gen.Select(
            Gen.Int[0, 1439].List[1, 4], Gen.OneOf(new[] { "UTC", "Asia/Taipei", "Europe/Berlin", "America/St_Johns", "Australia/Lord_Howe" }.Select(Gen.Const).ToArray()), Gen.Int[0, 365 * 24 * 60])
        .Sample((times, zone, minutes) =>
        {
            var schedule = new DigestSchedule(times, [DayOfWeek.Monday, DayOfWeek.Saturday], TimeZoneInfo.FindSystemTimeZoneById(zone));
            var now = At("2026-01-01T00:00:00Z").AddMinutes(minutes);
            var next = schedule.NextAfter(now)!.Value;
            return next > now && schedule.LatestAt(next) == next && schedule.LatestAt(next.AddTicks(-1)) <= now;
        }, iter: 2_000);

    [Theory]
    [InlineData("08:00", "08:00")]
    [InlineData(" 17:30, 8:05 08:05", "08:05, 17:30")]
    [InlineData("08:00、18:00", "08:00, 18:00")]
    [InlineData("", "")]
    public void Times_are_read_as_people_write_them(string text, string read) => Assert.Equal(read, DigestSchedule.WriteTimes(DigestSchedule.ReadTimes(text)!));

    [Theory]
    [InlineData("24:00")]
    [InlineData("8")]
    [InlineData("noon")]
    [InlineData("08:00-09:00")]
    public void What_is_no_time_is_refused(string text) => Assert.Null(DigestSchedule.ReadTimes(text));

    [Theory]
    [InlineData("Mon")]
    [InlineData("1")]
    [InlineData("Monday,Someday")]
    public void What_is_no_day_is_refused(string text) => Assert.Null(DigestSchedule.ReadDays(text));
}
