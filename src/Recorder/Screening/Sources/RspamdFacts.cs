using System.Net;
using Recorder.Flow;

namespace Recorder.Screening.Sources;

/// <summary>The envelope and the outside client, as Rspamd's protocol names them. What Postfix told with XFORWARD is nearer to the truth than our own peer.</summary>
internal static class RspamdFacts
{
    private const int MaxRecipients = 100;
    private const int MaxValueLength = 1_000;

    /// <summary>Header fields of the request. Nothing in them can end a line.</summary>
    public static IEnumerable<(string Name, string Value)> Of(ReceivedMessage message)
    {
        var (forwarded, peer) = (message.Peer.XForward, message.Peer);
        var recipients = message.Envelope.Recipients.Select(one => one.Address).Where(IsSafe).Take(MaxRecipients);
        (string Name, string? Value)[] facts =
        [
            ("From", $"<{message.Envelope.ReversePath}>"),
            ("Rcpt", string.Join(", ", recipients.Select(address => $"<{address}>"))),
            ("IP", (AddressOf(forwarded?.Address) ?? peer.Remote.Address).ToString()),
            ("Helo", forwarded is null ? peer.Helo : forwarded.Helo),
            ("Hostname", forwarded?.Name),
        ];
        return facts.Where(fact => fact.Value is { Length: > 0 } value && (fact.Name == "Rcpt" || IsSafe(value))).Select(fact => (fact.Name, fact.Value!));
    }

    // Postfix writes IPv6 addresses with a prefix (XFORWARD_README).
    private static IPAddress? AddressOf(string? text)
    {
        if (text is null) return null;
        if (text.StartsWith("IPV6:", StringComparison.OrdinalIgnoreCase)) text = text[5..];
        return IPAddress.TryParse(text, out var address) ? address : null;
    }

    private static bool IsSafe(string value) => value.Length <= MaxValueLength && !value.Any(char.IsControl);
}
