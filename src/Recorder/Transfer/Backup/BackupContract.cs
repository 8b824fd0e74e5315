namespace Recorder.Transfer.Backup;

/// <param name="Target">As the process that holds the data folder sees it.</param>
/// <param name="WithoutKeys">Leaves the folder of keys out.</param>
/// <param name="KeptUntil">The day by which whoever makes it deletes the folder: certificates of what was removed name it.</param>
public sealed record BackupRequest(string Target, bool WithoutKeys = false, DateOnly? KeptUntil = null);

/// <summary>One line of a backup's stream, or of a restore's.</summary>
/// <param name="Kind">progress, finding, summary or failed.</param>
/// <param name="Done">Bytes, of <paramref name="Total"/>.</param>
/// <param name="Path">Of a finding.</param>
/// <param name="Problem">Of a finding, or why it failed.</param>
/// <param name="Through">The last position of the log in the copy.</param>
/// <param name="Erased">Of a restore: records left out because they were erased after the copy was made.</param>
public sealed record BackupLine(
    string Kind, long Done = 0, long Total = 0, string? Path = null, string? Problem = null, long Through = 0, int Files = 0, long Bytes = 0,
    int CopiedFiles = 0, long CopiedBytes = 0, int RemovedFiles = 0, int Findings = 0, int Erased = 0);

/// <summary>How the mirror stands.</summary>
/// <param name="Lag">Durable entries that are not in it yet.</param>
/// <param name="AgeSeconds">How long the oldest of them may have waited; 0 without lag.</param>
/// <param name="Error">Why it does not go on; null while it does.</param>
/// <param name="Findings">What of the archive was damaged or missing at the last look.</param>
public sealed record MirrorStatus(
    string Path, long Through, long Lag, long AgeSeconds, DateTimeOffset? LastAt, string? Error, IReadOnlyList<string> Findings);

public interface IMirror
{
    /// <summary>null where none is set.</summary>
    MirrorStatus? Status { get; }
}
