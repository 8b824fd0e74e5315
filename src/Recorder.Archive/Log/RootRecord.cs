using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Recorder.Archive.Segments;

namespace Recorder.Archive.Log;

/// <summary>The payload of a <see cref="EntryKind.Root"/> entry: what was sealed, chained to the root before.</summary>
/// <param name="Segment">The segment's name.</param>
/// <param name="MerkleRoot">32 bytes, over the segment's leaves as sealed.</param>
/// <param name="PreviousSha256">SHA-256 of the previous root entry's payload; 32 zeros in the first.</param>
public sealed record RootRecord(
    string Segment, SegmentKind Kind, DateOnly Day, long FirstSequence, long LastSequence, int EntryCount, long ContentBytes,
    ReadOnlyMemory<byte> MerkleRoot, ReadOnlyMemory<byte> PreviousSha256)
{
    private const byte Version = 1;
    private const int FixedBytes = 100;

    /// <summary>SHA-256 of a root entry's payload, 32 bytes.</summary>
    public static byte[] HashOf(ReadOnlySpan<byte> payload) => SHA256.HashData(payload);

    /// <summary>The payload (docs/archive-format.md).</summary>
    public byte[] Encode()
    {
        var name = Encoding.UTF8.GetBytes(Segment);
        var bytes = new byte[FixedBytes + name.Length];
        var at = bytes.AsSpan();
        at[0] = Version;
        at[1] = (byte)Kind;
        BinaryPrimitives.WriteUInt16LittleEndian(at[2..], checked((ushort)name.Length));
        BinaryPrimitives.WriteInt32LittleEndian(at[4..], (Day.Year * 10000) + (Day.Month * 100) + Day.Day);
        BinaryPrimitives.WriteInt64LittleEndian(at[8..], FirstSequence);
        BinaryPrimitives.WriteInt64LittleEndian(at[16..], LastSequence);
        BinaryPrimitives.WriteInt32LittleEndian(at[24..], EntryCount);
        BinaryPrimitives.WriteInt64LittleEndian(at[28..], ContentBytes);
        MerkleRoot.Span.CopyTo(at[36..68]);
        PreviousSha256.Span.CopyTo(at[68..]);
        name.CopyTo(at[FixedBytes..]);
        return bytes;
    }

    /// <returns>null when the payload is no root of a known version.</returns>
    public static RootRecord? Decode(ReadOnlySpan<byte> payload)
    {
        if (payload.Length < FixedBytes || payload[0] != Version) return null;
        if (payload.Length != FixedBytes + BinaryPrimitives.ReadUInt16LittleEndian(payload[2..])) return null;
        if (DayOf(BinaryPrimitives.ReadInt32LittleEndian(payload[4..])) is not { } day) return null;
        return new RootRecord(
            Encoding.UTF8.GetString(payload[FixedBytes..]), (SegmentKind)payload[1], day,
            BinaryPrimitives.ReadInt64LittleEndian(payload[8..]), BinaryPrimitives.ReadInt64LittleEndian(payload[16..]),
            BinaryPrimitives.ReadInt32LittleEndian(payload[24..]), BinaryPrimitives.ReadInt64LittleEndian(payload[28..]),
            payload[36..68].ToArray(), payload[68..100].ToArray());
    }

    private static DateOnly? DayOf(int number)
    {
        var (year, month, day) = (number / 10000, number / 100 % 100, number % 100);
        return year is >= 1 and <= 9999 && month is >= 1 and <= 12 && day >= 1 && day <= DateTime.DaysInMonth(year, month) ? new DateOnly(year, month, day) : null;
    }

    internal static RootRecord Of(SegmentInfo segment, ReadOnlyMemory<byte> previousSha256) => new(
        segment.Name, segment.Kind, segment.Day, segment.FirstSequence, segment.LastSequence, segment.EntryCount,
        segment.ContentBytes, segment.MerkleRoot, previousSha256);
}
