namespace Recorder.Ledger;

/// <summary>What became of a record for a mailbox, as searches ask for it.</summary>
public enum MarkKind
{
    /// <summary>A release was accepted by the next hop.</summary>
    Released,

    /// <summary>A resend was accepted by the next hop, or a copy by the mailbox server.</summary>
    Resent,

    /// <summary>A request for a release waits for an answer.</summary>
    Requested,

    /// <summary>Said to be spam, or not to be.</summary>
    Reported,
}

/// <summary>A record has a mark.</summary>
public sealed record RecordMark(string RecordId);

/// <summary>Keys of marks: what a mailbox has of one kind shares a prefix, in order of time, since ids are.</summary>
public static class MarkKeys
{
    /// <summary>Value <see cref="RecordMark"/>: it happened to the mailbox's copy.</summary>
    public static string Mark(MarkKind kind, string mailbox, string recordId) => $"{Marks(kind, mailbox)}{recordId}";
    public static string Marks(MarkKind kind, string mailbox) => $"{Marks(kind)}{mailbox}/";

    /// <summary>Of all mailboxes.</summary>
    public static string Marks(MarkKind kind) => $"mark/{kind}/";

    /// <summary>Value <see cref="RecordMark"/>: an account asked for it, wherever it went.</summary>
    public static string MarkBy(MarkKind kind, string account, string recordId) => $"{MarksBy(kind, account)}{recordId}";
    public static string MarksBy(MarkKind kind, string account) => $"mark-by/{kind}/{account}/";
}
