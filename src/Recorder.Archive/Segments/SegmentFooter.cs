namespace Recorder.Archive.Segments;

/// <param name="Start">Offset in the segment; not stored, since blocks stand side by side from the header on.</param>
/// <param name="Checksum">XxHash3 of the stored bytes.</param>
internal readonly record struct BlockInfo(long Start, int StoredBytes, int RawBytes, ulong Checksum);

/// <param name="FirstId">Of the page's first row; rows ascend by sequence and by id.</param>
internal readonly record struct PageInfo(RecordId FirstId, long FirstSequence);

/// <summary>What is read of a segment before anything else. Blocks stand in the order bodies, headers, index pages.</summary>
internal sealed record SegmentFooter(
    SegmentKind Kind, DateOnly Day, string Lane, long FirstSequence, long LastSequence, RecordId FirstId, RecordId LastId,
    int EntryCount, long ContentBytes, byte[] MerkleRoot, int FirstHeaderBlock, int FirstPageBlock,
    BlockInfo[] Blocks, PageInfo[] Pages)
{
    /// <summary>Of the format; it stands in header and trailer.</summary>
    public short Version { get; init; } = SegmentFormat.Version;

    private const int StoredBlockBytes = 16, StoredPageBytes = 24;

    public SegmentInfo ToInfo(string name, long storedBytes) => new(
        name, Kind, Day, Lane, FirstSequence, LastSequence, FirstId, LastId, EntryCount, ContentBytes, storedBytes, MerkleRoot);

    /// <summary>Rows in a page: only the last may have fewer than the full number.</summary>
    public int RowsIn(int page) => Math.Min(SegmentFormat.RowsPerPage, EntryCount - page * SegmentFormat.RowsPerPage);

    public int MemoryBytes => Blocks.Length * 24 + Pages.Length * 24 + 256;

    /// <summary>Where the footer must start: right behind the blocks.</summary>
    public long BlocksEnd => Blocks is [.., var last] ? last.Start + last.StoredBytes : SegmentFrame.HeaderBytes(Lane);

    public ReadOnlySpan<byte> Encode()
    {
        var writer = new ByteWriter();
        SegmentFrame.EncodeIdentity(writer, Kind, Day, Lane);
        writer.Int64(FirstSequence);
        writer.Int64(LastSequence);
        writer.Id(FirstId);
        writer.Id(LastId);
        writer.Int32(EntryCount);
        writer.Int64(ContentBytes);
        writer.Bytes(MerkleRoot);
        writer.Int32(FirstHeaderBlock);
        writer.Int32(FirstPageBlock);
        writer.Int32(Blocks.Length);
        foreach (var block in Blocks)
        {
            writer.Int32(block.StoredBytes);
            writer.Int32(block.RawBytes);
            writer.UInt64(block.Checksum);
        }
        writer.Int32(Pages.Length);
        foreach (var page in Pages)
        {
            writer.Id(page.FirstId);
            writer.Int64(page.FirstSequence);
        }
        return writer.Written;
    }

    /// <exception cref="InvalidDataException">Names what does not hold.</exception>
    public static SegmentFooter Decode(ReadOnlySpan<byte> bytes)
    {
        var reader = new ByteReader(bytes);
        var (kind, day, lane) = SegmentFrame.DecodeIdentity(ref reader);
        var footer = new SegmentFooter(
            kind, day, lane, reader.Int64(), reader.Int64(), reader.Id(), reader.Id(), reader.Int32(), reader.Int64(),
            reader.Bytes(32).ToArray(), reader.Int32(), reader.Int32(),
            DecodeBlocks(ref reader, SegmentFrame.HeaderBytes(lane)), DecodePages(ref reader));
        reader.End();
        footer.Check();
        return footer;
    }

    private static BlockInfo[] DecodeBlocks(ref ByteReader reader, long start)
    {
        var blocks = new BlockInfo[reader.Count(StoredBlockBytes)];
        for (var i = 0; i < blocks.Length; i++)
        {
            var block = new BlockInfo(start, reader.Int32(), reader.Int32(), reader.UInt64());
            if (block.RawBytes is < 1 or > SegmentFormat.MaxRawBlockBytes || block.StoredBytes < 1
                || block.StoredBytes > BlockCodec.MaxStoredBytes(block.RawBytes))
                throw new InvalidDataException($"block {i} cannot have {block.StoredBytes} bytes for {block.RawBytes}");
            blocks[i] = block;
            start += block.StoredBytes;
        }
        return blocks;
    }

    private static PageInfo[] DecodePages(ref ByteReader reader)
    {
        var pages = new PageInfo[reader.Count(StoredPageBytes)];
        for (var i = 0; i < pages.Length; i++) pages[i] = new PageInfo(reader.Id(), reader.Int64());
        return pages;
    }

    private void Check()
    {
        if (EntryCount < 1 || FirstSequence < 1 || LastSequence - FirstSequence < EntryCount - 1 || FirstId.CompareTo(LastId) > 0)
            throw new InvalidDataException($"{EntryCount} entries do not fit {FirstSequence} to {LastSequence}");
        if (Pages.Length != (EntryCount - 1) / SegmentFormat.RowsPerPage + 1)
            throw new InvalidDataException($"{Pages.Length} index pages for {EntryCount} entries");
        if (FirstHeaderBlock < 0 || FirstHeaderBlock > FirstPageBlock || FirstPageBlock + (long)Pages.Length != Blocks.Length)
            throw new InvalidDataException($"{Blocks.Length} blocks do not divide at {FirstHeaderBlock} and {FirstPageBlock}");
        for (var i = 0; i < Pages.Length; i++)
            if (Blocks[FirstPageBlock + i].RawBytes != RowsIn(i) * SegmentRow.Bytes)
                throw new InvalidDataException($"index page {i} has the wrong size");
        if (Pages[0] != new PageInfo(FirstId, FirstSequence)) throw new InvalidDataException("the first index page starts elsewhere");
        for (var i = 1; i < Pages.Length; i++)
            if (Pages[i].FirstSequence <= Pages[i - 1].FirstSequence || Pages[i].FirstId.CompareTo(Pages[i - 1].FirstId) <= 0)
                throw new InvalidDataException($"index page {i} is out of order");
    }
}
