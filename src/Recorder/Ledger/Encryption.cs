namespace Recorder.Ledger;

/// <summary>The settings switched encryption at rest on or off, for what is written from now on.</summary>
/// <param name="MasterKeyId">16 hex digits that name the master key; null where none is given.</param>
public sealed record EncryptionSwitched(bool Encrypts, string? MasterKeyId) : LedgerEvent;

/// <summary>All file keys are wrapped by another master key.</summary>
/// <param name="Keys">How many.</param>
public sealed record MasterKeyRotated(string Former, string MasterKeyId, int Keys) : LedgerEvent;

/// <summary>Keys of files that are gone were destroyed: no copy of those files can be read any more.</summary>
/// <param name="Run">Of the purge; null after an erasure.</param>
public sealed record FileKeysDestroyed(string? Run, int Keys) : LedgerEvent;

/// <summary>What the ledger knows of encryption.</summary>
public sealed record EncryptionState(bool Encrypts, string? MasterKeyId, DateTimeOffset At);

public static class EncryptionKeys
{
    /// <summary>Value <see cref="EncryptionState"/>.</summary>
    public const string State = "encryption";
}
