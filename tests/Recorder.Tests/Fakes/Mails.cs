using System.Text;
using Recorder.Archive;
using Recorder.Ledger;
using Recorder.Smtp;

namespace Recorder.Tests.Fakes;

/// <summary>Envelopes and messages for tests: short to write, complete enough for everything behind the wire.</summary>
internal static class Mails
{
    public static RecordedRecipient To(string address, string disposition = Dispositions.Deliver, params string[] owners) =>
        new(address, owners.Length == 0 ? [address] : owners, disposition);

    public static RecordedMail Envelope(DateTimeOffset receivedAt, params RecordedRecipient[] recipients) => new(
        "sender@example.org", recipients, MailParameters.None, receivedAt, "hook", "relay", "127.0.0.1", "mx.example.org",
        "ESMTP", null, null, null, new WireShape(100, false, false, false, false, 78));

    public static byte[] Message(string subject, string text = "Hello.") => Encoding.UTF8.GetBytes(
        $"From: Sender <sender@example.org>\r\nTo: list@example.org\r\nSubject: {subject}\r\nMessage-ID: <{subject.Length}@example.org>\r\n" +
        $"Date: Mon, 5 Jan 2026 10:00:00 +0000\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n{text}\r\n");

    public static async Task<Recorded<RecordedMail>> RecordAsync(
        this ILedger ledger, RecordedMail mail, byte[]? message = null) =>
        await ledger.RecordAsync(mail, new MemoryContent(message ?? Message("Minutes")), "", CancellationToken.None);

    /// <summary>Straight into the log, without a ledger.</summary>
    public static Task<Receipt> AppendAsync(this IArchiveLog log, RecordedMail mail, byte[]? message = null) =>
        log.AppendAsync(new NewMail(mail.Encode(), new MemoryContent(message ?? Message("Minutes")), mail.ReceivedAt, ""), CancellationToken.None);
}
