using System.Globalization;
using System.Text;

namespace Recorder.Smtp.Client;

/// <summary>MAIL and RCPT with the parameters that this next hop announced and no others (RFC 5321 §4.1.1.2, §4.1.1.3).</summary>
internal static class EnvelopeCommands
{
    public static string Mail(OutgoingMessage message, HopFeatures features)
    {
        var (envelope, announced) = (message.Envelope, features.Announced);
        var line = new StringBuilder("MAIL FROM:<").Append(envelope.ReversePath).Append('>');
        if (features.Size) line.Append(CultureInfo.InvariantCulture, $" SIZE={SizeBytes(message)}");
        if (announced.EightBitMime && envelope.Parameters.Body == BodyType.EightBitMime) line.Append(" BODY=8BITMIME");
        if (announced.SmtpUtf8 && WantsSmtpUtf8(envelope)) line.Append(" SMTPUTF8");
        if (announced.Dsn) AppendDsn(line, envelope.Parameters);
        return line.ToString();
    }

    public static string Recipient(EnvelopeRecipient recipient, HopFeatures features)
    {
        var line = new StringBuilder("RCPT TO:<").Append(recipient.Address).Append('>');
        if (!features.Announced.Dsn) return line.ToString();
        if (recipient.Notify is not null) line.Append(" NOTIFY=").Append(recipient.Notify);
        if (recipient.OriginalRecipient is not null) line.Append(" ORCPT=").Append(recipient.OriginalRecipient);
        return line.ToString();
    }

    /// <summary>SIZE counts the trace fields, and not the stuffed dots (RFC 1870 §5).</summary>
    public static long SizeBytes(OutgoingMessage message) => message.TraceFields.Length + message.Content.LengthBytes;

    private static bool WantsSmtpUtf8(Envelope envelope) =>
        envelope.Parameters.SmtpUtf8
        || !Ascii.IsValid(envelope.ReversePath)
        || envelope.Recipients.Any(r => !Ascii.IsValid(r.Address));

    private static void AppendDsn(StringBuilder line, MailParameters parameters)
    {
        if (parameters.Return is { } part) line.Append(part == DsnReturn.Full ? " RET=FULL" : " RET=HDRS");
        if (parameters.EnvelopeId is not null) line.Append(" ENVID=").Append(parameters.EnvelopeId);
    }
}
