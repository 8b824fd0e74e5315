using System.Security.Cryptography;
using Recorder.Archive.Segments.Packing;

namespace Recorder.Archive.Segments;

/// <summary>Key of a decompressed block; a reader opened anew has a serial of its own.</summary>
internal readonly record struct BlockKey(long Reader, int Block);

/// <summary>
/// One segment, opened by its trailer and footer alone. Immutable and safe for many threads. Failures are
/// <see cref="ArchiveException"/> Damaged for wrong bytes; <see cref="IOException"/> from the store passes through.
/// </summary>
internal sealed class SegmentReader
{
    private static long _serials;
    private readonly ISegmentStore _store;
    private readonly LruCache<BlockKey, byte[]> _cache;
    private readonly long _serial = Interlocked.Increment(ref _serials);

    private SegmentReader(ISegmentStore store, string name, LruCache<BlockKey, byte[]> cache, SegmentFooter footer, long storedBytes)
    {
        (_store, Name, _cache, Footer) = (store, name, cache, footer);
        Info = footer.ToInfo(name, storedBytes);
    }

    public string Name { get; }
    public SegmentFooter Footer { get; }
    public SegmentInfo Info { get; }

    /// <exception cref="ArchiveException">Damaged: trailer or footer do not hold.</exception>
    public static SegmentReader Open(ISegmentStore store, string name, LruCache<BlockKey, byte[]> cache)
    {
        try
        {
            var length = store.LengthOf(name);
            return new SegmentReader(store, name, cache, SegmentFrame.ReadFooter(store, name, length), length);
        }
        catch (InvalidDataException e)
        {
            throw new ArchiveException(ArchiveFault.Damaged, $"{name}: {e.Message}", e);
        }
    }

    /// <returns>null when the segment has no such entry. A purged one is returned and marked.</returns>
    public SegmentRow? Find(RecordId id)
    {
        if (id.CompareTo(Footer.FirstId) < 0 || id.CompareTo(Footer.LastId) > 0) return null;
        var pageNumber = LastAtOrBelow(Footer.Pages.Length, i => Footer.Pages[i].FirstId.CompareTo(id) <= 0);
        var page = Cached(Footer.FirstPageBlock + pageNumber);
        var index = LastAtOrBelow(Footer.RowsIn(pageNumber), i => SegmentRow.IdAt(page, i).CompareTo(id) <= 0);
        return index >= 0 && SegmentRow.IdAt(page, index) == id ? CheckedRow(page, index) : null;
    }

    /// <summary>The index page on which the first row after a sequence is, or behind which it is.</summary>
    public int PageOf(long sequence) => Math.Max(0, LastAtOrBelow(Footer.Pages.Length, i => Footer.Pages[i].FirstSequence <= sequence));

    /// <summary>The rows of one index page.</summary>
    public IReadOnlyList<SegmentRow> Rows(int page)
    {
        byte[] buffer = [];
        var bytes = Scan(Footer.FirstPageBlock + page, ref buffer);
        return Enumerable.Range(0, Footer.RowsIn(page)).Select(index => CheckedRow(bytes.Span, index)).ToList();
    }

    public LogEntry Entry(SegmentRow row) => Entry(row, HeaderBytes(row));

    /// <summary>Decodes and cross-checks an entry's header against its row.</summary>
    public LogEntry Entry(SegmentRow row, ReadOnlySpan<byte> header)
    {
        try
        {
            var entry = EntryHeader.Decode(header, Footer.Lane, row.ContentSha256);
            if (entry.Id != row.Id || entry.Position.Sequence != row.Sequence || entry.Kind != row.Kind || (!row.IsPacked && entry.ContentLengthBytes != row.Body.Length))
                throw new InvalidDataException("the header is another entry's");
            return entry;
        }
        catch (InvalidDataException e)
        {
            throw Damaged(row, e.Message, e);
        }
    }

    public ReadOnlySpan<byte> HeaderBytes(SegmentRow row) =>
        BlockOf(row, row.Header.Block).AsSpan(row.Header.Offset, (int)row.Header.Length);

