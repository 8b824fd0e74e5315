using System.Security.Cryptography;
using System.Text;
using MimeKit;
using Recorder.Ledger;
using Recorder.Mail;
using Recorder.Smtp;

namespace Recorder.Delivery.Outbox;

/// <summary>
/// A message of ours around a recorded one, whose bytes stand in it unchanged as message/rfc822: it has a Message-ID of
/// its own, so that a mail server which drops what it knows already takes it.
/// </summary>
internal static class AttachedMail
{
    private const string Place = "recorder-puts-the-original-here";

    /// <returns>What stands before the original's bytes, and what stands after them.</returns>
    public static (byte[] Before, byte[] After) Around(string hostname, Dispatch dispatch, RecordedMail mail, MailFacts facts)
    {
        var messageId = $"attached.{dispatch.RecordId}.{dispatch.Round}@{hostname}";
        var all = OwnMessage.Write(hostname, dispatch.Recipient, $"[Original 原始郵件] {OwnMessage.OneLine(facts.Subject)}", dispatch.RequestedAt, messageId, Body(dispatch, mail));
        var text = Encoding.Latin1.GetString(all);
        var at = text.IndexOf(Place, StringComparison.Ordinal);
        return (all[..at], all[(at + Place.Length)..]);
    }

    // Nobody who wrote a message could know its record's id, so none can hold this line.
    internal static string BoundaryOf(Dispatch dispatch) =>
        $"=_{Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes($"attached/{dispatch.RecordId}/{dispatch.Round}")))[..40]}";

    private static Multipart Body(Dispatch dispatch, RecordedMail mail)
    {
        // RFC 2046 §5.2.1: message/rfc822 is never encoded; §5.1: what is around it names the widest of its parts.
        var encoding = mail.Shape.HasEightBit || mail.Parameters.Body != BodyType.SevenBit ? ContentEncoding.EightBit : ContentEncoding.SevenBit;
        var note = new TextPart("plain")
        {
            Text = "The message you asked for is attached as it was received.\r\n附件是您要求的郵件，與收到時完全相同。\r\n", ContentTransferEncoding = ContentEncoding.Base64,
        };
        var original = new MimePart("message", "rfc822")
        {
            Content = new MimeContent(new MemoryStream(Encoding.ASCII.GetBytes(Place))), ContentTransferEncoding = encoding,
            ContentDisposition = new ContentDisposition(ContentDisposition.Attachment) { FileName = "original.eml" },
        };
        var parts = new Multipart("mixed") { note, original };
        parts.Boundary = BoundaryOf(dispatch);
        parts.Headers.Replace(HeaderId.ContentTransferEncoding, encoding == ContentEncoding.EightBit ? "8bit" : "7bit");
        return parts;
    }
}
