using Recorder.Archive;
using Recorder.Flow;
using Recorder.Smtp;

namespace Recorder;

/// <summary>
/// The one table from outcomes to replies (docs/message-flow.md shows it). LMTP answers each recipient (RFC 2033 §4.2);
/// SMTP has one answer for all, so a mixed outcome is 250 once the outbox owns what is left.
/// </summary>
public static class ReplyTable
{
    /// <summary>True when SMTP must answer 250 though some recipients are not settled: the outbox must own them first.</summary>
    public static bool OutboxMustOwn(SmtpProtocol protocol, IReadOnlyList<RecipientCase> cases) =>
        protocol == SmtpProtocol.Smtp
        && cases.Any(Is(settlement => settlement.IsSettled))
        && cases.Any(Is(settlement => settlement.IsOpen))
        && !cases.Any(Is(settlement => settlement.StaysUpstream));

    /// <returns>SMTP: one reply. LMTP: one a recipient, in envelope order.</returns>
    public static IReadOnlyList<SmtpReply> Answer(SmtpProtocol protocol, IReadOnlyList<RecipientCase> cases) =>
        protocol == SmtpProtocol.Lmtp ? [.. cases.Select(Row)] : [Row(Spokesman(cases))];

    /// <summary>The row of the table for one recipient.</summary>
    public static SmtpReply Row(RecipientCase one)
    {
        var settlement = one.Settlement ?? throw new InvalidOperationException("a recipient without an outcome cannot be answered");
        return settlement.Kind switch
        {
            SettlementKind.Delivered => Relayed(one, settlement, new SmtpReply(250, "2.0.0", "delivered")),
            SettlementKind.Held or SettlementKind.Journaled => new SmtpReply(250, "2.0.0", Recorded(one, null)),
            SettlementKind.SettledBefore or SettlementKind.Owned => new SmtpReply(250, "2.0.0", Recorded(one, settlement.Words)),
            SettlementKind.Deferred => Relayed(one, settlement, new SmtpReply(451, "4.4.1", "the next hop cannot be reached")),
            SettlementKind.Refused => Refused(one, settlement),
            SettlementKind.Unknown => new SmtpReply(451, "4.4.2", Recorded(one, settlement.Words ?? "the next hop was lost before it answered")),
            SettlementKind.Looping => new SmtpReply(554, "5.4.6", settlement.Words ?? "mail loop: this message has been here before"),
            _ => settlement.Reply ?? NotRecorded(ArchiveFault.WriteFailed),
        };
    }

    /// <summary>Any failure to record is 4xx, never 5xx.</summary>
    public static SmtpReply NotRecorded(ArchiveFault fault) => fault == ArchiveFault.DiskFull
        ? new SmtpReply(452, "4.3.1", "no space to record the message; try again later")
        : new SmtpReply(451, "4.3.0", "the message could not be recorded; try again later");

    // SMTP: one recipient's row speaks for all. What was not recorded outweighs everything, since only the upstream
    // has it; then whatever is settled (250); then any 4xx before a 5xx, so that nobody is given up too early.
    private static RecipientCase Spokesman(IReadOnlyList<RecipientCase> cases) =>
        cases.FirstOrDefault(Is(settlement => settlement.StaysUpstream))
        ?? cases.FirstOrDefault(Is(settlement => settlement.Kind is SettlementKind.Delivered))
        ?? cases.FirstOrDefault(Is(settlement => settlement.IsSettled))
        ?? cases.FirstOrDefault(one => Row(one).IsTransient)
        ?? cases[0];

    private static Func<RecipientCase, bool> Is(Func<Settlement, bool> test) => one => one.Settlement is { } settlement && test(settlement);

    private static SmtpReply Refused(RecipientCase one, Settlement settlement) => settlement.Reply is null
        // The next hop lacks what this message needs (it had it when we announced it): it may come back.
        ? new SmtpReply(451, "4.3.3", Recorded(one, settlement.Words ?? "the next hop cannot take this message now"))
        : Relayed(one, settlement, settlement.Reply);

    private static SmtpReply Relayed(RecipientCase one, Settlement settlement, SmtpReply otherwise)
    {
        var reply = settlement.Reply is { } given ? OursToFix(given) : otherwise with { Text = settlement.Words ?? otherwise.Text };
        var enhanced = reply.EnhancedCode.Length > 0 ? reply.EnhancedCode : $"{reply.Code / 100}.0.0";
        return new SmtpReply(reply.Code, enhanced, Recorded(one, reply.Text));
    }

    // 421 would say that we close the connection (RFC 5321 §3.8); refused credentials (RFC 4954 §6) are about our
    // session with the next hop, not about this sender's message.
    private static SmtpReply OursToFix(SmtpReply reply) =>
        reply.Code == 421 || IsOursToFix(reply) ? reply with { Code = 451, EnhancedCode = "4.4.0" } : reply;

    internal static bool IsOursToFix(SmtpReply reply) => reply.Code is 530 or 534 or 535 or 538;

    private static string Recorded(RecipientCase one, string? words)
    {
        var said = words is { Length: > 0 } ? ReplyWords.OneLine(words) : null;
        return one.RecordId is null ? said ?? "passed on" : said is null ? $"{one.RecordId} recorded" : $"{one.RecordId} recorded; {said}";
    }
}
