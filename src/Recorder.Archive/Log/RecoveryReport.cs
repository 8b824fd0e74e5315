namespace Recorder.Archive.Log;

/// <summary>The end of a file that was no whole batch: written, never acknowledged, and cut off.</summary>
public sealed record CutTail(string File, long Offset, long LengthBytes);

/// <summary>What opening the log found in its active files.</summary>
/// <param name="Damaged">Bytes that are not what was written; whole entries among them were saved.</param>
/// <param name="Missing">Positions that should be in the active files and are not.</param>
public sealed record RecoveryReport(
    int FilesRead, long EntriesFound, IReadOnlyList<CutTail> Cut, IReadOnlyList<DamagedRange> Damaged,
    IReadOnlyList<MissingRange> Missing, int OrphanBodiesDeleted)
{
    /// <summary>Whether everything that was acknowledged is there, as far as can be known.</summary>
    public bool IsClean => Damaged.Count == 0 && Missing.Count == 0;
}
