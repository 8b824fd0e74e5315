using System.Text.Json;
using System.Text.Json.Serialization;
using Recorder.Ledger;
using Recorder.Smtp;

namespace Recorder.Intake;

/// <summary>What was decided for one recipient at first sight. Codes are stable; sentences are made from them.</summary>
public static class Dispositions
{
    public const string Deliver = "deliver";
    public const string Journal = "journal";

    /// <summary>Every held code begins with this.</summary>
    public const string HeldPrefix = "held.";

    /// <summary>Bare CR or LF in the message and a next hop without CHUNKING.</summary>
    public const string HeldBareLineEnds = "held.bare-line-ends";

    public static bool IsHeld(string code) => code.StartsWith(HeldPrefix, StringComparison.Ordinal);
}

/// <param name="Address">RCPT as received.</param>
/// <param name="Owners">Normalised local addresses this recipient stands for; empty outside our domains.</param>
/// <param name="Disposition">One of <see cref="Dispositions"/>.</param>
public sealed record RecordedRecipient(
    string Address, IReadOnlyList<string> Owners, string Disposition, string? Notify = null, string? OriginalRecipient = null);

/// <summary>
/// The facts that live beside the exact bytes: the header payload of a mail entry (JSON, docs/archive-format.md).
/// </summary>
/// <param name="Listener">Name of the listener that took it.</param>
/// <param name="Mode">relay or journal.</param>
public sealed record RecordedMail(
    string ReversePath, IReadOnlyList<RecordedRecipient> Recipients, MailParameters Parameters,
    DateTimeOffset ReceivedAt, string Listener, string Mode,
    string PeerAddress, string Helo, string WithProtocol, string? TlsProtocol, string? TlsCipher, XForwardFacts? XForward,
    WireShape Shape)
{
    public const string RelayMode = "relay", JournalMode = "journal";

    /// <summary>All local owners, each once, in envelope order.</summary>
    [JsonIgnore]
    public IReadOnlyList<string> Owners => [.. Recipients.SelectMany(recipient => recipient.Owners).Distinct(StringComparer.Ordinal)];

    [JsonIgnore]
    public bool IsJournal => Mode == JournalMode;

    public byte[] Encode() => JsonSerializer.SerializeToUtf8Bytes(this, LedgerJson.Options);

    /// <exception cref="JsonException">Not a header of this version.</exception>
    public static RecordedMail Decode(ReadOnlySpan<byte> header) =>
        JsonSerializer.Deserialize<RecordedMail>(header, LedgerJson.Options) ?? throw new JsonException("empty record header");
}
