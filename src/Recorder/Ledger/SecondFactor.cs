namespace Recorder.Ledger;

/// <summary>What proves a person beside the password.</summary>
/// <param name="SealedSecret">The authenticator's secret under the key in <c>keys/</c>: it cannot be hashed, since codes are made from it.</param>
/// <param name="RecoveryHashes">SHA-256 of the recovery codes that were not used yet, base64url.</param>
/// <param name="LastStep">Time step of the newest code that was accepted (RFC 6238 §4.2): it and older ones are refused.</param>
public sealed record SecondFactor(string SealedSecret, IReadOnlyList<string> RecoveryHashes, DateTimeOffset Since, long LastStep);

/// <param name="Factor">Null: taken off.</param>
public sealed record SecondFactorSet(string Address, SecondFactor? Factor) : LedgerEvent;

/// <summary>A code was accepted, and never is again.</summary>
/// <param name="Step">Null for a recovery code.</param>
/// <param name="RecoveryHash">Null for a code of the authenticator.</param>
public sealed record SecondFactorUsed(string Address, long? Step, string? RecoveryHash) : LedgerEvent;
