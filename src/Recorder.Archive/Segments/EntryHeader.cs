using System.Security.Cryptography;

namespace Recorder.Archive.Segments;

/// <summary>
/// The canonical entry header: the bytes a leaf covers, and the form entries have in a segment's header blocks.
/// Version (1), kind (1), id (16), sequence (8), appended-at (8), received-at (8), content length (8),
/// payload length (4), payload. Times count 100 ns from 1970-01-01 UTC.
/// </summary>
internal static class EntryHeader
{
    public const int FixedBytes = 54;
    public const int MaxPayloadBytes = 4 * 1024 * 1024;
    private const byte Version = 1;

    public static byte[] Encode(LogEntry entry)
    {
        if (entry.Payload.Length > MaxPayloadBytes)
            throw new ArgumentException($"{entry.Position}: a payload of {entry.Payload.Length} bytes is over {MaxPayloadBytes}");
        var writer = new ByteWriter();
        writer.Byte(Version);
        writer.Byte((byte)entry.Kind);
        writer.Id(entry.Id);
        writer.Int64(entry.Position.Sequence);
        writer.Int64(Stamp(entry.AppendedAt));
        writer.Int64(Stamp(entry.ReceivedAt));
        writer.Int64(entry.ContentLengthBytes);
        writer.Int32(entry.Payload.Length);
        writer.Bytes(entry.Payload.Span);
        return writer.Written.ToArray();
    }

    /// <param name="contentSha256">As the index keeps it; a header holds no digest.</param>
    /// <exception cref="InvalidDataException">Not one whole canonical header.</exception>
    public static LogEntry Decode(ReadOnlySpan<byte> header, string lane, ReadOnlyMemory<byte> contentSha256)
    {
        var reader = new ByteReader(header);
        if (reader.Byte() is var version && version != Version) throw new InvalidDataException($"entry header version {version}");
        var kind = (EntryKind)reader.Byte();
        var id = reader.Id();
        var sequence = reader.Int64();
        var appended = Time(reader.Int64());
        var received = Time(reader.Int64());
        var length = reader.Int64();
        var payload = reader.Bytes(reader.Int32()).ToArray();
        reader.End();
        return new LogEntry(id, new Position(lane, sequence), kind, appended, received, payload, length, contentSha256);
    }

    /// <summary>How many bytes the header at the front of <paramref name="bytes"/> takes.</summary>
    public static int LengthAt(ReadOnlySpan<byte> bytes)
    {
        var reader = new ByteReader(bytes);
        reader.Bytes(FixedBytes - 4);
        return FixedBytes + reader.Bytes(reader.Int32()).Length;
    }

    /// <summary>leaf = SHA-256(0x00 ‖ nonce ‖ header ‖ SHA-256(bytes)); an event has no bytes.</summary>
    public static byte[] Leaf(ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> header, ReadOnlySpan<byte> contentSha256)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData([MerkleTree.LeafPrefix]);
        hash.AppendData(nonce);
        hash.AppendData(header);
        hash.AppendData(contentSha256.IsEmpty ? EmptySha256 : contentSha256);
        return hash.GetHashAndReset();
    }

    private static readonly byte[] EmptySha256 = SHA256.HashData([]);

    private static long Stamp(DateTimeOffset time) => time.UtcTicks - DateTimeOffset.UnixEpoch.Ticks;

    private static DateTimeOffset Time(long stamp)
    {
        try { return DateTimeOffset.UnixEpoch.AddTicks(stamp); }
        catch (ArgumentOutOfRangeException) { throw new InvalidDataException($"{stamp} is no time"); }
    }
}
