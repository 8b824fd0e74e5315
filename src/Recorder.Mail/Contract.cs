namespace Recorder.Mail;

/// <param name="Name">Decoded display name; empty when none.</param>
/// <param name="Address">addr-spec as written, decoded where encoded; never null, may be malformed.</param>
public sealed record MailParty(string Name, string Address);

/// <param name="Index">Stable number of the part within this message, for download links.</param>
/// <param name="FileName">Decoded (RFC 2231, RFC 2047 and broken variants), without path; a made-up name where none is given.</param>
/// <param name="SizeBytes">Decoded bytes.</param>
/// <param name="IsDangerous">Executable, script, macro or double extension by name or type.</param>
public sealed record MailAttachment(int Index, string FileName, string ContentType, long SizeBytes, bool IsInline, string? ContentId, bool IsDangerous);

/// <summary>Why a document says less than the message: shown to users and counted.</summary>
[Flags]
public enum ReadFlags
{
    None = 0,
    /// <summary>Not readable as a message; only the envelope finds it.</summary>
    Unparsed = 1,
    /// <summary>A limit (parts, depth, headers, text) cut the reading short.</summary>
    Truncated = 2,
    /// <summary>A charset was missing or wrong and was guessed.</summary>
    CharsetGuessed = 4,
}

/// <summary>What a message says of itself: everything search and lists need. No member is ever null; unknown is empty.</summary>
/// <param name="MessageId">Without angle brackets; empty where the message has none.</param>
/// <param name="SentAt">The sender's Date; null when absent or unreadable.</param>
/// <param name="Text">Readable text of all text parts (HTML as text) that are no files, cut at the limit; attached messages included.</param>
/// <param name="Summary">The first 200 characters of the text with white space folded.</param>
/// <param name="ReceivedFieldCount">Received fields in the outermost header, for loop detection.</param>
public sealed record MailFacts(
    string Subject, IReadOnlyList<MailParty> From, IReadOnlyList<MailParty> To, IReadOnlyList<MailParty> Cc,
    DateTimeOffset? SentAt, string MessageId, string ListId, string Text, string Summary,
    IReadOnlyList<MailAttachment> Attachments, int ReceivedFieldCount, ReadFlags Flags)
{
    /// <summary>The first fields of the outermost header, cut and decoded for searching.</summary>
    public IReadOnlyList<HeaderLine> Fields { get; init; } = [];

    /// <summary>Readable text of the text parts that are files, likewise cut.</summary>
    public string AttachedText { get; init; } = "";
}

/// <summary>A header field as written, unfolded and decoded for display.</summary>
public sealed record HeaderLine(string Name, string Value);

/// <summary>A message prepared for a person: nothing in it can run or fetch.</summary>
/// <param name="Html">Sanitised body markup without remote references (or with them, when asked), null for a plain message.</param>
/// <param name="Text">The plain body; empty when there is none.</param>
/// <param name="HasRemoteContent">The markup named remote images or styles.</param>
public sealed record MailView(MailFacts Facts, IReadOnlyList<HeaderLine> Headers, string? Html, string Text, bool HasRemoteContent);

/// <summary>The limits of reading: hostile mail costs no more than this.</summary>
public sealed record MailReadLimits
{
    public static MailReadLimits Default { get; } = new();
    public int MaxParts { get; init; } = 1_000;
    public int MaxDepth { get; init; } = 50;
    public int MaxHeaderFields { get; init; } = 2_000;
    public int MaxHeaderBytes { get; init; } = 1 << 20;
    /// <summary>Indexed text, in characters.</summary>
    public int MaxTextLength { get; init; } = 4 << 20;
    /// <summary>Of <see cref="MailFacts.Fields"/>, and bytes of each.</summary>
    public int MaxFactFields { get; init; } = 100;
    public int MaxFactFieldBytes { get; init; } = 1_000;
    public int SummaryLength { get; init; } = 200;
}
