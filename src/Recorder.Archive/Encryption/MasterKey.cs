using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Recorder.Archive.Encryption;

/// <summary>The one key that is not kept with the data: it wraps the keys of all files (docs/encryption.md).</summary>
public sealed class MasterKey
{
    public const int KeyBytes = 32;
    internal const int NonceBytes = 12, TagBytes = 16, WrappedBytes = NonceBytes + KeyBytes + TagBytes, IdBytes = 8;
    private readonly byte[] _wrapping;
    private readonly byte[] _id;

    private MasterKey(ReadOnlySpan<byte> key)
    {
        (_wrapping, _id) = (new byte[KeyBytes], new byte[IdBytes]);
        HKDF.Expand(HashAlgorithmName.SHA256, key, _wrapping, "recorder file keys 1"u8);
        HKDF.Expand(HashAlgorithmName.SHA256, key, _id, "recorder master key id 1"u8);
    }

    /// <summary>16 hex digits by which it is named; nothing about the key follows from them.</summary>
    public string Id => Convert.ToHexStringLower(_id);

    internal ReadOnlySpan<byte> IdOnDisk => _id;

    /// <returns>null when the text is not base64 of 32 bytes. The text is in no message.</returns>
    public static MasterKey? Parse(string text)
    {
        var ascii = Encoding.UTF8.GetBytes(text.Trim());
        var key = new byte[KeyBytes + 4];
        try
        {
            return Base64.DecodeFromUtf8(ascii, key, out _, out var bytes) == System.Buffers.OperationStatus.Done && bytes == KeyBytes
                ? new MasterKey(key.AsSpan(0, KeyBytes)) : null;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(ascii);
            CryptographicOperations.ZeroMemory(key);
        }
    }

    /// <summary>The text of a new one.</summary>
    public static string NewText() => Convert.ToBase64String(RandomNumberGenerator.GetBytes(KeyBytes));

    /// <param name="about">What the key is of; it unwraps with exactly that.</param>
    internal byte[] Wrap(ReadOnlySpan<byte> fileKey, ReadOnlySpan<byte> about)
    {
        var wrapped = new byte[WrappedBytes];
        RandomNumberGenerator.Fill(wrapped.AsSpan(0, NonceBytes));
        using var aes = new AesGcm(_wrapping, TagBytes);
        aes.Encrypt(wrapped.AsSpan(0, NonceBytes), fileKey, wrapped.AsSpan(NonceBytes, KeyBytes), wrapped.AsSpan(NonceBytes + KeyBytes), about);
        return wrapped;
    }

    /// <returns>null when it was not wrapped with this key, or not for that.</returns>
    internal byte[]? Unwrap(ReadOnlySpan<byte> wrapped, ReadOnlySpan<byte> about)
    {
        var fileKey = new byte[KeyBytes];
        try
        {
            using var aes = new AesGcm(_wrapping, TagBytes);
            aes.Decrypt(wrapped[..NonceBytes], wrapped.Slice(NonceBytes, KeyBytes), wrapped[(NonceBytes + KeyBytes)..], fileKey, about);
            return fileKey;
        }
        catch (AuthenticationTagMismatchException)
        {
            return null;
        }
    }
}
