using System.Text.Json;
using System.Text.Json.Serialization;
using Recorder.Smtp;

namespace Recorder.Ledger;

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
