using System.Text;
using Recorder.Ledger;
using Recorder.Recovery;
using Recorder.Tests.Fakes;

namespace Recorder.Tests.Recovery;

public sealed class ReasonsTests
{
    private const string Alice = "alice@example.edu", Bob = "bob@example.edu";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private static MatchedEntry Entry(string scope) => new(scope, ListKind.Block, "pattern.example", "sender@example.org");

    [Theory]
    [InlineData("user/alice@example.edu", true)]
    [InlineData("user/bob@example.edu", false)]
    [InlineData("domain/example.edu", true)]
    [InlineData("domain/other.example", false)]
    [InlineData("site", true)]
    public async Task A_reason_names_an_entry_only_where_the_reader_may_know_its_list(string scope, bool isNamed)
    {
        await using var counter = await Counter.OpenAsync();
        var reader = await counter.Desk.ReaderAsync(Alice);
        var id = await counter.RecordAsync("Offer", Mails.To(Alice, Dispositions.HeldBlocked, Alice, Bob) with
        {
            Reason = new ScreeningReason(ReasonCodes.Blocked, Entry(scope), Passed: Entry(scope), PassedWhy: PassedCodes.NotProven),
        });

        var opened = (await counter.Recovery.OpenAsync(reader, id, false, _ => "", Cancel))!;
        var why = Assert.Single(opened.Standing.Why);
        Assert.Equal((isNamed ? ReasonCodes.Blocked : ReasonCodes.Shared, isNamed, isNamed), (why.Code, why.Entry is not null, why.Passed is not null));
        Assert.Equal(isNamed, Encoding.UTF8.GetString(opened.Facts.Encode()).Contains("pattern.example", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("alice@example.edu", ReasonCodes.Score, 2.0, Dispositions.HeldSpam)]
    [InlineData("bob@example.edu", ReasonCodes.Shared, null, Dispositions.HeldShared)]
    [InlineData(null, ReasonCodes.Score, 2.0, Dispositions.HeldSpam)]
    public async Task Of_a_shared_address_nobody_reads_another_readers_threshold(string? whose, string code, double? threshold, string disposition)
    {
        await using var counter = await Counter.OpenAsync();
        var reader = await counter.Desk.ReaderAsync(Alice);
        var mail = Mails.Envelope(counter.Desk.Time.GetUtcNow(), Mails.To("office@example.edu", Dispositions.HeldSpam, Alice, Bob) with
        {
            Reason = new ScreeningReason(ReasonCodes.Score, Threshold: 2, ThresholdOf: whose),
        }) with { Screened = new ScreenedMail(MailCategory.Clean, "rspamd", 3, 15) };
        var id = (await counter.Desk.Ledger.RecordAsync(mail)).Id;

        var opened = (await counter.Recovery.OpenAsync(reader, id, false, _ => "", Cancel))!;
        var why = Assert.Single(opened.Standing.Why);
        Assert.Equal((code, threshold, disposition), (why.Code, why.Threshold, why.Disposition));
        Assert.DoesNotContain(Bob, Encoding.UTF8.GetString(opened.Facts.Encode()), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Another_recipients_reason_shows_nowhere_nor_what_counts_recipients()
    {
        await using var counter = await Counter.OpenAsync();
        var reader = await counter.Desk.ReaderAsync(Alice);
        var mail = Mails.Envelope(
            counter.Desk.Time.GetUtcNow(),
            Mails.To(Bob, Dispositions.HeldBlocked) with { Reason = new ScreeningReason(ReasonCodes.Blocked, Entry("site")) },
            Mails.To(Alice, Dispositions.HeldSpam) with { Reason = new ScreeningReason(ReasonCodes.Score, Threshold: 4) });
        mail = mail with
        {
            Screened = new ScreenedMail(MailCategory.Spam, "rspamd", 12.5, 15, [new("BAYES_SPAM", 5.1), new("RCPT_COUNT_TWO", 0), new("TO_MATCH_ENVRCPT_SOME", 0)]),
        };
        var id = (await counter.Desk.Ledger.RecordAsync(mail)).Id;

        var seen = (await counter.Acts.SeeAsync(reader, [id.ToString()], Cancel))[id.ToString()];
        var why = Assert.Single(seen.Why);
        Assert.Equal((Alice, ReasonCodes.Score, 12.5, 4), (why.Mailbox, why.Code, why.Score, why.Threshold));
        Assert.Equal(["BAYES_SPAM"], why.Parts.Select(part => part.Name));
    }
}
