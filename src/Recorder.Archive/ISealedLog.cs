using Recorder.Archive.Segments;

namespace Recorder.Archive;

/// <summary>What lies in segments, and the only way by which anything leaves: whoever takes something away has written so
/// into the ledger before.</summary>
public interface ISealedLog
{
    /// <summary>By first sequence.</summary>
    IReadOnlyList<SegmentInfo> Segments { get; }

    /// <summary>Everything up to this position lies in segments alone. What is beyond may still lie in the file it was sealed
    /// from, so taking it out of a segment takes nothing away.</summary>
    long SealedThrough { get; }

    /// <summary>Segments that were sealed and are not there, and files that cannot be read as segments.</summary>
    IReadOnlyList<string> LostSegments { get; }

    /// <summary>Files were set aside because they are damaged: mail in them is in nobody's sight and stays until a person removes them.</summary>
    bool HasDamagedFiles { get; }

    /// <summary>A segment in its present form, whatever name it had before a rewrite; null when it is gone.</summary>
    SegmentInfo? Current(string name);

    /// <summary>The segment that has a record, purged or not; null while none has it alone (<see cref="SealedThrough"/>).</summary>
    SegmentInfo? SegmentOf(RecordId id);

    /// <summary>What a segment holds, in order, purged entries left out.</summary>
    /// <exception cref="ArchiveException">Missing or Damaged, naming the entry.</exception>
    IEnumerable<LogEntry> EntriesOf(SegmentInfo segment);

    /// <summary>Retires the active file now and returns when everything retired is sealed.</summary>
    Task SealAsync(CancellationToken cancel);

    /// <summary>Writes a segment again without some entries, of which position, id and leaf remain.</summary>
    /// <exception cref="ArchiveException">Damaged: an entry that is to stay cannot be read; nothing was changed.</exception>
    SegmentInfo Rewrite(SegmentInfo segment, Func<LogEntry, bool> purge, CancellationToken cancel);

    /// <summary>Removes a whole segment; its root stays in the ledger.</summary>
    void Remove(SegmentInfo segment);

    /// <summary>Destroys the keys of encrypted files that are gone, so that no copy of them anywhere can be read; durable when it returns.</summary>
    /// <returns>How many; null where nothing is encrypted.</returns>
    /// <exception cref="IOException">They could not be; the next call does it.</exception>
    int? DestroyKeys();

    /// <summary>Deletes what a rewrite or a removal that failed on the way left beside, or in place of, the present form.</summary>
    void Discard(string name);
}
