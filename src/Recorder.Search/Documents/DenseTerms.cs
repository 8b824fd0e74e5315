using System.Security.Cryptography;
using System.Text;

namespace Recorder.Search.Documents;

/// <summary>Identifiers as short terms: seven bits a character, since Lucene writes terms in UTF-8.</summary>
internal static class DenseTerms
{
    private const int IdBytes = 16;

    /// <summary>No two Message-IDs share this many bits of SHA-256, by chance or on purpose.</summary>
    private const int DigestBytes = 16;

    /// <summary>In order of the id's bytes. An id that is no UUID stands for itself, behind a character that packing never gives.</summary>
    public static string OfId(string id)
    {
        Span<byte> bytes = stackalloc byte[IdBytes];
        return TryPack(id, bytes) ? Pack(bytes) : "\u0080" + MailFields.Keyword(id);
    }

    /// <summary>Exactly this Message-ID, without angle brackets.</summary>
    public static string OfMessageId(string messageId) =>
        Pack(SHA256.HashData(Encoding.UTF8.GetBytes(messageId)).AsSpan(0, DigestBytes));

    /// <summary>The 16 bytes of an id in its one text form; false for any other text.</summary>
    public static bool TryPack(string id, Span<byte> bytes) =>
        Guid.TryParseExact(id, "D", out var value)
        && value.ToString("D").Equals(id, StringComparison.Ordinal)
        && value.TryWriteBytes(bytes, bigEndian: true, out _);

    private static string Pack(ReadOnlySpan<byte> bytes)
    {
        Span<char> packed = stackalloc char[(bytes.Length * 8 + 6) / 7];
        var (pending, bits, used) = (0, 0, 0);
        foreach (var next in bytes)
        {
            pending = (pending << 8) | next;
            for (bits += 8; bits >= 7; pending &= (1 << bits) - 1) packed[used++] = (char)(pending >> (bits -= 7));
        }
        if (bits > 0) packed[used++] = (char)(pending << (7 - bits));
        return packed[..used].ToString();
    }
}
