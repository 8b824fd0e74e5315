using Recorder.Archive.Proofs;
using Recorder.Archive.Segments;

namespace Recorder.Archive.Log;

/// <summary>What is to be read; everything unless it says otherwise.</summary>
public sealed record VerifyWish
{
    /// <summary>Where the lane's log begins: 1, or later once old ledger has gone.</summary>
    public long FirstSequence { get; init; } = 1;

    /// <summary>Only segments of this UTC day.</summary>
    public DateOnly? Day { get; init; }

    /// <summary>Only segments of this UTC day and later ones.</summary>
    public DateOnly? Since { get; init; }

    /// <summary>Instead of whole segments so many records from anywhere.</summary>
    public int? Sample { get; init; }

    /// <summary>By which the sample is drawn: the same one draws the same.</summary>
    public int Seed { get; init; }

    public LogTrust Trust { get; init; } = new();

    /// <summary>Told of stored bytes as they are read.</summary>
    public Action<long>? OnBytes { get; init; }

    /// <summary>Told of the records that were read.</summary>
    public Action<long>? OnRecords { get; init; }

    internal bool Takes(SegmentInfo segment) => (Day is null || segment.Day == Day) && (Since is null || segment.Day >= Since);
}
