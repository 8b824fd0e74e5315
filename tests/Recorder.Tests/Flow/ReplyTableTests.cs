using Recorder.Archive;
using Recorder.Flow;
using Recorder.Smtp;

namespace Recorder.Tests.Flow;

/// <summary>Each row of the one table, and how SMTP makes one answer of many.</summary>
public sealed class ReplyTableTests
{
    private const string Id = "0198c0de-0000-7000-8000-000000000001";

    private static readonly SmtpReply Kept = new(250, "2.1.5", "<a@example.edu> Saved\nthanks");
    private static readonly SmtpReply Busy = new(450, "4.2.1", "mailbox busy");
    private static readonly SmtpReply NoUser = new(550, "5.1.1", "no such user");

    private static RecipientCase Case(SettlementKind kind, SmtpReply? reply = null, string? words = null, string? id = Id) =>
        new(new EnvelopeRecipient("a@example.edu"), "key", [], Standing.Fresh, id, null, new Settlement(kind, reply, words));

    public static TheoryData<SettlementKind, SmtpReply?, string?, string> Rows => new()
    {
        { SettlementKind.Delivered, Kept, null, $"250 2.1.5 {Id} recorded; <a@example.edu> Saved thanks" },
        { SettlementKind.Delivered, new SmtpReply(250, "", "ok"), null, $"250 2.0.0 {Id} recorded; ok" },
        { SettlementKind.Held, null, null, $"250 2.0.0 {Id} recorded" },
        { SettlementKind.Journaled, null, null, $"250 2.0.0 {Id} recorded" },
        { SettlementKind.SettledBefore, null, "Saved", $"250 2.0.0 {Id} recorded; Saved" },
        { SettlementKind.SettledBefore, null, null, $"250 2.0.0 {Id} recorded" },
        { SettlementKind.Owned, null, "delivery goes on", $"250 2.0.0 {Id} recorded; delivery goes on" },
        { SettlementKind.Deferred, Busy, null, $"450 4.2.1 {Id} recorded; mailbox busy" },
        { SettlementKind.Deferred, null, "connection refused", $"451 4.4.1 {Id} recorded; connection refused" },
        { SettlementKind.Deferred, new SmtpReply(421, "4.3.2", "shutting down"), null, $"451 4.4.0 {Id} recorded; shutting down" },
        { SettlementKind.Refused, NoUser, null, $"550 5.1.1 {Id} recorded; no such user" },
        { SettlementKind.Refused, new SmtpReply(535, "5.7.8", "bad credentials"), null, $"451 4.4.0 {Id} recorded; bad credentials" },
        { SettlementKind.Refused, null, "no CHUNKING", $"451 4.3.3 {Id} recorded; no CHUNKING" },
        { SettlementKind.Unknown, null, "connection lost", $"451 4.4.2 {Id} recorded; connection lost" },
        { SettlementKind.Looping, null, null, "554 5.4.6 mail loop: this message has been here before" },
        { SettlementKind.NotRecorded, ReplyTable.NotRecorded(ArchiveFault.DiskFull), null, "452 4.3.1 no space to record the message; try again later" },
        { SettlementKind.NotRecorded, ReplyTable.NotRecorded(ArchiveFault.WriteFailed), null, "451 4.3.0 the message could not be recorded; try again later" },
        { SettlementKind.NotRecorded, ReplyTable.NotRecorded(ArchiveFault.Unavailable), null, "451 4.3.0 the message could not be recorded; try again later" },
    };

    [Theory]
    [MemberData(nameof(Rows))]
    public void LMTP_answers_each_recipient_with_its_row(SettlementKind kind, SmtpReply? reply, string? words, string expected) =>
        Assert.Equal(expected, ReplyTable.Answer(SmtpProtocol.Lmtp, [Case(kind, reply, words)]).Single().ToString());

    [Fact]
    public void LMTP_replies_come_in_envelope_order() =>
        Assert.Equal([250, 450, 550], ReplyTable.Answer(SmtpProtocol.Lmtp,
            [Case(SettlementKind.Delivered, Kept), Case(SettlementKind.Deferred, Busy), Case(SettlementKind.Refused, NoUser)]).Select(reply => reply.Code));

    public static TheoryData<SettlementKind[], int, bool> Mixed => new()
    {
        { [SettlementKind.Delivered, SettlementKind.Delivered], 250, false },
        { [SettlementKind.Held, SettlementKind.Delivered], 250, false },
        { [SettlementKind.Held, SettlementKind.SettledBefore], 250, false },
        { [SettlementKind.Refused, SettlementKind.Refused], 550, false },
        { [SettlementKind.Refused, SettlementKind.Deferred], 450, false },
        { [SettlementKind.Refused, SettlementKind.Unknown], 451, false },
        { [SettlementKind.Deferred, SettlementKind.Delivered], 250, true },
        { [SettlementKind.Refused, SettlementKind.Held], 250, true },
        { [SettlementKind.Unknown, SettlementKind.SettledBefore], 250, true },
        { [SettlementKind.Looping, SettlementKind.Delivered], 250, true },
        { [SettlementKind.Looping, SettlementKind.Deferred], 450, false },
        { [SettlementKind.Looping, SettlementKind.Looping], 554, false },
        { [SettlementKind.NotRecorded, SettlementKind.SettledBefore], 452, false },
        { [SettlementKind.NotRecorded, SettlementKind.Delivered, SettlementKind.Refused], 452, false },
    };

    [Theory]
    [MemberData(nameof(Mixed))]
    public void SMTP_makes_one_answer_of_many(SettlementKind[] kinds, int code, bool outboxMustOwn)
    {
        RecipientCase[] cases = [.. kinds.Select(kind => Case(kind, kind switch
        {
            SettlementKind.Delivered => Kept,
            SettlementKind.Deferred => Busy,
            SettlementKind.Refused => NoUser,
            SettlementKind.NotRecorded => ReplyTable.NotRecorded(ArchiveFault.DiskFull),
            _ => null,
        }))];

        Assert.Equal(code, Assert.Single(ReplyTable.Answer(SmtpProtocol.Smtp, cases)).Code);
        Assert.Equal(outboxMustOwn, ReplyTable.OutboxMustOwn(SmtpProtocol.Smtp, cases));
        Assert.False(ReplyTable.OutboxMustOwn(SmtpProtocol.Lmtp, cases));
    }

    [Fact]
    public void What_passed_unrecorded_is_answered_with_the_next_hops_words_alone() =>
        Assert.Equal("450 4.2.1 mailbox busy", ReplyTable.Row(Case(SettlementKind.Deferred, Busy, id: null)).ToString());

    [Fact]
    public void Words_that_could_break_a_reply_are_made_fit()
    {
        var reply = ReplyTable.Row(Case(SettlementKind.Refused, new SmtpReply(550, "5.7.1", "no\u0007 \r\n250 ok " + new string('x', 2000))));
        Assert.DoesNotContain('\r', reply.Text);
        Assert.DoesNotContain('\n', reply.Text);
        Assert.InRange(reply.ToString().Length, 100, 510);
    }
}
