namespace Recorder.Ledger;

/// <summary>A backup ended, or was cut short.</summary>
/// <param name="Target">The folder, as the process that wrote it sees it.</param>
/// <param name="Through">The last position of the log in it.</param>
/// <param name="Findings">What of the source was damaged or missing.</param>
/// <param name="Problem">Why it was cut short; null for a whole one.</param>
/// <param name="TakenAt">When the copied state was in force; null: unknown, of earlier versions.</param>
/// <param name="KeptUntil">When whoever made it will have deleted the folder; null where that was not said.</param>
public sealed record BackupMade(
    string Target, long Through, int Files, long Bytes, int CopiedFiles, long CopiedBytes, int RemovedFiles, int Findings, bool WithKeys,
    string? Problem = null, DateOnly? KeptUntil = null, DateTimeOffset? TakenAt = null) : LedgerEvent;

/// <summary>This archive was written anew from a copy: what came after <paramref name="Through"/> is not in it.</summary>
/// <param name="Findings">Files that no copy had whole.</param>
public sealed record ArchiveRestored(string Source, DateTimeOffset MadeAt, long Through, int Files, long Bytes, int Findings) : LedgerEvent;

/// <summary>A person says that holds and rules which were newer than the restored copy are in force again: purging goes on.</summary>
public sealed record RestoreConfirmed : LedgerEvent;

/// <summary>A restored archive in which nothing is purged until a person has looked.</summary>
/// <param name="MadeAt">Of the copy: what was decided after it is not known here.</param>
public sealed record RestoredState(string Source, DateTimeOffset MadeAt, long Through, DateTimeOffset At);

/// <summary>Everything that was removed before this is out of the mirror too.</summary>
/// <param name="Through">The last position of the log in it.</param>
public sealed record MirrorKept(string Path, long Through) : LedgerEvent;

/// <summary>The newest whole backup in a folder. Removed mail is in it until the next one.</summary>
/// <param name="At">What was removed before is not in it.</param>
public sealed record BackupState(
    string Target, DateTimeOffset At, long Through, int Files, long Bytes, int Findings, bool WithKeys, DateOnly? KeptUntil = null);

/// <param name="At">What was removed before is out of it.</param>
public sealed record MirrorState(string Path, DateTimeOffset At, long Through);

/// <summary>A copy that was the first in its folder after a removal.</summary>
/// <param name="At">What was removed before is not in it.</param>
public sealed record CopyTurn(string Path, DateTimeOffset At);

public static class BackupKeys
{
    /// <summary>Value <see cref="CopyTurn"/>; of one folder in the order of time.</summary>
    public static string Turn(string path, DateTimeOffset at) => $"{TurnsOf(path)}{at.UtcTicks:d19}";
    public static string TurnsOf(string path) => $"backup-turn/{path}|";

    /// <summary>Value <see cref="BackupState"/>.</summary>
    public static string Target(string path) => $"backup/{path}";
    public const string All = "backup/";

    /// <summary>Value <see cref="RestoredState"/>; absent where nothing waits to be confirmed.</summary>
    public const string Restored = "restored";

    /// <summary>Value <see cref="MirrorState"/>, of the mirror that was kept last.</summary>
    public const string Mirror = "mirror";
}
