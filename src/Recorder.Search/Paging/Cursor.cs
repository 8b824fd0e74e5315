using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Recorder.Search.Paging;

/// <summary>What the next page must know of the pages before.</summary>
/// <param name="Last">The last row shown, or the last one before the block that is shown ranked; null at the first block.</param>
/// <param name="AsOf">The position map of page one.</param>
/// <param name="Total">Counted on page one.</param>
/// <param name="Shown">Hits of the ranked block that were on earlier pages.</param>
internal sealed record Cursor(SortKey? Last, IReadOnlyDictionary<string, long> AsOf, long Total, bool TotalIsExact, int Shown = 0)
{
    private const byte Version = 2;
    private const int ChecksumBytes = 8;
    private const int MaxChars = 16_384;
    private const int MaxLanes = 256;

    /// <summary>An opaque base64url text, bound to the query it pages through.</summary>
    public string ToText(string query)
    {
        using var bytes = new MemoryStream();
        using var writer = new BinaryWriter(bytes, Encoding.UTF8);
        writer.Write(Version);
        writer.Write(Shown);
        writer.Write(Last is not null);
        writer.Write(Last?.Order ?? 0);
        writer.Write(Last?.Lane ?? "");
        writer.Write(Last?.Sequence ?? 0);
        writer.Write(Total);
        writer.Write(TotalIsExact);
        writer.Write(AsOf.Count);
        foreach (var (lane, sequence) in AsOf)
        {
            writer.Write(lane);
            writer.Write(sequence);
        }
        writer.Write(Checksum(bytes.ToArray(), query));
        return Base64Url.EncodeToString(bytes.ToArray());
    }

    /// <summary>Null where the text is not a cursor of this query. The checksum catches accidents; a forged cursor only pages through what its sender may see.</summary>
    public static Cursor? FromText(string text, string query)
    {
        if (text.Length > MaxChars || !Base64Url.IsValid(text)) return null;
        var bytes = Base64Url.DecodeFromChars(text);
        if (bytes.Length < ChecksumBytes) return null;
        var body = bytes.AsSpan(0, bytes.Length - ChecksumBytes);
        return Checksum(body, query).AsSpan().SequenceEqual(bytes.AsSpan(body.Length)) ? Read(body.ToArray()) : null;
    }

    private static Cursor? Read(byte[] body)
    {
        using var reader = new BinaryReader(new MemoryStream(body), Encoding.UTF8);
        try
        {
            if (reader.ReadByte() != Version) return null;
            var (shown, isBehind) = (reader.ReadInt32(), reader.ReadBoolean());
            var last = new SortKey(reader.ReadInt64(), reader.ReadString(), reader.ReadInt64());
            var (total, exact, lanes) = (reader.ReadInt64(), reader.ReadBoolean(), reader.ReadInt32());
            return lanes is < 0 or > MaxLanes || shown < 0 ? null : new Cursor(isBehind ? last : null, ReadLanes(reader, lanes), total, exact, shown);
        }
        catch (Exception e) when (e is IOException or FormatException or DecoderFallbackException)
        {
            return null;
        }
    }

    private static Dictionary<string, long> ReadLanes(BinaryReader reader, int count)
    {
        var lanes = new Dictionary<string, long>(StringComparer.Ordinal);
        for (var i = 0; i < count; i++) lanes[reader.ReadString()] = reader.ReadInt64();
        return lanes;
    }

    private static byte[] Checksum(ReadOnlySpan<byte> body, string query)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(body);
        hash.AppendData(Encoding.UTF8.GetBytes(query));
        return hash.GetHashAndReset()[..ChecksumBytes];
    }
}
