using System.Buffers.Binary;
using System.IO.Hashing;

namespace Recorder.Archive.Disk;

/// <summary>The last eight bytes of a head of fixed length, which say that it is whole: XxHash3, big-endian. They find damage, not forgery.</summary>
internal static class HeadCheck
{
    public const int Bytes = sizeof(ulong);

    public static void Write(Span<byte> head) => BinaryPrimitives.WriteUInt64BigEndian(head[^Bytes..], XxHash3.HashToUInt64(head[..^Bytes]));

    public static bool Holds(ReadOnlySpan<byte> head) => BinaryPrimitives.ReadUInt64BigEndian(head[^Bytes..]) == XxHash3.HashToUInt64(head[..^Bytes]);
}
