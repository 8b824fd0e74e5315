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

    /// <summary>Bytes of a retired file are damaged; what is whole is sealed and the file is kept.</summary>
    /// <param name="damaged">Entries that could not be sealed; not those that the start could not even make out.</param>
    void SetAside(string file, IReadOnlyList<Position> damaged) { }

    /// <param name="doing">"append", "rotate" or "seal".</param>
    void Failed(string doing, Exception error) { }
}
