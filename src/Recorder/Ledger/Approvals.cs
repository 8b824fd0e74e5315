using System.Text.Json.Serialization;

namespace Recorder.Ledger;

[JsonConverter(typeof(CamelCaseNames<ApprovalKind>))]
public enum ApprovalKind
{
    /// <summary>Of everything that is due when it is asked for.</summary>
    Purge,

    /// <summary>Of one record before its term.</summary>
    Erasure,
}

/// <summary>Something that two administrators must want, where the setting asks for it.</summary>
/// <param name="RecordId">Of an erasure; empty for a purge.</param>
/// <param name="Reason">Of an erasure; empty for a purge.</param>
/// <param name="ExpiresAt">From then on it must be asked for again.</param>
/// <param name="Records">How many would leave.</param>
/// <param name="Bytes">Their content as received.</param>
public sealed record ApprovalAsked(string Id, ApprovalKind Kind, string RecordId, string Reason, DateTimeOffset ExpiresAt, long Records, long Bytes) : LedgerEvent;

/// <summary>An administrator wants it too.</summary>
public sealed record ApprovalGiven(string Id, string RecordId) : LedgerEvent;

public sealed record ApprovalRefused(string Id, string RecordId, string Reason) : LedgerEvent;

/// <summary>It was done, and cannot be done again by the same approval.</summary>
public sealed record ApprovalUsed(string Id, string RecordId) : LedgerEvent;

/// <param name="By">Administrators who want it, whoever asked included where that was one.</param>
public sealed record Approval(
    string Id, ApprovalKind Kind, string RecordId, string Reason, string AskedBy, DateTimeOffset AskedAt, DateTimeOffset ExpiresAt, long Records, long Bytes,
    IReadOnlyList<string> By, string? RefusedBy = null, string? RefusedWhy = null, DateTimeOffset? UsedAt = null)
{
    public const int PersonsNeeded = 2;

    /// <summary>Of an actor that is an administrator in person.</summary>
    public const string Administrator = "admin";

    [JsonIgnore]
    public bool IsGiven => By.Count >= PersonsNeeded;

    public bool IsOpen(DateTimeOffset at) => RefusedBy is null && UsedAt is null && at < ExpiresAt;
}

public static class ApprovalKeys
{
    /// <summary>Value <see cref="Approval"/>, in order of time.</summary>
    public static string Of(string id) => $"approval/{id}";
    public const string All = "approval/";
}
