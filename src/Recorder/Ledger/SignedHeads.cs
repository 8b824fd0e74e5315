namespace Recorder.Ledger;

/// <summary>This installation has another signing key than before: the first one, one in place of one that was lost, or one that was put back.</summary>
/// <param name="KeyId">SHA-256 of the public key, hex.</param>
/// <param name="PublicKey">SubjectPublicKeyInfo, base64.</param>
/// <param name="MarkedFrom">The first position that carries a mark made with it.</param>
/// <param name="Again">Of a key that was put back: from here on entries carry its marks again. null: it is in use for the first time.</param>
public sealed record SigningKeyMade(string KeyId, string PublicKey, long MarkedFrom, long? Again = null) : LedgerEvent;

/// <summary>A head was signed over the whole log so far. The ledger keeps what is in its file too.</summary>
/// <param name="Sha256">Of the statement, hex.</param>
/// <param name="Through">Every position up to it is sealed in a segment that the head speaks of.</param>
/// <param name="Statement">The text that was signed.</param>
/// <param name="Signature">DER, base64.</param>
public sealed record HeadSigned(long Number, string KeyId, string Sha256, long Through, long Roots, string Statement, string Signature) : LedgerEvent;

/// <summary>An outside authority put its time on a head (RFC 3161).</summary>
/// <param name="StampedAt">By the authority's clock.</param>
public sealed record HeadStamped(long Number, string Authority, DateTimeOffset StampedAt) : LedgerEvent;

/// <summary>A round of reading the whole archive ended.</summary>
/// <param name="Problems">The first of the findings, in words.</param>
public sealed record ArchiveChecked(DateTimeOffset StartedAt, long Segments, long Records, long Bytes, long Findings, IReadOnlyList<string> Problems) : LedgerEvent
{
    public const int MaxProblems = 20;
}

/// <summary>Since when, and from which position on, a key was in use.</summary>
public sealed record KeyTurn(string KeyId, long From, DateTimeOffset At);

/// <summary>The signing key in use.</summary>
/// <param name="Turns">Of all keys so far, oldest first; the last is this one's.</param>
public sealed record SigningKeyState(string KeyId, string PublicKey, long MarkedFrom, DateTimeOffset MadeAt, IReadOnlyList<KeyTurn> Turns);

/// <summary>The newest signed head.</summary>
public sealed record HeadState(long Number, string KeyId, string Sha256, long Through, long Roots, DateTimeOffset SignedAt);

/// <summary>The newest time stamp.</summary>
public sealed record HeadStampState(long Number, string Authority, DateTimeOffset StampedAt);

/// <summary>The newest whole round.</summary>
public sealed record ArchiveCheckState(
    DateTimeOffset StartedAt, DateTimeOffset EndedAt, long Segments, long Records, long Bytes, long Findings, IReadOnlyList<string> Problems);

public static class EvidenceKeys
{
    /// <summary>Value <see cref="SigningKeyState"/>.</summary>
    public const string SigningKey = "evidence/key";

    /// <summary>Value <see cref="HeadState"/>.</summary>
    public const string Head = "evidence/head";

    /// <summary>Value <see cref="HeadStampState"/>.</summary>
    public const string Stamp = "evidence/stamp";

    /// <summary>Value <see cref="ArchiveCheckState"/>.</summary>
    public const string Check = "evidence/check";
}
