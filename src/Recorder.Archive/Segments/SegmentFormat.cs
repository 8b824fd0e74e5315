using System.IO.Hashing;

namespace Recorder.Archive.Segments;

/// <summary>The numbers of docs/archive-format.md, "Segments".</summary>
internal static class SegmentFormat
{
    /// <summary>What is written. Version 1, which is still read, had no packed bodies.</summary>
    public const short Version = 2;
    public const short OldestVersion = 1;
    public const int Level = 9;

    /// <summary>Bodies share a block until it would outgrow this; measured on real mail (docs/decisions/compression.md).</summary>
    public const int BodyBlockBytes = 512 * 1024;

    /// <summary>A larger body has blocks of its own, so that it streams through bounded memory.</summary>
    public const int LargeBodyBlockBytes = 1024 * 1024;
    public const int HeaderBlockBytes = 64 * 1024;
    public const int RowsPerPage = 256;

    public const int MaxRawBlockBytes = EntryHeader.FixedBytes + EntryHeader.MaxPayloadBytes;
    public const int MaxFooterBytes = 64 * 1024 * 1024;
    public const int TrailerBytes = 40;

    // As in PNG, the line ends show a copy made in text mode.
    public static ReadOnlySpan<byte> Magic => [0x89, (byte)'R', (byte)'S', (byte)'E', (byte)'G', 0x0D, 0x0A, 0x1A];

    public static ulong Checksum(ReadOnlySpan<byte> bytes) => XxHash3.HashToUInt64(bytes);
}
