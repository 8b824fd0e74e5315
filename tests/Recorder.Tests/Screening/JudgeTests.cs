using Recorder.Flow;
using Recorder.Ledger;
using Recorder.Screening;
using Recorder.Screening.Lists;
using Recorder.Smtp;

namespace Recorder.Tests.Screening;

public sealed class JudgeTests
{
    private static readonly MatchedEntry Allow = new("user/a@example.edu", ListKind.Allow, "example.org", "x@example.org");
    private static readonly MatchedEntry Block = new("site", ListKind.Block, "example.org", "x@example.org", true);
    private static readonly ListChoice Allowed = new(Allow, null, null), Blocked = new(Block, null, null), Passed = new(null, Allow, PassedCodes.NotProven);
    private static readonly WireShape Plain = new(100, false, false, false, false, 78), Bare = Plain with { HasBareLf = true };

    private static ScreenedMail Of(MailCategory category, double? score = null, double? threshold = null) => new(category, "rspamd", score, threshold);

    public static TheoryData<string, ScreenedMail?, ListChoice, double?, string, string> Table => new()
    {
        { "nobody to ask", null, ListChoice.None, null, Dispositions.Deliver, ReasonCodes.NoFilter },
        { "nobody to ask, a threshold means nothing", null, ListChoice.None, 1, Dispositions.Deliver, ReasonCodes.NoFilter },
        { "none had an opinion", new ScreenedMail(MailCategory.Clean, ""), ListChoice.None, null, Dispositions.Deliver, ReasonCodes.NoFilter },
        { "none could be asked", new ScreenedMail(MailCategory.Clean, "", Unavailable: ["rspamd: down"]), ListChoice.None, null, Dispositions.Deliver, ReasonCodes.NotScreened },
        { "none could be asked, blocked", new ScreenedMail(MailCategory.Clean, "", Unavailable: ["rspamd: down"]), Blocked, null, Dispositions.HeldBlocked, ReasonCodes.Blocked },
        { "malware", Of(MailCategory.Malware), ListChoice.None, null, Dispositions.HeldMalware, ReasonCodes.Malware },
        { "malware is never allowed", Of(MailCategory.Malware), Allowed, null, Dispositions.HeldMalware, ReasonCodes.Malware },
        { "phish is never allowed", Of(MailCategory.Phish, 1, 6), Allowed, 100, Dispositions.HeldPhish, ReasonCodes.Phish },
        { "blocked phish stays phish", Of(MailCategory.Phish), Blocked, null, Dispositions.HeldPhish, ReasonCodes.Phish },
        { "spam by its score", Of(MailCategory.Spam, 6, 6), ListChoice.None, null, Dispositions.HeldSpam, ReasonCodes.Score },
        { "allowed spam", Of(MailCategory.Spam, 60, 6), Allowed, null, Dispositions.Deliver, ReasonCodes.Allowed },
        { "blocked spam is spam", Of(MailCategory.Spam, 6, 6), Blocked, null, Dispositions.HeldSpam, ReasonCodes.Blocked },
        { "blocked ham is blocked", Of(MailCategory.Clean, 1, 6), Blocked, null, Dispositions.HeldBlocked, ReasonCodes.Blocked },
        { "an allow that does not count", Of(MailCategory.Spam, 6, 6), Passed, null, Dispositions.HeldSpam, ReasonCodes.Score },
        { "under the source's threshold", Of(MailCategory.Clean, 5.9, 6), ListChoice.None, null, Dispositions.Deliver, ReasonCodes.UnderScore },
        { "a stricter person", Of(MailCategory.Clean, 5.9, 6), ListChoice.None, 5, Dispositions.HeldSpam, ReasonCodes.Score },
        { "a laxer person", Of(MailCategory.Spam, 8, 6), ListChoice.None, 10, Dispositions.Deliver, ReasonCodes.UnderScore },
        { "flagged without a score", Of(MailCategory.Spam), ListChoice.None, 100, Dispositions.HeldSpam, ReasonCodes.Flagged },
        { "flagged against its own score", Of(MailCategory.Spam, 2, 6), ListChoice.None, null, Dispositions.HeldSpam, ReasonCodes.Flagged },
        { "clean against its own score", Of(MailCategory.Clean, 20, 6), ListChoice.None, null, Dispositions.Deliver, ReasonCodes.Clean },
        { "clean without a score", Of(MailCategory.Clean), ListChoice.None, 0, Dispositions.Deliver, ReasonCodes.Clean },
    };

