using System.Text;

namespace Recorder.Archive.Segments;

/// <summary>The parts of a segment around its blocks: the header in front, the fixed trailer at the end.</summary>
internal static class SegmentFrame
{
    /// <summary>The one value so far: blocks are stored in the clear. Room for a sealed form (AES-256-GCM).</summary>
    private const byte PlainProtection = 0;

    public static int HeaderBytes(string lane) => 8 + 2 + 7 + Encoding.UTF8.GetByteCount(lane) + 8;

    /// <summary>Kind, protection, day, lane: in the header and again in the footer.</summary>
    public static void EncodeIdentity(ByteWriter writer, SegmentKind kind, DateOnly day, string lane)
    {
        writer.Byte((byte)kind);
        writer.Byte(PlainProtection);
        writer.Day(day);
        writer.ShortText(lane);
    }

    public static (SegmentKind Kind, DateOnly Day, string Lane) DecodeIdentity(ref ByteReader reader)
    {
        var kind = (SegmentKind)reader.Byte();
        if (kind is not (SegmentKind.Mail or SegmentKind.Ledger)) throw new InvalidDataException($"segment kind {(byte)kind}");
        if (reader.Byte() is var protection && protection != PlainProtection)
            throw new InvalidDataException($"segment protection {protection}");
        return (kind, reader.Day(), reader.ShortText());
    }

    public static byte[] EncodeHeader(SegmentKind kind, DateOnly day, string lane, short version = SegmentFormat.Version)
    {
        var writer = new ByteWriter();
        writer.Bytes(SegmentFormat.Magic);
        writer.Int16(version);
        EncodeIdentity(writer, kind, day, lane);
        writer.UInt64(SegmentFormat.Checksum(writer.Written));
        return writer.Written.ToArray();
    }

    public static byte[] EncodeTrailer(long footerStart, ReadOnlySpan<byte> footer)
    {
        var writer = new ByteWriter();
        writer.Int64(footerStart);
        writer.Int32(footer.Length);
        writer.Int16(SegmentFormat.Version);
        writer.Int16(0);
        writer.UInt64(SegmentFormat.Checksum(footer));
        writer.UInt64(SegmentFormat.Checksum(writer.Written));
        writer.Bytes(SegmentFormat.Magic);
        return writer.Written.ToArray();
    }

    /// <summary>Finds and checks the footer.</summary>
    /// <exception cref="InvalidDataException">Names what does not hold.</exception>
    public static SegmentFooter ReadFooter(ISegmentStore store, string name, long lengthBytes)
    {
        var tail = new byte[(int)Math.Min(lengthBytes, 64 * 1024)];
        if (tail.Length < SegmentFormat.TrailerBytes || store.ReadRange(name, lengthBytes - tail.Length, tail) < tail.Length)
            throw new InvalidDataException("the file is cut short");
        var (start, length, version, checksum) = DecodeTrailer(tail.AsSpan(tail.Length - SegmentFormat.TrailerBytes), lengthBytes);
        var bytes = FooterBytes(store, name, start, length, tail);
        if (SegmentFormat.Checksum(bytes) != checksum) throw new InvalidDataException("the footer's checksum does not hold");
        var footer = SegmentFooter.Decode(bytes) with { Version = version };
        if (footer.BlocksEnd != start) throw new InvalidDataException("the blocks do not fill the file");
        return footer;
    }

    private static ReadOnlySpan<byte> FooterBytes(ISegmentStore store, string name, long start, int length, byte[] tail)
    {
        var needed = length + SegmentFormat.TrailerBytes;
        if (needed <= tail.Length) return tail.AsSpan(tail.Length - needed, length);
        var bytes = new byte[length];
        if (store.ReadRange(name, start, bytes) < length) throw new InvalidDataException("the footer is cut short");
        return bytes;
    }

    private static (long Start, int Length, short Version, ulong Checksum) DecodeTrailer(ReadOnlySpan<byte> trailer, long fileBytes)
    {
        var reader = new ByteReader(trailer);
        var (start, length, version, reserved) = (reader.Int64(), reader.Int32(), reader.Int16(), reader.Int16());
        var (footerChecksum, checksum) = (reader.UInt64(), reader.UInt64());
        if (!reader.Bytes(8).SequenceEqual(SegmentFormat.Magic)) throw new InvalidDataException("this is no segment, or its end is missing");
        if (SegmentFormat.Checksum(trailer[..24]) != checksum) throw new InvalidDataException("the trailer's checksum does not hold");
        if (version is < SegmentFormat.OldestVersion or > SegmentFormat.Version || reserved != 0) throw new InvalidDataException($"segment version {version} is unknown");
        if (length is < 1 or > SegmentFormat.MaxFooterBytes || start != fileBytes - SegmentFormat.TrailerBytes - length)
            throw new InvalidDataException("the footer does not end where the trailer begins");
        return (start, length, version, footerChecksum);
    }
}
