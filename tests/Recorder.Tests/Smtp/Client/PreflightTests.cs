using Recorder.Smtp;
using Recorder.Smtp.Client;

namespace Recorder.Tests.Smtp.Client;

/// <summary>What cannot go to a hop is settled without a single command of a transaction.</summary>
public sealed class PreflightTests
{
    private const string NothingSent = """
        S: 220 hop
        C: EHLO us.example
        S: 250-hop
        S: 250 SIZE 30
        C: QUIT
        S: 221 bye
        """;

    private static string Sent(string mail) => $"""
        S: 220 hop
        C: EHLO us.example
        S: 250-hop
        S: 250 SIZE
        C: {mail}
        S: 250 ok
        C: RCPT TO:<b@example.edu>
        S: 250 ok
        C: DATA
        S: 354 go
        D:
        S: 250 kept
        C: QUIT
        """;

    [Fact]
    public async Task A_message_over_the_announced_SIZE_is_refused_here()
    {
        var result = await Dialogue.PlayOneAsync(NothingSent, Samples.Message(new string('x', 25), [], "T: 1\r\n"));
        Assert.Equal((DeliveryOutcome.PermanentFailure, 552, "5.3.4"), (result.Outcome, result.Reply!.Code, result.Reply.EnhancedCode));
        Assert.Equal(DeliveryErrors.MessageTooLarge, result.Error);
    }

    [Fact]
    public async Task Bare_line_ends_do_not_leave_without_CHUNKING()
    {
        var result = await Dialogue.PlayOneAsync(NothingSent, Samples.Message("a\nb", [], hasBareLineEnds: true));
        Assert.Equal(new RecipientResult(new("b@example.edu"), DeliveryOutcome.PermanentFailure, null, "bare-line-ends-need-chunking"), result);
    }

    [Fact]
    public async Task An_8BITMIME_message_waits_where_the_hop_offers_it_no_longer()
    {
        var message = Samples.Message("x", []).With(new MailParameters(Body: BodyType.EightBitMime));
        var result = await Dialogue.PlayOneAsync(NothingSent, message);
        Assert.Equal((DeliveryOutcome.TransientFailure, "hop no longer offers 8BITMIME"), (result.Outcome, result.Error));
    }

    [Fact]
    public async Task A_sender_that_is_not_ASCII_needs_SMTPUTF8()
    {
        var message = Samples.Message("x", []) with { Envelope = new Envelope("用戶@例子", [new("b@x"), new("c@x")], MailParameters.None) };
        var (report, _) = await Dialogue.PlayAsync(NothingSent, message);
        Assert.All(report.Recipients, r => Assert.Equal((DeliveryOutcome.PermanentFailure, "550 5.6.7"), (r.Outcome, $"{r.Reply!.Code} {r.Reply.EnhancedCode}")));
    }

    [Fact]
    public async Task A_recipient_that_is_not_ASCII_stops_nobody_else()
    {
        var (report, _) = await Dialogue.PlayAsync(Sent("MAIL FROM:<a@example.org> SIZE=1"), Samples.Message("x", ["用戶@例子", "b@example.edu"]));
        Assert.Equal([DeliveryOutcome.PermanentFailure, DeliveryOutcome.Accepted], report.Outcomes());
        Assert.Equal(550, report.Recipients[0].Reply!.Code);
    }

    [Fact]
    public async Task An_unsendable_recipient_stops_nobody_else()
    {
        var (report, _) = await Dialogue.PlayAsync(Sent("MAIL FROM:<a@example.org> SIZE=1"), Samples.Message("x", ["c@x>\r\nQUIT", "b@example.edu", ""]));
        Assert.Equal([DeliveryOutcome.PermanentFailure, DeliveryOutcome.Accepted, DeliveryOutcome.PermanentFailure], report.Outcomes());
        Assert.Equal(DeliveryErrors.UnsendableAddress, report.Recipients[0].Error);
    }

    [Fact]
    public async Task An_unsendable_sender_stops_everybody()
    {
        var message = Samples.Message("x", []) with { Envelope = new Envelope("a b@x", [new("b@x")], MailParameters.None) };
        Assert.Equal(DeliveryErrors.UnsendableAddress, (await Dialogue.PlayOneAsync(NothingSent, message)).Error);
    }

    [Fact]
    public async Task SMTPUTF8_said_without_need_is_dropped_where_it_is_not_offered()
    {
        var message = Samples.Message("Subject: hi\r\n\r\nb\u00f6dy\r\n", []).With(new MailParameters(SmtpUtf8: true));
        var result = await Dialogue.PlayOneAsync(Sent("MAIL FROM:<a@example.org> SIZE=21"), message);
        Assert.Equal(DeliveryOutcome.Accepted, result.Outcome);
    }

    [Theory]
    [InlineData(10)]
    [InlineData(8190)]
    [InlineData(20_000)]
    public async Task A_UTF8_header_waits_where_SMTPUTF8_vanished(int before)
    {
        string header = "X: " + new string('x', before) + "\r\nSubject: h\u00c3\u00a9\r\n\r\nbody";
        var message = Samples.Message(header, []).With(new MailParameters(SmtpUtf8: true));
        var result = await Dialogue.PlayOneAsync(NothingSent.Replace("SIZE 30", "SIZE"), message);
        Assert.Equal((DeliveryOutcome.TransientFailure, DeliveryErrors.SmtpUtf8Vanished), (result.Outcome, result.Error));
    }
}
