using System.Globalization;
using System.Text.RegularExpressions;

namespace Recorder.Delivery.Trace;

/// <summary>
/// <c>X-Recorder-Trace: id=RECORD; act=relay; hop=1; mac=…</c>: the one field, beside Received, that we prepend. With a
/// single recipient it carries a MAC over record, recipient, act, hop and the SHA-256 of every byte after the field, so
/// that the same message coming back for the same recipient is known; nobody else's copy can profit from it.
/// </summary>
/// <param name="Act">relay, or a dispatch's kind and round, e.g. <c>resend.1</c>.</param>
/// <param name="Hop">1 when it leaves us first, one more each time it passes through.</param>
/// <param name="Mac">base64url; null where the copy goes to several recipients and so can never be passed through.</param>
public sealed partial record TraceField(string RecordId, string Act, int Hop, string? Mac)
{
    public const string Name = "X-Recorder-Trace";
    public const string Relay = "relay";

    /// <summary>With its CRLF. Folded to stay under 78 characters a line (RFC 5322 §2.1.1).</summary>
    public override string ToString()
    {
        var plain = string.Create(CultureInfo.InvariantCulture, $"{Name}: id={RecordId};\r\n\tact={Act}; hop={Hop}");
        return Mac is null ? plain + "\r\n" : $"{plain};\r\n\tmac={Mac}\r\n";
    }

    /// <returns>null for what we never wrote.</returns>
    public static TraceField? Parse(string value) =>
        Form().Match(value) is { Success: true } match && int.TryParse(match.Groups["hop"].Value, CultureInfo.InvariantCulture, out var hop)
            ? new TraceField(match.Groups["id"].Value, match.Groups["act"].Value, hop, match.Groups["mac"] is { Success: true } mac ? mac.Value : null)
            : null;

    [GeneratedRegex(@"^\s*id=(?<id>[0-9a-f-]{36});\s+act=(?<act>[a-z]{1,20}(\.[0-9]{1,9})?);\s+hop=(?<hop>[0-9]{1,3})(;\s+mac=(?<mac>[A-Za-z0-9_-]{43}))?\s*$")]
    private static partial Regex Form();
}
