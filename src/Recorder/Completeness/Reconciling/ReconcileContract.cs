using System.Text.Json.Serialization;

namespace Recorder.Completeness.Reconciling;

/// <summary>How a handed-over recipient stands.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<HandOverState>))]
public enum HandOverState
{
    /// <summary>Recorded for this recipient, and can be found.</summary>
    Complete,

    /// <summary>Recorded, and not in the index.</summary>
    NotIndexed,

    /// <summary>Recorded; the index has not come so far.</summary>
    NotIndexedYet,

    /// <summary>There is such a record, and it does not name the recipient.</summary>
    OtherRecipients,

    /// <summary>There is no such record, and nothing says that it was removed.</summary>
    Missing,

    /// <summary>What is stored cannot be read: verify names it.</summary>
    Damaged,

    /// <summary>Removed after its term, with all or some of its day.</summary>
    Purged,

    /// <summary>Removed before its term on somebody's word.</summary>
    Erased,
}

/// <summary>How far log and index have come.</summary>
/// <param name="IndexedThrough">Everything up to this sequence should be found.</param>
public sealed record ReconcileStand(long DurableSequence, long IndexedThrough);

/// <summary>Records and recipients to look up, side by side.</summary>
public sealed record LookUpRequest(IReadOnlyList<string> Ids, IReadOnlyList<string> Recipients)
{
    public const int MaxItems = 2_048;
}

/// <summary>The answers, in the same order.</summary>
/// <param name="Sequences">Of the record; 0 where there is none.</param>
/// <param name="Places">Which of the record's recipients it is; -1 where none.</param>
/// <param name="Counts">How many the record has.</param>
public sealed record LookUpAnswer(IReadOnlyList<HandOverState> States, IReadOnlyList<long> Sequences, IReadOnlyList<int> Places, IReadOnlyList<int> Counts);

/// <summary>Asks for the records of a stretch of the log that are not known whole.</summary>
/// <param name="AfterSequence">The stretch is the <see cref="WindowSequences"/> positions behind it.</param>
/// <param name="From">Records appended before it are left out.</param>
/// <param name="Until">The first record at or after it ends the answer.</param>
/// <param name="Known">A bit for each position of the stretch, lowest first: known with all its recipients.</param>
/// <param name="Peer">Only records that this address handed over; null: all.</param>
public sealed record StretchRequest(long AfterSequence, DateTimeOffset From, DateTimeOffset Until, byte[] Known, string? Peer = null)
{
    public const int WindowSequences = 1 << 18;
}

/// <param name="Recipients">Envelope order.</param>
public sealed record RecordedRow(string Id, long Sequence, DateTimeOffset AppendedAt, IReadOnlyList<string> Recipients);

/// <param name="Records">Records of the span in this stretch, known or not.</param>
/// <param name="IsLast">Nothing of the span is behind it.</param>
public sealed record StretchAnswer(long Records, IReadOnlyList<RecordedRow> Unknown, bool IsLast);

/// <summary>What a comparison asks of the process that holds the archive. Holds nothing between two questions.</summary>
public interface IReconcileDesk
{
    /// <summary>Waits, for a minute at most, until everything durable now can be found.</summary>
    Task<ReconcileStand> StandAsync(CancellationToken cancel);

    Task<LookUpAnswer> LookUpAsync(LookUpRequest request, CancellationToken cancel);

    /// <summary>A position behind which every record appended at that time or later stands.</summary>
    Task<long> SequenceBeforeAsync(DateTimeOffset moment, CancellationToken cancel);

    Task<StretchAnswer> StretchAsync(StretchRequest request, CancellationToken cancel);
}
