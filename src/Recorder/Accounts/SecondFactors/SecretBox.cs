using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.WebUtilities;
using Recorder.Archive.Disk;

namespace Recorder.Accounts.SecondFactors;

/// <summary>
/// Seals the secrets of authenticators for the ledger (AES-256-GCM), each bound to its account. The key lives in
/// <c>keys/</c>: a copy of the log alone makes no codes.
/// </summary>
public sealed class SecretBox(byte[] key)
{
    public const string FileName = "second-factor.key";
    public const int KeyLengthBytes = 32;
    private const int NonceBytes = 12, TagBytes = 16;

    /// <param name="keys">The folder <c>keys/</c>; must exist.</param>
    /// <exception cref="InvalidDataException">The file is not a key: restore it, or remove it, which takes off all second factors.</exception>
    public static SecretBox LoadOrCreate(IDisk keys)
    {
        if (!keys.Exists(FileName))
        {
            var fresh = RandomNumberGenerator.GetBytes(KeyLengthBytes);
            DurableFile.Write(keys, FileName, stream => stream.Write(fresh));
            return new SecretBox(fresh);
        }

        using var file = keys.Open(FileName, DiskMode.Read);
        var key = new byte[KeyLengthBytes];
        return file.Length == key.Length && file.Read(0, key) == key.Length ? new SecretBox(key)
            : throw new InvalidDataException($"keys/{FileName} does not hold {key.Length} bytes; restore it from a backup, or remove it: second factors must then be set anew");
    }

    public string Seal(string account, byte[] secret)
    {
        var sealedBytes = new byte[NonceBytes + TagBytes + secret.Length];
        var nonce = sealedBytes.AsSpan(0, NonceBytes);
        RandomNumberGenerator.Fill(nonce);
        using var aes = new AesGcm(key, TagBytes);
        aes.Encrypt(nonce, secret, sealedBytes.AsSpan(NonceBytes + TagBytes), sealedBytes.AsSpan(NonceBytes, TagBytes), Encoding.UTF8.GetBytes(account));
        return WebEncoders.Base64UrlEncode(sealedBytes);
    }

    /// <returns>null for what was sealed for another account, by another key, or not at all.</returns>
    public byte[]? Open(string account, string text)
    {
        try
        {
            var sealedBytes = WebEncoders.Base64UrlDecode(text);
            var secret = new byte[sealedBytes.Length - NonceBytes - TagBytes];
            using var aes = new AesGcm(key, TagBytes);
            aes.Decrypt(
                sealedBytes.AsSpan(0, NonceBytes), sealedBytes.AsSpan(NonceBytes + TagBytes), sealedBytes.AsSpan(NonceBytes, TagBytes), secret, Encoding.UTF8.GetBytes(account));
            return secret;
        }
        catch (Exception error) when (error is FormatException or CryptographicException or OverflowException or ArgumentException)
        {
            return null;
        }
    }
}
