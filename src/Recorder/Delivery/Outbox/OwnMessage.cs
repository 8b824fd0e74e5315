using System.Globalization;
using MimeKit;

namespace Recorder.Delivery.Outbox;

/// <summary>A plain message of our own to a mailbox, written so that it goes through any next hop.</summary>
internal static class OwnMessage
{
    /// <param name="body">CRLF line ends.</param>
    public static byte[] Write(string hostname, string recipient, string subject, DateTimeOffset date, string messageId, string body)
    {
        var text = new TextPart("plain") { Text = body };
        text.Prepare(EncodingConstraint.SevenBit);
        return Write(hostname, recipient, subject, date, messageId, text);
    }

    /// <param name="body">Encoded already, for the next hop that it must pass.</param>
    public static byte[] Write(string hostname, string recipient, string subject, DateTimeOffset date, string messageId, MimeEntity body)
    {
        using var message = new MimeMessage { Body = body };
        message.From.Add(new MailboxAddress("Recorder", $"mailer-daemon@{hostname}"));
        message.To.Add(To(recipient));
        message.Subject = subject;
        message.Date = date;
        message.MessageId = messageId;
        message.Headers.Add("Auto-Submitted", "auto-generated"); // RFC 3834 §5
        return BytesOf(message);
    }

    /// <summary>With CRLF line ends, the last one too.</summary>
    public static byte[] BytesOf(MimeMessage message)
    {
        using var bytes = new MemoryStream();
        var format = FormatOptions.Default.Clone();
        format.NewLineFormat = NewLineFormat.Dos;
        format.EnsureNewLine = true;
        message.WriteTo(format, bytes);
        return bytes.ToArray();
    }

    /// <summary>Addresses in the wild (dots at odd places) are more than the field's grammar takes; the envelope has them as they are.</summary>
    public static InternetAddress To(string address)
    {
        try
        {
            return new MailboxAddress("", address);
        }
        catch (ParseException)
        {
            return new GroupAddress("undisclosed-recipients");
        }
    }

    /// <summary>Without control characters of any kind, and without those that turn the direction of writing.</summary>
    public static string OneLine(string text) => string.Concat(text.Select(letter =>
        char.IsControl(letter) || char.GetUnicodeCategory(letter) is UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator ? ' ' : letter));
}
