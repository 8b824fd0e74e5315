using Recorder.Ledger;
using Recorder.Retention;

namespace Recorder.Tests.Retention;

public class PolicyTests
{
    private const string Amy = "amy@example.edu", Cho = "cho@law.example.edu";
    private static readonly DateTimeOffset Since = new(2027, 3, 1, 12, 0, 0, TimeSpan.Zero);

    private static RetentionRule Rule(string id, int? days, string[]? domains = null, string[]? mailboxes = null, string[]? categories = null) =>
        new(id, days, domains ?? [], mailboxes ?? [], categories ?? []);

    [Theory]
    [InlineData(Amy, "mail", 365)] // no rule names it
    [InlineData(Cho, "mail", 2555)] // the domain's rule alone
    [InlineData(Cho, "spam", 2555)] // the longest of two
    [InlineData(Amy, "spam", 400)] // the category's alone, longer than the default
    [InlineData(Amy, "phish", 30)] // a rule may be shorter than the default
    [InlineData("dan@sub.law.example.edu", "mail", 365)] // a domain is itself and not what is below it
    [InlineData("x@outlaw.example.edu", "mail", 365)]
    public void The_longest_of_the_rules_that_match_wins_and_the_default_only_where_none_does(string mailbox, string category, int days) =>
        Assert.Equal(days, new RetentionPolicy(365, [Rule("law", 2555, ["law.example.edu"]), Rule("spam", 400, categories: ["spam"]), Rule("phish", 30, categories: ["phish"])]).DaysOf(mailbox, category));

    [Fact]
    public void For_ever_is_longer_than_any_number_of_days()
    {
        var policy = new RetentionPolicy(365, [Rule("a", 36_500, mailboxes: [Amy]), Rule("b", null, mailboxes: [Amy], categories: ["mail"])]);
        Assert.Null(policy.DaysOf(Amy, "mail"));
        Assert.Equal(36_500, policy.DaysOf(Amy, "spam"));
        Assert.Null(policy.EndOf(Amy, "mail", Since));
    }

    [Fact]
    public void A_record_lives_as_long_as_its_longest_copy()
    {
        var policy = new RetentionPolicy(60, [Rule("law", 100, ["law.example.edu"])]);
        var mail = KeptMail.Facts(new Dictionary<string, string> { [Amy] = "deliver", [Cho] = "deliver" }, Since);
        var entry = new Recorder.Archive.LogEntry(
            new(Guid.CreateVersion7(Since)), new("main", 1), Recorder.Archive.EntryKind.Mail, Since, Since, mail.Encode(), 0, default);
        Assert.Equal(Since.AddDays(100), policy.EndOf(entry, mail));
        Assert.Equal(Since.AddDays(60), policy.EndOf(Amy, "mail", Since));
    }

    [Fact]
    public void A_year_is_365_days_over_a_leap_day_too() =>
        Assert.Equal(new DateTimeOffset(2028, 2, 29, 12, 0, 0, TimeSpan.Zero), new RetentionPolicy(365, []).EndOf(Amy, "mail", Since));

    [Theory]
    [InlineData(0, null, ClockVerdict.Fine)]
    [InlineData(4, null, ClockVerdict.Tell)]
    [InlineData(24, null, ClockVerdict.Tell)]
    [InlineData(25, null, ClockVerdict.Ahead)]
    [InlineData(24 * 365, null, ClockVerdict.Ahead)]
    [InlineData(-24 * 365, null, ClockVerdict.Tell)] // back: fewer things are due, nothing to fear
    [InlineData(1, 24 * 365, ClockVerdict.Tell)] // it leapt and came back
    public void A_clock_is_doubted_when_it_is_more_than_a_day_ahead_of_where_it_was_seen(int hours, int? doubted, ClockVerdict verdict) =>
        Assert.Equal(verdict, ClockWatch.Judge(new ClockState(Since, doubted is { } some ? Since.AddHours(some) : null), Since.AddHours(hours)));

    [Theory]
    [InlineData("2027-03-02T02:59:00Z", null, false)]
    [InlineData("2027-03-02T03:00:00Z", null, true)]
    [InlineData("2027-03-02T05:00:00Z", "2027-03-02T03:00:00Z", false)]
    [InlineData("2027-03-03T05:00:00Z", "2027-03-02T23:00:00Z", true)]
    public void The_daily_purge_runs_once_a_day_from_its_hour_on(string now, string? last, bool due) =>
        Assert.Equal(due, PurgeSchedule.IsDue(DateTimeOffset.Parse(now), last is null ? null : DateTimeOffset.Parse(last), 3));
}
