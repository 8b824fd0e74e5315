namespace Recorder.Archive.Copies;

/// <summary>Something of the source that could not be copied as it should be.</summary>
public sealed record CopyFinding(string Path, string Problem);

/// <summary>How a copy went.</summary>
/// <param name="Files">In the copy now, with their <paramref name="Bytes"/>.</param>
/// <param name="CopiedBytes">Written this time.</param>
/// <param name="RemovedFiles">Left the copy because they left the archive.</param>
public sealed record CopyReport(
    long Through, int Files, long Bytes, int CopiedFiles, long CopiedBytes, int RemovedFiles, IReadOnlyList<CopyFinding> Findings)
{
    public bool IsUnchanged => CopiedFiles == 0 && RemovedFiles == 0;
}

/// <summary>The folder cannot take this copy; nothing was changed in it.</summary>
public sealed class CopyRefusedException(string message) : Exception(message);
