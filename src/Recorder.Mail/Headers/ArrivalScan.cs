using System.Text;
using MimeKit.Utils;

namespace Recorder.Mail;

/// <summary>How a stored message says it arrived.</summary>
/// <param name="ReceivedAt">The time in the topmost Received field that has one (RFC 5321 §4.4); null when none can be read.</param>
/// <param name="ReturnPath">The reverse-path that the last delivery noted (RFC 5321 §4.4), without brackets; empty when none.</param>
public sealed record ArrivalFacts(DateTimeOffset? ReceivedAt, string ReturnPath);

/// <summary>Reads the trace fields of mail that comes from elsewhere than the wire. Never throws for content.</summary>
public static class ArrivalScan
{
    private const int MaxReceivedFields = 20;

    // Earlier than any mail, and what a broken clock says.
    private static readonly DateTimeOffset Earliest = new(1971, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <param name="message">The message or a prefix of it; only the header is looked at.</param>
    /// <param name="notAfter">Later times are a broken clock's and do not count.</param>
    public static ArrivalFacts Scan(ReadOnlySpan<byte> message, DateTimeOffset notAfter)
    {
        DateTimeOffset? receivedAt = null;
        string? returnPath = null;
        var (limits, received) = (MailReadLimits.Default, 0);
        var lines = new FieldLines(message[..Math.Min(message.Length, limits.MaxHeaderBytes)]);
        for (var count = 0; count < limits.MaxHeaderFields && lines.Next(); count++)
        {
            if (receivedAt is null && received < MaxReceivedFields && FieldLines.NameIs(lines.Name, "Received"))
            {
                received++;
                receivedAt = TimeOf(lines.Value, notAfter);
            }
            else if (returnPath is null && FieldLines.NameIs(lines.Name, "Return-Path"))
            {
                returnPath = PathOf(lines.Value);
            }
        }
        return new ArrivalFacts(receivedAt, returnPath ?? "");
    }

    // The date stands behind the last semicolon; a comment may follow it.
    private static DateTimeOffset? TimeOf(ReadOnlySpan<byte> value, DateTimeOffset notAfter)
    {
        var semicolon = value.LastIndexOf((byte)';');
        return semicolon >= 0 && DateUtils.TryParse(value[(semicolon + 1)..].ToArray(), out var time) && time >= Earliest && time <= notAfter ? time : null;
    }

    private static string PathOf(ReadOnlySpan<byte> value)
    {
        var text = Encoding.UTF8.GetString(value).Trim();
        var close = text.IndexOf('>');
        return text.StartsWith('<') && close > 0 ? text[1..close].Trim() : "";
    }
}
