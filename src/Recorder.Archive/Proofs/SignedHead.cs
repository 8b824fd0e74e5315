using System.Security.Cryptography;
using System.Text.Json;

namespace Recorder.Archive.Proofs;

/// <summary>Signs heads; the private key is its own affair.</summary>
public interface IHeadSigner
{
    /// <summary>SubjectPublicKeyInfo, DER, of a key on P-256.</summary>
    byte[] PublicKey { get; }

    /// <summary>ECDSA with SHA-256 over the text, as DER (RFC 3279 §2.2.3).</summary>
    byte[] Sign(ReadOnlySpan<byte> text);
}

/// <summary>
/// A statement about the whole log up to a root, signed. It carries the roots that came since the head before, so that all
/// heads together say what every segment was when it was sealed, wherever the segments and the ledger have gone.
/// </summary>
/// <param name="Text">The bytes that are signed.</param>
/// <param name="Signature">DER.</param>
/// <param name="NewRoots">Payloads (docs/archive-format.md, "Roots"), in order.</param>
public sealed record SignedHead(HeadStatement Statement, byte[] Text, byte[] Signature, byte[] PublicKey, IReadOnlyList<byte[]> NewRoots)
{
    /// <summary>SHA-256 of the text, hex: by this the next head names it.</summary>
    public string Sha256Hex { get; } = Convert.ToHexStringLower(SHA256.HashData(Text));

    public static SignedHead Make(HeadStatement statement, IHeadSigner signer, IReadOnlyList<byte[]> newRoots)
    {
        var text = statement.Encode();
        return new SignedHead(statement, text, signer.Sign(text), signer.PublicKey, newRoots);
    }

    public static string KeyIdOf(ReadOnlySpan<byte> publicKey) => Convert.ToHexStringLower(SHA256.HashData(publicKey));

    /// <summary>Whether the signature is that of the key beside it, and the text names that key.</summary>
    public bool IsSigned => KeyIdOf(PublicKey) == Statement.KeyId && IsSignedBy(PublicKey, Text, Signature);

    public static bool IsSignedBy(ReadOnlySpan<byte> publicKey, ReadOnlySpan<byte> text, ReadOnlySpan<byte> signature)
    {
        try
        {
            using var key = ECDsa.Create();
            key.ImportSubjectPublicKeyInfo(publicKey, out var read);
            return read == publicKey.Length && key.VerifyData(text, signature, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence);
        }
        catch (Exception e) when (e is CryptographicException or NotSupportedException)
        {
            // A curve that nobody has is no key either.
            return false;
        }
    }

    public byte[] Encode() => JsonSerializer.SerializeToUtf8Bytes(new Stored(Text, Signature, PublicKey, NewRoots), Json);

    /// <returns>null when these are not the bytes of a head.</returns>
    public static SignedHead? Decode(ReadOnlySpan<byte> bytes)
    {
        try
        {
            return JsonSerializer.Deserialize<Stored>(bytes, Json) is { Text: not null, Signature: not null, PublicKey: not null, Roots: not null } stored
                && HeadStatement.Decode(stored.Text) is { } statement && stored.Roots.All(root => root is not null)
                ? new SignedHead(statement, stored.Text, stored.Signature, stored.PublicKey, stored.Roots) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    private sealed record Stored(byte[] Text, byte[] Signature, byte[] PublicKey, IReadOnlyList<byte[]> Roots);
}
