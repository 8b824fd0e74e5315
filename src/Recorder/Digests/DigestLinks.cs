using System.Buffers.Binary;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Recorder.Archive;

namespace Recorder.Digests;

/// <summary>What a link may do. Numbers are part of links that people hold.</summary>
public enum LinkAct : byte
{
    Release = 1,
}

/// <param name="Mailbox">The account's own address that the envelope named.</param>
/// <param name="ExpiresAt">Whole minutes.</param>
public sealed record DigestLink(string RecordId, string Mailbox, string Account, LinkAct Act, DateTimeOffset ExpiresAt, string DigestId);

/// <summary>
/// Writes and reads the tokens of links: everything a link is for, and an HMAC-SHA-256 over all of it. So a link opens one
/// record for one mailbox of one account, for one act, until one time, and nothing need be stored before it is used.
/// </summary>
public sealed class DigestLinks(byte[] key)
{
    public const int KeyLengthBytes = 32;

    // version, act, record id, digest id, minutes; then the addresses; then the MAC.
    private const int FixedLength = 1 + 1 + 16 + 16 + 4, MacLength = 32;
    private const byte Version = 1;

    /// <summary>Two addresses of the longest form (RFC 5321 §4.5.3.1), in base64url.</summary>
    public const int MaxTokenLength = 1_024;

    private static readonly byte[] Purpose = "recorder-digest-link-1\n"u8.ToArray();

    public string Write(DigestLink link)
    {
        var names = Encoding.UTF8.GetBytes(link.Account == link.Mailbox ? link.Mailbox : $"{link.Mailbox}\n{link.Account}");
        var body = new byte[FixedLength + names.Length];
        (body[0], body[1]) = (Version, (byte)link.Act);
        WriteId(link.RecordId, body.AsSpan(2));
        WriteId(link.DigestId, body.AsSpan(18));
        BinaryPrimitives.WriteUInt32BigEndian(body.AsSpan(34), (uint)(link.ExpiresAt.ToUnixTimeSeconds() / 60));
        names.CopyTo(body, FixedLength);
        return Base64Url.EncodeToString([.. body, .. Mac(body)]);
    }

    /// <returns>null for everything that we did not write.</returns>
    public DigestLink? Read(string token)
    {
        if (Decode(token) is not { Length: > FixedLength + MacLength } bytes) return null;
        var body = bytes.AsSpan(0, bytes.Length - MacLength);
        return CryptographicOperations.FixedTimeEquals(bytes.AsSpan(body.Length), Mac(body)) && body[0] == Version && body[1] == (byte)LinkAct.Release
            ? Read(body) : null;
    }

    /// <summary>Names a link in the ledger, where the token itself would let its reader act.</summary>
    public string HashOf(DigestLink link) => Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(Write(link))));

    private static DigestLink Read(ReadOnlySpan<byte> body)
    {
        var names = Encoding.UTF8.GetString(body[FixedLength..]).Split('\n');
        return new DigestLink(
            ReadId(body[2..]), names[0], names[^1], (LinkAct)body[1],
            DateTimeOffset.FromUnixTimeSeconds(60L * BinaryPrimitives.ReadUInt32BigEndian(body[34..])), ReadId(body[18..]));
    }

    private static byte[]? Decode(string token)
    {
        if (token.Length is 0 or > MaxTokenLength || !token.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_')) return null;
        try
        {
            return Base64Url.DecodeFromChars(token);
        }
        catch (FormatException)
        {
            return null;
        }
    }

    private byte[] Mac(ReadOnlySpan<byte> body)
    {
        byte[] text = [.. Purpose, .. body];
        return HMACSHA256.HashData(key, text);
    }

    private static void WriteId(string id, Span<byte> into)
    {
        if (!RecordId.TryParse(id, out var parsed)) throw new ArgumentException($"'{id}' is no record id", nameof(id));
        parsed.Value.TryWriteBytes(into, bigEndian: true, out _);
    }

    private static string ReadId(ReadOnlySpan<byte> bytes) => new RecordId(new Guid(bytes[..16], bigEndian: true)).ToString();
}
