using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Recorder.Archive.Disk;
using Recorder.Archive.Proofs;

namespace Recorder.Evidence;

/// <summary>
/// The installation's key: signs the heads of the log, and gives the secret that marks its entries. Made once, kept in
/// <c>keys/</c>, part of every backup.
/// </summary>
public sealed class SigningKey : IHeadSigner, IDisposable
{
    /// <summary>PKCS #8, PEM.</summary>
    public const string FileName = "signing.key";

    /// <summary>The first position that was marked with it, as text: so that nobody makes the marks end by taking that fact out of the ledger.</summary>
    public const string SinceFileName = "signing.since";

    private readonly ECDsa key;
    private readonly IDisk keys;
    private readonly Lock gate = new();

    private SigningKey(ECDsa key, IDisk keys)
    {
        (this.key, this.keys) = (key, keys);
        PublicKey = key.ExportSubjectPublicKeyInfo();
        KeyId = SignedHead.KeyIdOf(PublicKey);
        PublicPem = key.ExportSubjectPublicKeyInfoPem() + "\n";
        LogKey = new LogKey(HKDF.DeriveKey(HashAlgorithmName.SHA256, key.ExportParameters(includePrivateParameters: true).D!, LogKey.SecretBytes, info: "recorder log marks 1"u8.ToArray()));
    }

    public byte[] PublicKey { get; }

    /// <summary>SHA-256 of the public key, hex: what people compare.</summary>
    public string KeyId { get; }

    public string PublicPem { get; }

    public LogKey LogKey { get; }

    /// <summary>Null while nothing was marked with it.</summary>
    public long? MarkedFrom => Read(SinceFileName) is { } text && long.TryParse(text.Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var from) ? from : null;

    /// <param name="keys">The folder <c>keys/</c>; must exist.</param>
    /// <exception cref="InvalidDataException">The file is no key: restore it, or remove it to have a new one made.</exception>
    public static SigningKey LoadOrCreate(IDisk keys)
    {
        if (Load(keys) is { } known) return known;
        using var made = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        // What was marked before was marked with another key.
        keys.Delete(SinceFileName);
        DurableFile.Write(keys, FileName, stream => stream.Write(Encoding.ASCII.GetBytes(made.ExportPkcs8PrivateKeyPem() + "\n")));
        return Load(keys)!;
    }

    /// <returns>null when there is none.</returns>
    /// <exception cref="InvalidDataException">The file is no key.</exception>
    public static SigningKey? Load(IDisk keys)
    {
        if (!keys.Exists(FileName)) return null;
        using var file = keys.Open(FileName, DiskMode.Read);
        var bytes = new byte[Math.Min(file.Length, 64 * 1024)];
        file.Read(0, bytes);
        var key = ECDsa.Create();
        try
        {
            key.ImportFromPem(Encoding.ASCII.GetString(bytes));
            if (key.KeySize == 256) return new SigningKey(key, keys);
        }
        catch (Exception error) when (error is ArgumentException or CryptographicException or NotSupportedException)
        {
        }

        key.Dispose();
        throw new InvalidDataException($"keys/{FileName} is no private key on P-256; restore it from a backup, or remove it to have a new one made");
    }

    /// <summary>Remembers where its marks begin; durable when it returns.</summary>
    public void BeginMarks(long from) =>
        DurableFile.Write(keys, SinceFileName, stream => stream.Write(Encoding.ASCII.GetBytes(from.ToString(CultureInfo.InvariantCulture) + "\n")), replace: true);

    public byte[] Sign(ReadOnlySpan<byte> text)
    {
        lock (gate) return key.SignData(text, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence);
    }

    public void Dispose() => key.Dispose();

    private string? Read(string name)
    {
        if (!keys.Exists(name)) return null;
        using var file = keys.Open(name, DiskMode.Read);
        var bytes = new byte[Math.Min(file.Length, 64)];
        return Encoding.ASCII.GetString(bytes, 0, file.Read(0, bytes));
    }
}