    [Theory]
    [MemberData(nameof(Table))]
    public void One_copy_is_judged_by_the_table(string why, ScreenedMail? screened, ListChoice lists, double? threshold, string disposition, string code)
    {
        var judged = Judge.Decide(new CaseFacts(IntakeMode.Relay, Plain, true, screened, [new PartyFacts(lists, threshold)]));
        Assert.Equal((why, disposition, code), (why, judged.Disposition, judged.Reason!.Code));
        Assert.Equal(lists.Passed, judged.Reason.Passed);
        Assert.Equal(code is ReasonCodes.Allowed or ReasonCodes.Blocked ? lists.Entry : null, judged.Reason.Entry);
    }

    [Theory]
    [InlineData(false, true, "held.bare-line-ends")]
    [InlineData(true, true, "deliver")]
    [InlineData(false, false, "held.spam")]
    public void Bare_line_ends_hold_what_nothing_else_holds(bool chunking, bool allowed, string disposition) =>
        Assert.Equal(disposition, Judge.Decide(new CaseFacts(IntakeMode.Relay, Bare, chunking, Of(MailCategory.Spam), [new PartyFacts(allowed ? Allowed : ListChoice.None, null)])).Disposition);

    [Fact]
    public void A_journal_copy_is_kept_whatever_it_is() => Assert.Equal(
        (Dispositions.Journal, ReasonCodes.Journal),
        Judge.Decide(new CaseFacts(IntakeMode.Journal, Bare, false, Of(MailCategory.Malware), [new PartyFacts(Blocked, 0)])) is var judged ? (judged.Disposition, judged.Reason!.Code) : default);

    [Fact]
    public void Mail_for_nobody_of_ours_is_not_ours_to_keep_back() =>
        Assert.Equal(new Judgement(Dispositions.Deliver, null), Judge.Decide(new CaseFacts(IntakeMode.Relay, Plain, true, Of(MailCategory.Spam), [])));

    [Fact]
    public void Of_one_copy_for_two_people_it_is_recorded_whose_threshold_decided()
    {
        var judged = Judge.Decide(new CaseFacts(IntakeMode.Relay, Plain, true, Of(MailCategory.Clean, 3, 15),
            [new(ListChoice.None, 9, "alice@example.edu"), new(ListChoice.None, 2, "bob@example.edu")]));
        Assert.Equal((Dispositions.HeldSpam, 2, "bob@example.edu"), (judged.Disposition, judged.Reason!.Threshold, judged.Reason.ThresholdOf));
    }

    [Fact]
    public void One_copy_for_two_people_is_held_when_one_of_them_wants_it_held()
    {
        PartyFacts[] both = [new(Allowed, null), new(ListChoice.None, null)];
        Assert.Equal(Dispositions.HeldSpam, Judge.Decide(new CaseFacts(IntakeMode.Relay, Plain, true, Of(MailCategory.Spam), both)).Disposition);
        Assert.Equal(Dispositions.HeldSpam, Judge.Decide(new CaseFacts(IntakeMode.Relay, Plain, true, Of(MailCategory.Spam), [both[1], both[0]])).Disposition);
        Assert.Equal(Dispositions.Deliver, Judge.Decide(new CaseFacts(IntakeMode.Relay, Plain, true, Of(MailCategory.Spam), [both[0], both[0]])).Disposition);
    }
}
