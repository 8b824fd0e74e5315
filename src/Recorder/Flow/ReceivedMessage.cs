using Recorder.Archive;
using Recorder.Ledger;
using Recorder.Smtp;

namespace Recorder.Flow;

/// <summary>What a listener does with the mail it takes.</summary>
public enum IntakeMode
{
    /// <summary>Recorded, then passed to the next hop.</summary>
    Relay,

    /// <summary>Recorded only: a copy whose original travels elsewhere.</summary>
    Journal,
}

/// <summary>What a record says of the door a message came through.</summary>
public sealed record IntakeListener(string Name, SmtpProtocol Protocol, IntakeMode Mode);

/// <summary>
/// A message that has arrived whole and is at rest, before anything was decided. Stages pass it on unchanged.
/// </summary>
/// <param name="Envelope">As received; in journal mode its recipients are already the original ones.</param>
/// <param name="ReceivedAt">When the data ended.</param>
public sealed record ReceivedMessage(
    IntakeListener Listener, PeerFacts Peer, Envelope Envelope, IReceivedContent Content, WireShape Shape,
    DateTimeOffset ReceivedAt, HeaderGlance Header)
{
    /// <summary>What the verdict sources said; null until, and unless, they were asked.</summary>
    public ScreenedMail? Screened { get; init; }

    public bool IsJournal => Listener.Mode == IntakeMode.Journal;
}

/// <summary>The little that the flow must know of the header; all else is read later by the index.</summary>
/// <param name="ReceivedFields">Received fields in the outermost header (RFC 5321 §6.3).</param>
/// <param name="ClusterKey">Near keys are stored side by side; may be empty.</param>
/// <param name="Traces">Our own trace fields as found, topmost first; nothing is proven of them yet.</param>
public sealed record HeaderGlance(int ReceivedFields, string ClusterKey, IReadOnlyList<FoundTrace> Traces)
{
    public static HeaderGlance None { get; } = new(0, "", []);

    /// <summary>The address of every party of every From field, as written; one without an address is "". At most 100.</summary>
    public IReadOnlyList<string> Authors { get; init; } = [];

    /// <summary>The header is longer than what was looked at: there may be more authors.</summary>
    public bool IsTruncated { get; init; }

    /// <summary>The one author; null where there is none, where there are several, and where there may be more than were seen.</summary>
    public string? SoleAuthor => !IsTruncated && Authors is [{ Length: > 0 } only] ? only : null;
}

/// <param name="Value">The field's value.</param>
/// <param name="EndOffset">Bytes from the message's start to the first one after the field's CRLF.</param>
public sealed record FoundTrace(string Value, int EndOffset);
