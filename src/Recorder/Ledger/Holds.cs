using System.Text.Json.Serialization;

namespace Recorder.Ledger;

[JsonConverter(typeof(CamelCaseNames<HoldKind>))]
public enum HoldKind
{
    /// <summary>Everything that was or will be received for some mailboxes.</summary>
    Mailboxes,

    /// <summary>What a search finds when the hold is placed, and again before every purge among what came since.</summary>
    Query,

    /// <summary>Single records.</summary>
    Records,
}

/// <summary>Mail that must not leave while this is in force, whatever its term is. Holds may overlap.</summary>
/// <param name="Matter">What the case is called.</param>
/// <param name="Mailboxes">Normalised. Of a query: whose mail is searched; empty for everybody's.</param>
/// <param name="Query">In the search language; empty unless it is a query.</param>
/// <param name="Until">From then on it holds nothing; null: until it is lifted.</param>
/// <param name="Through">A query was asked up to this position.</param>
/// <param name="Records">How many records it names.</param>
public sealed record Hold(
    string Id, string Matter, string Reason, HoldKind Kind, IReadOnlyList<string> Mailboxes, string Query, DateTimeOffset? Until,
    string PlacedBy, DateTimeOffset PlacedAt, long Through = 0, long Records = 0,
    DateTimeOffset? LiftedAt = null, string? LiftedBy = null, string? LiftedWhy = null)
{
    public bool IsInForce(DateTimeOffset at) => LiftedAt is null && (Until is null || at < Until);

    /// <summary>Further ones are refused: name mailboxes instead.</summary>
    [JsonIgnore]
    public static int MaxRecords => 200_000;
}

/// <summary>The records come in <see cref="HoldRecordsAdded"/>, which is durable before this.</summary>
public sealed record HoldPlaced(Hold Hold) : LedgerEvent;

/// <param name="RecordIds">At most <see cref="MaxRecords"/>.</param>
/// <param name="Through">A query was asked up to this position.</param>
public sealed record HoldRecordsAdded(string HoldId, IReadOnlyList<string> RecordIds, long Through) : LedgerEvent
{
    public const int MaxRecords = 2_000;
}

/// <summary>Its records are under their terms again.</summary>
public sealed record HoldLifted(string HoldId, string Reason) : LedgerEvent;

/// <summary>A hold names a record.</summary>
public sealed record HeldRecord(string HoldId);