    /// <summary>The exact bytes. Small content is checked before this returns, large content as it is read.</summary>
    public Stream OpenContent(SegmentRow row)
    {
        if (!row.IsPacked && BodyReading.IsInOneBlock(Footer, row.Body))
        {
            ReadOnlyMemory<byte> body = row.Body.Length == 0 ? default : BlockOf(row, row.Body.Block).AsMemory(row.Body.Offset, (int)row.Body.Length);
            return new ReadOnlyMemoryStream(Checked(row, body));
        }
        var content = OpenStreaming(row);
        // Larger content streams; this much may as well be checked now and be read at any place.
        return content.Length <= SegmentFormat.LargeBodyBlockBytes ? new ReadOnlyMemoryStream(ReadAll(content)) : content;
    }

    private CheckedContentStream OpenStreaming(SegmentRow row)
    {
        try
        {
            return new CheckedContentStream(this, row, BodyReading.Open(Footer, row, Blocks(), Blocks()));
        }
        catch (Exception e) when (e is ArchiveException or InvalidDataException) { throw Damaged(row, e.Message, e); }
    }

    private BlockSource Blocks()
    {
        byte[] buffer = [];
        return (number, shared) => shared ? Cached(number) : Scan(number, ref buffer);
    }

    private static byte[] ReadAll(CheckedContentStream content)
    {
        using (content)
        {
            var bytes = GC.AllocateUninitializedArray<byte>((int)content.Length);
            content.ReadExactly(bytes);
            return bytes;
        }
    }

    private ReadOnlyMemory<byte> Checked(SegmentRow row, ReadOnlyMemory<byte> body) =>
        SHA256.HashData(body.Span).AsSpan().SequenceEqual(row.Hash.Span) ? body : throw Damaged(row, "its bytes do not have the recorded SHA-256");

    /// <summary>A block for a scan that passes once: not from the cache, not into it.</summary>
    /// <param name="buffer">Reused, and replaced by a larger one where needed; the result lies in it.</param>
    /// <exception cref="ArchiveException">Damaged.</exception>
    public ReadOnlyMemory<byte> Scan(int number, ref byte[] buffer)
    {
        var block = Footer.Blocks[number];
        if (buffer.Length < block.RawBytes) buffer = GC.AllocateUninitializedArray<byte>(block.RawBytes);
        Fill(number, buffer.AsSpan(0, block.RawBytes));
        return buffer.AsMemory(0, block.RawBytes);
    }

    private byte[] BlockOf(SegmentRow row, int number)
    {
        try { return Cached(number); }
        catch (ArchiveException e) { throw Damaged(row, e.Message, e); }
    }

    private byte[] Cached(int number) => _cache.GetOrAdd(new BlockKey(_serial, number), () =>
    {
        var raw = GC.AllocateUninitializedArray<byte>(Footer.Blocks[number].RawBytes);
        Fill(number, raw);
        return raw;
    }, block => block.Length);

    public ArchiveException Damaged(SegmentRow row, string problem, Exception? inner = null) =>
        new(ArchiveFault.Damaged, $"{row.Id} ({Footer.Lane}/{row.Sequence}) in {Name}: {problem}", inner);

    private void Fill(int number, Span<byte> raw)
    {
        try { BlockCodec.Read(_store, Name, Footer.Blocks[number], raw); }
        catch (InvalidDataException e) { throw new ArchiveException(ArchiveFault.Damaged, $"block {number}: {e.Message}", e); }
    }

    /// <summary>A row whose references stay inside the block table; a footer's checksum does not vouch for its maker.</summary>
    private SegmentRow CheckedRow(ReadOnlySpan<byte> page, int index)
    {
        var row = SegmentRow.At(page, index);
        if ((row.Form & ~RowForm.All) != 0) throw Damaged(row, "its index row has a form that is unknown");
        if (row.Purged) return row with { Header = default, Body = default };
        if (!FitsHeaders(row.Header)) throw Damaged(row, "its index row points nowhere");
        if (row.Body.Length != 0 && !BodyReading.Fits(Footer, row.Body))
            throw Damaged(row, "its index row points to no body");
        return row;
    }

    private bool FitsHeaders(BlockRange range) =>
        range.Block >= Footer.FirstHeaderBlock && range.Block < Footer.FirstPageBlock && range.Offset >= 0 && range.Length >= 0
        && range.Offset + range.Length <= Footer.Blocks[range.Block].RawBytes;

    private static int LastAtOrBelow(int count, Func<int, bool> holds)
    {
        var (low, high) = (0, count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (holds(middle)) low = middle + 1;
            else high = middle;
        }
        return low - 1;
    }
}
