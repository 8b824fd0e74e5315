namespace Recorder.Ledger;

/// <summary>What may be done to a whole query.</summary>
public enum BulkAct
{
    Release,
    Resend,
    Hide,
    Unhide,
    ReportSpam,
    ReportNotSpam,
}

public enum BulkState
{
    Running,
    Paused,
    Done,
    Cancelled,

    /// <summary>The account was closed meanwhile, or the work could not go on.</summary>
    Failed,
}

/// <summary>A person asked for an act on many records. It starts over after a restart: the acts are idempotent.</summary>
/// <param name="Job">UUIDv7.</param>
/// <param name="Account">Primary address of whoever asked.</param>
/// <param name="Query">As typed; empty where <paramref name="RecordIds"/> names the records.</param>
/// <param name="First">The newest record of the query, when there is one.</param>
/// <param name="Cursor">Behind <paramref name="First"/>; holds what the index knew then, so that later mail is left alone.</param>
/// <param name="Zone">IANA name of the time zone in which the query's days are meant.</param>
public sealed record BulkStarted(
    string Job, string Account, BulkAct Act, string Query, IReadOnlyList<string>? RecordIds, string? First, string? Cursor, string? Zone, long Total) : LedgerEvent;

public sealed record BulkPaused(string Job, string Account, bool IsPaused) : LedgerEvent;

/// <param name="Refusals">The first of those that could not be done.</param>
public sealed record BulkEnded(
    string Job, string Account, BulkState State, long Done, long Refused, IReadOnlyList<BulkRefusal> Refusals) : LedgerEvent;

/// <param name="Code">As of a refused act; gone for a record the reader may no longer see.</param>
public sealed record BulkRefusal(string RecordId, string Code);

/// <summary>A bulk act and, once it ended, its outcome.</summary>
public sealed record BulkJob(
    string Job, string Account, BulkAct Act, string Query, IReadOnlyList<string>? RecordIds, string? First, string? Cursor, string? Zone, long Total,
    Actor Actor, DateTimeOffset StartedAt, BulkState State = BulkState.Running, long Done = 0, long Refused = 0,
    IReadOnlyList<BulkRefusal>? Refusals = null, DateTimeOffset? EndedAt = null);

public static class BulkKeys
{
    /// <summary>Value <see cref="BulkJob"/>, in order of time.</summary>
    public static string Job(string job) => $"bulk/{job}";
    public const string Jobs = "bulk/";

    /// <summary>An account's jobs in order of time: value <see cref="BulkJob"/> again, without records.</summary>
    public static string Of(string account, string job) => $"{AllOf(account)}{job}";
    public static string AllOf(string account) => $"bulk-of/{account}/";

    /// <summary>The one job of an account that has not ended: value <see cref="BulkJob"/> again.</summary>
    public static string Open(string account) => $"bulk-open/{account}";
    public const string AllOpen = "bulk-open/";
}
