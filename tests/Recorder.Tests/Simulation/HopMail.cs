using System.Text;
using System.Text.RegularExpressions;

namespace Recorder.Tests.Simulation;

/// <summary>A message as a next hop stored it.</summary>
internal sealed partial class HopMail
{
    private readonly byte[] bytes;
    private readonly bool endMayBeAdded;

    /// <param name="endMayBeAdded">It came by DATA, which cannot say that a message ends without CRLF.</param>
    public HopMail(string from, byte[] bytes, bool endMayBeAdded)
    {
        (From, this.bytes, this.endMayBeAdded) = (from, bytes, endMayBeAdded);
        var head = Encoding.Latin1.GetString(bytes, 0, Math.Min(bytes.Length, 4096));
        if (Trace().Match(head) is { Success: true } trace) (Id, Act) = (trace.Groups["id"].Value, ActOf(trace.Groups["act"].Value));
        else if (Report().Match(head) is { Success: true } report) Bounce = (report.Groups["id"].Value, FinalRecipient().Match(Encoding.Latin1.GetString(bytes)).Groups["to"].Value.Trim());
    }

    public string From { get; }

    /// <summary>The record it says it is; null for what passes unrecorded.</summary>
    public string? Id { get; }

    /// <summary>relay (which a leftover goes on with), or resend and its round.</summary>
    public string Act { get; } = "";

    /// <summary>The failed delivery that this report is about.</summary>
    public (string Id, string Recipient)? Bounce { get; }

    public bool EndsWith(Letter letter) => FieldsBefore(letter) is not null;

    /// <summary>Exactly these bytes, behind Received and the trace field and nothing else.</summary>
    public bool Carries(Letter letter) => FieldsBefore(letter) is { } fields && OurFields().IsMatch(fields);

    private string? FieldsBefore(Letter letter)
    {
        var original = letter.Bytes.AsSpan();
        if (bytes.AsSpan().EndsWith(original)) return Encoding.Latin1.GetString(bytes, 0, bytes.Length - original.Length);
        var added = endMayBeAdded && bytes.AsSpan().EndsWith("\r\n"u8) && bytes.AsSpan(0, bytes.Length - 2).EndsWith(original);
        return added ? Encoding.Latin1.GetString(bytes, 0, bytes.Length - 2 - original.Length) : null;
    }

    private static string ActOf(string act) => act.StartsWith("resend", StringComparison.Ordinal) ? act : "relay";

    [GeneratedRegex(@"^Received:[^\r]*(\r\n\t[^\r]*)*\r\nX-Recorder-Trace: id=(?<id>[0-9a-f-]{36});\r\n\tact=(?<act>[a-z.0-9]+); hop=1")]
    private static partial Regex Trace();

    [GeneratedRegex(@"\nMessage-Id: <bounce\.(?<id>[0-9a-f-]{36})\.", RegexOptions.IgnoreCase)]
    private static partial Regex Report();

    [GeneratedRegex(@"\nFinal-Recipient: rfc822;(?<to>[^\r]*)")]
    private static partial Regex FinalRecipient();

    [GeneratedRegex(@"\AReceived:[^\r]*\r\n(\t[^\r]*\r\n)*X-Recorder-Trace:[^\r]*\r\n(\t[^\r]*\r\n)*\z")]
    private static partial Regex OurFields();
}
