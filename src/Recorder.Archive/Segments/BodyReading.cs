using Recorder.Archive.Segments.Packing;

namespace Recorder.Archive.Segments;

/// <summary>Gives a decompressed block; the memory is the reader's until it asks again.</summary>
/// <param name="shared">Whether other bodies lie in it too, so that it is likely asked for again.</param>
/// <exception cref="ArchiveException">Damaged.</exception>
internal delegate ReadOnlyMemory<byte> BlockSource(int number, bool shared);

/// <summary>From index rows to content: one way for reading a message and for verifying a segment.</summary>
internal static class BodyReading
{
    /// <summary>The content's bytes, unchecked. Wrong stored bytes are <see cref="ArchiveException"/> or <see cref="InvalidDataException"/>.</summary>
    /// <param name="apart">Where the blocks of what a packed body keeps apart come from, while those of the body are in use.</param>
    public static Stream Open(SegmentFooter footer, SegmentRow row, BlockSource body, BlockSource apart)
    {
        var stored = OpenRange(footer, row.Body, body);
        return row.IsPacked ? new UnpackStream(stored, range => OpenApart(footer, range, apart)) : stored;
    }

    /// <summary>Whether the bytes end in the block in which they begin.</summary>
    /// <param name="range">One that <see cref="Fits"/>, or empty: where an empty one points to means nothing.</param>
    public static bool IsInOneBlock(SegmentFooter footer, BlockRange range) =>
        range.Length == 0 || range.Offset + range.Length <= footer.Blocks[range.Block].RawBytes;

    /// <summary>Whether a range lies within the bodies' blocks.</summary>
    public static bool Fits(SegmentFooter footer, BlockRange range)
    {
        if (range.Block < 0 || range.Offset < 0 || range.Length < 0) return false;
        var left = range.Length;
        for (var (block, offset) = (range.Block, range.Offset); block < footer.FirstHeaderBlock; (block, offset) = (block + 1, 0))
        {
            left -= footer.Blocks[block].RawBytes - offset;
            if (left <= 0) return offset <= footer.Blocks[block].RawBytes;
        }
        return false;
    }

    private static Stream OpenRange(SegmentFooter footer, BlockRange range, BlockSource blocks)
    {
        if (range.Length == 0) return new ReadOnlyMemoryStream(default);
        return IsInOneBlock(footer, range)
            ? new ReadOnlyMemoryStream(blocks(range.Block, true).Slice(range.Offset, (int)range.Length))
            : new BlocksStream(range, blocks);
    }

    private static Stream OpenApart(SegmentFooter footer, BlockRange range, BlockSource blocks) => Fits(footer, range)
        ? OpenRange(footer, range, blocks)
        : throw new InvalidDataException("the packed body points to bytes that are not there");
}
