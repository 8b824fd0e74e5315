using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.RegularExpressions;
using Recorder.Smtp;

namespace Recorder.Delivery.Trace;

/// <summary>Writes what is prepended at delivery: Received (RFC 5321 §4.4) and our trace field. Stored bytes never change.</summary>
public sealed partial class TraceFields(string hostname, TraceSigner signer)
{
    /// <summary>
    /// For a message that came through a listener. It names who handed it to us, as RFC 5321 §4.4 has it; whom XFORWARD
    /// speaks of is named by the field below, which our peer wrote, and in the record.
    /// </summary>
    /// <param name="only">The transaction's one recipient, for the <c>for</c> clause; null with several (RFC 5321 §7.6).</param>
    public string Received(PeerFacts peer, string? id, string? only, DateTimeOffset at) =>
        $"Received: from {Domain(peer.Helo)} ([{Literal(peer.Remote.Address)}])\r\n\tby {hostname} with {Token(peer.ProtocolName)}{Id(id)}{For(only)};\r\n\t{Date(at)}\r\n";

    /// <summary>For a message that we send from the archive.</summary>
    public string SentAgain(string id, string recipient, DateTimeOffset at) =>
        $"Received: by {hostname} (Recorder){Id(id)}{For(recipient)};\r\n\t{Date(at)}\r\n";

    /// <param name="recipients">Of the copy that leaves; only a single one can be named in the MAC.</param>
    public string Trace(string recordId, IReadOnlyList<EnvelopeRecipient> recipients, string act, int hop, ReadOnlySpan<byte> contentSha256) =>
        (recipients.Count == 1
            ? signer.Sign(recordId, recipients[0].Address, act, hop, contentSha256)
            : new TraceField(recordId, act, hop, null)).ToString();

    public static ReadOnlyMemory<byte> Encode(params ReadOnlySpan<string> fields) => Encoding.UTF8.GetBytes(string.Concat(fields));

    private static string Id(string? id) => id is null ? "" : $"\r\n\tid {id}";

    // Quoted local parts may hold what would end the clause or the field; without them the clause says nothing new.
    private static string For(string? only) => only is not null && PlainAddress().IsMatch(only) ? $"\r\n\tfor <{only}>" : "";

    /// <summary>RFC 5322 §3.3, always in UTC.</summary>
    public static string Date(DateTimeOffset at) => at.UtcDateTime.ToString("ddd, dd MMM yyyy HH:mm:ss '+0000'", CultureInfo.InvariantCulture);

    private static string Domain(string name) => name is { Length: > 0 and <= 255 } && DomainOrLiteral().IsMatch(name) ? name : "unknown";

    private static string Token(string word) => word.Length > 0 && word.All(char.IsAsciiLetterOrDigit) ? word : "SMTP";

    private static string Literal(IPAddress address) =>
        address.IsIPv4MappedToIPv6 ? address.MapToIPv4().ToString()
        : address.AddressFamily == AddressFamily.InterNetworkV6 ? $"IPv6:{address}" : address.ToString();

    [GeneratedRegex(@"^[A-Za-z0-9_.:\[\]-]+$")]
    private static partial Regex DomainOrLiteral();

    [GeneratedRegex(@"^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9.-]{1,255}$")]
    private static partial Regex PlainAddress();
}
