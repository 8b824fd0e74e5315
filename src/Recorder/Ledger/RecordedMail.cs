using System.Text.Json;
using System.Text.Json.Serialization;
using Recorder.Archive;
using Recorder.Ledger.State;
using Recorder.Smtp;

namespace Recorder.Ledger;

/// <param name="Address">RCPT as received.</param>
/// <param name="Owners">Normalised local addresses this recipient stands for; empty outside our domains.</param>
/// <param name="Disposition">One of <see cref="Dispositions"/>.</param>
/// <param name="Reason">Why; null in records of before there was screening.</param>
public sealed record RecordedRecipient(
    string Address, IReadOnlyList<string> Owners, string Disposition, string? Notify = null, string? OriginalRecipient = null,
    ScreeningReason? Reason = null);

/// <summary>Where an import found a message.</summary>
/// <param name="Source">The path that was imported.</param>
/// <param name="Format">maildir, mbox, eml, zip or imap.</param>
/// <param name="Name">The file below the source, or the mbox and the byte where the message begins.</param>
/// <param name="Evidence">What the received time was taken from: received, from-line, file-time or internal-date.</param>
/// <param name="LineFeedsAlone">Every line of the stored bytes ends with LF; on the wire each gets its CR back, and the
/// record's shape is that form's.</param>
/// <param name="KeptFromReceived">Retention counts from the received time, not from the import.</param>
public sealed record ImportedFrom(
    string Source, string Format, string Name = "", string Evidence = "", bool LineFeedsAlone = false, bool KeptFromReceived = false)
{
    public const string ReceivedField = "received", FromLine = "from-line", FileTime = "file-time", InternalDate = "internal-date";
}

/// <summary>
/// The facts that live beside the exact bytes: the header payload of a mail entry (JSON, docs/archive-format.md).
/// </summary>
/// <param name="Listener">Name of the listener that took it.</param>
/// <param name="Mode">relay, journal or import.</param>
/// <param name="Import">Where an import found it; null for what came over the wire.</param>
/// <param name="Screened">What the verdict sources said; null where nobody was asked.</param>
public sealed record RecordedMail(
    string ReversePath, IReadOnlyList<RecordedRecipient> Recipients, MailParameters Parameters,
    DateTimeOffset ReceivedAt, string Listener, string Mode,
    string PeerAddress, string Helo, string WithProtocol, string? TlsProtocol, string? TlsCipher, XForwardFacts? XForward,
    WireShape Shape, ImportedFrom? Import = null, ScreenedMail? Screened = null)
{
    public const string RelayMode = "relay", JournalMode = "journal", ImportMode = "import";

    /// <summary>All local owners, each once, in envelope order.</summary>
    [JsonIgnore]
    public IReadOnlyList<string> Owners => [.. Recipients.SelectMany(recipient => recipient.Owners).Distinct(StringComparer.Ordinal)];

    /// <summary>Of the first recipient that stands for the owner, as it is the one a hit names.</summary>
    public string DispositionFor(string owner) => Recipients.First(recipient => recipient.Owners.Contains(owner)).Disposition;

    [JsonIgnore]
    public bool IsJournal => Mode == JournalMode;

    [JsonIgnore]
    public bool IsImport => Mode == ImportMode;

    /// <summary>
    /// What retention counts from: the received time; of imported mail the time of import, however old the mail is, unless it
    /// was imported with its own. A clock that was more than a day behind when the record came must not end its term early:
    /// then the time in the id counts, which never goes back.
    /// </summary>
    public static DateTimeOffset KeptSince(LogEntry entry, RecordedMail mail)
    {
        if (mail is { IsImport: true, Import.KeptFromReceived: true }) return entry.ReceivedAt;
        var (wall, id) = (mail.IsImport ? entry.AppendedAt : entry.ReceivedAt, RecordTime.Of(entry.Id.ToString()));
        return id - wall > TimeSpan.FromDays(1) ? id : wall;
    }

    public byte[] Encode() => JsonSerializer.SerializeToUtf8Bytes(this, LedgerJson.Options);

    /// <exception cref="JsonException">Not a header of this version.</exception>
    public static RecordedMail Decode(ReadOnlySpan<byte> header) =>
        JsonSerializer.Deserialize<RecordedMail>(header, LedgerJson.Options) ?? throw new JsonException("empty record header");
}
