namespace Recorder.Ledger;

/// <summary>Somebody asked for a copy of mail to take away.</summary>
/// <param name="Export">UUIDv7.</param>
/// <param name="Account">Primary address of whoever asked; of a command, the mailbox it named, empty for all mail.</param>
/// <param name="Query">As typed.</param>
/// <param name="RecordIds">The records, when no query names them.</param>
/// <param name="Zone">IANA name of the time zone in which the query's days are meant.</param>
/// <param name="Target">The folder of a command; null where it is downloaded.</param>
/// <param name="ExpiresAt">Its link works until then; null without a link.</param>
public sealed record ExportAsked(
    string Export, string Account, string Query, IReadOnlyList<string>? RecordIds, string? Zone, string Format, string? Target, long Total,
    DateTimeOffset? ExpiresAt) : LedgerEvent;

/// <param name="Mailbox">The owner address through which it was taken.</param>
public sealed record ExportedMail(string RecordId, string Mailbox);

/// <summary>These are given out. Written before they are; long exports are several events.</summary>
/// <param name="Records">At most <see cref="MaxRecords"/>.</param>
public sealed record MailExported(string Export, string Account, IReadOnlyList<ExportedMail> Records) : LedgerEvent
{
    public const int MaxRecords = 200;
}

/// <summary>An export was written, or downloaded once, to its end or not.</summary>
/// <param name="Skipped">Could not be read, or may not be.</param>
/// <param name="Problem">Why it was cut short; null for a whole one.</param>
public sealed record ExportEnded(string Export, string Account, long Messages, long Bytes, long Skipped, string? Problem = null) : LedgerEvent;

/// <summary>An export that can be downloaded.</summary>
public sealed record ExportState(
    string Export, string Account, string Query, IReadOnlyList<string>? RecordIds, string? Zone, long Total, DateTimeOffset AskedAt, DateTimeOffset ExpiresAt,
    int Downloads = 0, long Messages = 0, long Bytes = 0);

public static class ExportKeys
{
    /// <summary>Value <see cref="ExportState"/>, in order of time.</summary>
    public static string Of(string export) => $"export/{export}";
    public const string All = "export/";
}
