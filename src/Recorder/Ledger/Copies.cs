namespace Recorder.Ledger;

/// <summary>A backup ended, or was cut short.</summary>
/// <param name="Target">The folder, as the process that wrote it sees it.</param>
/// <param name="Through">The last position of the log in it.</param>
/// <param name="Findings">What of the source was damaged or missing.</param>
/// <param name="Problem">Why it was cut short; null for a whole one.</param>
public sealed record BackupMade(
    string Target, long Through, int Files, long Bytes, int CopiedFiles, long CopiedBytes, int RemovedFiles, int Findings, bool WithKeys,
    string? Problem = null) : LedgerEvent;

/// <summary>This archive was written anew from a copy: what came after <paramref name="Through"/> is not in it.</summary>
/// <param name="Findings">Files that no copy had whole.</param>
public sealed record ArchiveRestored(string Source, DateTimeOffset MadeAt, long Through, int Files, long Bytes, int Findings) : LedgerEvent;

/// <summary>The newest whole backup in a folder. Removed mail is in it until the next one.</summary>
public sealed record BackupState(string Target, DateTimeOffset At, long Through, int Files, long Bytes, int Findings, bool WithKeys);

public static class BackupKeys
{
    /// <summary>Value <see cref="BackupState"/>.</summary>
    public static string Target(string path) => $"backup/{path}";
    public const string All = "backup/";
}
