using Recorder.Archive.Log;
using Recorder.Archive.Segments;

namespace Recorder.Archive;

/// <summary>
/// Told of what an operator wants to read in a log. Calls come from the archive's own threads: they must return at once
/// and must not throw.
/// </summary>
public interface IArchiveObserver
{
    void Recovered(RecoveryReport report) { }
    void FileRetired(string file, int entries) { }
    void Sealed(string file, IReadOnlyList<SegmentInfo> segments) { }

    /// <summary>Entries of a retired file that could not be sealed because their bytes are damaged; the file is kept.</summary>
    void SetAside(string file, IReadOnlyList<Position> damaged) { }

    /// <param name="doing">"append", "rotate" or "seal".</param>
    void Failed(string doing, Exception error) { }
}
