using System.Text;
using MimeKit;
using Recorder.Delivery.Trace;
using Recorder.Ledger;

namespace Recorder.Delivery.Outbox;

/// <param name="Mail">null where the record cannot be read.</param>
/// <param name="Failed">The leftover that was given up; null when there was none, since the message went in a loop.</param>
/// <param name="Sender">The message's reverse-path.</param>
internal sealed record BounceFacts(Dispatch Bounce, RecordedMail? Mail, Dispatch? Failed, string Sender, DateTimeOffset At);

/// <summary>Writes the RFC 3464 report that tells a sender who did not get the message, and why.</summary>
public sealed class BounceReport(string hostname)
{
    /// <summary>Who speaks in messages we write ourselves.</summary>
    internal string Hostname => hostname;

    private const int MaxHeaderBytes = 64 * 1024;

    /// <param name="header">Of the message, quoted (RFC 3462 §2: text/rfc822-headers); null where it cannot be read.</param>
    internal byte[] Build(BounceFacts facts, byte[]? header)
    {
        var report = new MultipartReport("delivery-status") { Sentence(facts), Status(facts) };
        if (header is not null) report.Add(Quoted(header));
        using var message = new MimeMessage { Body = report };
        message.From.Add(new MailboxAddress("Mail Delivery System", $"mailer-daemon@{hostname}"));
        message.To.Add(OwnMessage.To(facts.Sender));
        message.Subject = "Undelivered mail returned to sender / 郵件無法送達";
        message.Date = facts.Bounce.RequestedAt;
        message.MessageId = $"bounce.{facts.Bounce.RecordId}.{facts.Bounce.Round}.{Index(facts)}@{hostname}";
        message.Headers.Add("Auto-Submitted", "auto-replied"); // RFC 3834 §5
        message.Prepare(EncodingConstraint.SevenBit); // goes through any next hop
        return OwnMessage.BytesOf(message);
    }

    private static int Index(BounceFacts facts) => facts.Mail?.Recipients.TakeWhile(one => one.Address != facts.Bounce.Recipient).Count() ?? 0;

    private static string Words(BounceFacts facts) => ReplyWords.OneLine(facts.Failed switch
    {
        null => "554 5.4.6 mail loop: the message came back twice",
        { LastReply: null } => "no answer from the next mail server",
        { NextHop: null or "" } => "554 5.3.0 this mail system could not send the message", // what it said of itself is the administrator's
        var failed => failed.LastReply,
    });

    private TextPart Sentence(BounceFacts facts) => new("plain")
    {
        Text = $"""
            This is the mail system at {hostname}.

            Your message could not be delivered to {facts.Bounce.Recipient}.
            Reason: {Words(facts)}

            Check the address, or ask the recipient in another way. Nothing more is tried for this message.

            這是 {hostname} 的郵件系統。
            您的郵件無法送達 {facts.Bounce.Recipient}。
            原因：{Words(facts)}
            請檢查地址，或以其他方式聯絡收件人。此郵件不會再次嘗試寄送。

            Record: {facts.Bounce.RecordId}

            """,
    };

    // RFC 3464 §2.2, §2.3.
    private MessageDeliveryStatus Status(BounceFacts facts)
    {
        var status = new MessageDeliveryStatus();
        var message = new HeaderList { { "Reporting-MTA", $"dns; {hostname}" }, { "Arrival-Date", TraceFields.Date(facts.Mail?.ReceivedAt ?? facts.Bounce.RequestedAt) } };
        if (facts.Mail?.Parameters.EnvelopeId is { } envelopeId) message.Add("Original-Envelope-Id", envelopeId);
        status.StatusGroups.Add(message);
        var recipient = facts.Mail?.Recipients.FirstOrDefault(one => one.Address == facts.Bounce.Recipient);
        var group = new HeaderList();
        if (recipient?.OriginalRecipient is { } original) group.Add("Original-Recipient", original.Replace(";", "; ", StringComparison.Ordinal));
        group.Add("Final-Recipient", $"rfc822; {facts.Bounce.Recipient}");
        group.Add("Action", "failed");
        group.Add("Status", EnhancedCode(Words(facts)));
        group.Add("Diagnostic-Code", $"smtp; {Words(facts)}");
        if (facts.Failed?.Attempts > 0) group.Add("Last-Attempt-Date", TraceFields.Date(facts.Bounce.RequestedAt));
        status.StatusGroups.Add(group);
        return status;
    }

    private static string EnhancedCode(string reply) =>
        reply.Split(' ') is [_, ['2' or '4' or '5', '.', ..] code, ..] ? code : reply.StartsWith('5') ? "5.0.0" : "4.4.7";

    /// <summary>The fields at the beginning of a message, as far as they are quoted.</summary>
    internal static async Task<byte[]> HeaderOfAsync(Stream original, CancellationToken cancel)
    {
        var buffer = new byte[MaxHeaderBytes];
        var length = await original.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancel);
        var end = buffer.AsSpan(0, length).IndexOf("\r\n\r\n"u8);
        return buffer[..(end < 0 ? length : end + 2)];
    }

    private static MimePart Quoted(byte[] header) => new("text", "rfc822-headers")
    {
        Content = new MimeContent(new MemoryStream(header, writable: false)),
        ContentTransferEncoding = ContentEncoding.QuotedPrintable,
    };
}
