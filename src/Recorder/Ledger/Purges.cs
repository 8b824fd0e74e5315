using System.Text.Json.Serialization;

namespace Recorder.Ledger;

[JsonConverter(typeof(CamelCaseNames<PurgeAct>))]
public enum PurgeAct
{
    /// <summary>The segment goes as a file; its root stays in the ledger.</summary>
    Remove,

    /// <summary>It is written again with the survivors; of the others position, id and leaf stay.</summary>
    Rewrite,
}

/// <summary>What one step takes away.</summary>
/// <param name="Segment">As it is called before the step.</param>
/// <param name="Entries">Of the segment, those purged earlier too.</param>
/// <param name="Root">Merkle root, lower-case hex: the same before and after.</param>
/// <param name="Records">Records that leave.</param>
/// <param name="Bytes">Their content, in bytes as received.</param>
/// <param name="Held">Records whose term is over and that a hold keeps.</param>
/// <param name="IdsSha256">SHA-256 of the ids that leave, one a line in order, lower-case hex.</param>
/// <param name="FirstId">Of the segment's entries; null in steps of before the records were named.</param>
/// <param name="NamedAfter">Behind this position of the log, and before the intent, stands what leaves by name (<see cref="PurgeStepNamed"/>).</param>
public sealed record PurgeStepPlan(
    string Segment, PurgeAct Act, DateOnly Day, long FirstSequence, long LastSequence, int Entries, string Root,
    long Records, long Bytes, long StoredBytes, long Held, string IdsSha256, string? FirstId = null, string? LastId = null, long? NamedAfter = null);

/// <summary>A record that a purge takes away, and the mailboxes it was for.</summary>
/// <param name="Received">Of what was imported; anything else was received when its id was made.</param>
public sealed record LeavingRecord(string Id, IReadOnlyList<string> Owners, DateTimeOffset? Received = null);

/// <param name="GraceUntil">By then what it removes must be gone.</param>
public sealed record PurgeStarted(string Run, DateTimeOffset? GraceUntil) : LedgerEvent;

/// <summary>What a step is about to take away, in as many events as it takes, durable before its intent. It stays in the ledger alone: <see cref="PurgeNames"/>.</summary>
public sealed record PurgeStepNamed(string Run, string Segment, IReadOnlyList<LeavingRecord> Records) : LedgerEvent;

/// <summary>Durable before anything is unlinked.</summary>
public sealed record PurgeStepIntended(string Run, PurgeStepPlan Plan) : LedgerEvent;

/// <param name="StoredBytes">Of the segment now; 0 when it is gone.</param>
public sealed record PurgeStepDone(string Run, string Segment, long StoredBytes) : LedgerEvent;

/// <summary>It did not happen: a hold or a rule came between.</summary>
public sealed record PurgeStepDropped(string Run, string Segment, string Why) : LedgerEvent;

/// <summary>The mail index has none of the removed records any more.</summary>
public sealed record PurgeIndexed(string Run, long Documents) : LedgerEvent;

/// <summary>Nor do its files hold their words.</summary>
public sealed record IndexExpunged : LedgerEvent;

/// <summary>The run came to its end; its certificate is made of its steps.</summary>
public sealed record PurgeEnded(string Run) : LedgerEvent;

/// <summary>Records whose deliveries, requests and marks are forgotten, since they leave.</summary>
/// <param name="RecordIds">At most <see cref="MaxRecords"/>.</param>
public sealed record RecordsForgotten(IReadOnlyList<string> RecordIds) : LedgerEvent
{
    public const int MaxRecords = 2_000;
}

/// <summary>A person wants one record gone before its term, with a reason. Durable before anything is done.</summary>
/// <param name="Received">When the message was received; null where the record was gone already.</param>
public sealed record ErasureAsked(string RecordId, string Reason, DateTimeOffset? Received = null) : LedgerEvent;

/// <summary>It is gone from the archive and the index.</summary>
public sealed record RecordErased(string RecordId) : LedgerEvent;

/// <summary>A note of the erasure lies beside older copies, so that restoring them leaves the record out.</summary>
/// <param name="Copies">Their folders.</param>
public sealed record ErasureNoted(string RecordId, IReadOnlyList<string> Copies) : LedgerEvent;

/// <summary>It did not happen.</summary>
public sealed record ErasureDropped(string RecordId, string Why) : LedgerEvent;

/// <summary>A purge, under way or over.</summary>
/// <param name="Documents">Taken out of the index; null while they are not.</param>
/// <param name="KeysDestroyed">Of encrypted files that are gone; null where nothing is encrypted, or they are not destroyed yet.</param>
public sealed record PurgeRun(
    string Id, string StartedBy, DateTimeOffset StartedAt, DateTimeOffset? GraceUntil = null, long? Documents = null, DateTimeOffset? EndedAt = null, long? KeysDestroyed = null);

/// <param name="DoneAt">Null while intended.</param>
public sealed record PurgeStep(string Run, PurgeStepPlan Plan, DateTimeOffset IntendedAt, DateTimeOffset? DoneAt = null, long StoredBytesAfter = 0);

public sealed record RemovedSegment(string Run)
{
    /// <summary>A rewrite changes the end of a segment's name; what comes before names it for ever.</summary>
    public static string StemOf(string segment) => segment.IndexOf('.', segment.LastIndexOf('/') + 1) is var dot and > 0 ? segment[..dot] : segment;
}

/// <summary>Words of removed records are in the files of the index since then.</summary>
/// <param name="Until">By then the grace of the first of them is over; null where that is not known.</param>
public sealed record IndexLeftover(DateTimeOffset Since, DateTimeOffset? Until = null);

/// <summary>When mail left last, by a purge or an erasure; copies made before may have it.</summary>
public sealed record LastRemoval(DateTimeOffset At);

/// <param name="Noted">Folders of older copies that have a note of it.</param>
public sealed record Erasure(string RecordId, string Reason, string By, DateTimeOffset At, DateTimeOffset? DoneAt = null, IReadOnlyList<string>? Noted = null,
    DateTimeOffset? Received = null);
