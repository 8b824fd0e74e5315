namespace Recorder.Archive.Segments;

/// <summary>Writes one segment front to back in bounded memory: header, bodies, entry headers, index pages, footer, trailer.</summary>
internal sealed class SegmentWriter : IDisposable
{
    private readonly SegmentDraft _draft;
    private readonly Stream _target;
    private readonly BlockWriter _blocks;
    private StoredBody[] _bodies = [];

    private SegmentWriter(SegmentDraft draft, Stream target)
    {
        (_draft, _target) = (draft, target);
        _blocks = new BlockWriter(target, SegmentFrame.HeaderBytes(draft.Lane));
    }

    /// <param name="pack">Whether bodies are packed where that can be undone exactly.</param>
    /// <exception cref="ArchiveException">Damaged: an entry's bytes are not those that were recorded.</exception>
    public static void Write(SegmentDraft draft, Stream target, bool pack, CancellationToken cancel)
    {
        using var writer = new SegmentWriter(draft, target);
        writer.Write(pack, cancel);
    }

    public void Dispose() => _blocks.Dispose();

    private void Write(bool pack, CancellationToken cancel)
    {
        _target.Write(SegmentFrame.EncodeHeader(_draft.Kind, _draft.Day, _draft.Lane));
        _bodies = new BodyWriter(_draft, _blocks, pack, cancel).Write();
        var firstHeaderBlock = _blocks.Count;
        var headers = WriteHeaders();
        var firstPageBlock = _blocks.Count;
        var pages = WritePages(headers);
        var footer = FooterOf(firstHeaderBlock, firstPageBlock, pages).Encode();
        if (footer.Length > SegmentFormat.MaxFooterBytes) throw new InvalidOperationException("too many entries for one segment");
        _target.Write(footer);
        _target.Write(SegmentFrame.EncodeTrailer(_blocks.End, footer));
    }

    private BlockPacker<int> WriteHeaders()
    {
        var headers = new BlockPacker<int>(_blocks, SegmentFormat.HeaderBlockBytes);
        for (var i = 0; i < _draft.Entries.Count; i++)
            if (!_draft.Entries[i].Purged) headers.Add(i, _draft.Entries[i].Header.Span);
        headers.Finish();
        return headers;
    }

    private PageInfo[] WritePages(BlockPacker<int> headers)
    {
        var pages = new List<PageInfo>();
        var page = new ByteWriter();
        foreach (var rows in Enumerable.Range(0, _draft.Entries.Count).Chunk(SegmentFormat.RowsPerPage))
        {
            page.Clear();
            foreach (var i in rows) RowOf(i, headers).Encode(page);
            _blocks.Write(page.Written);
            pages.Add(new PageInfo(_draft.Entries[rows[0]].Id, _draft.Entries[rows[0]].Sequence));
        }
        return [.. pages];
    }

    private SegmentRow RowOf(int index, BlockPacker<int> headers)
    {
        var entry = _draft.Entries[index];
        if (entry.Purged)
            return new SegmentRow(entry.Id, entry.Sequence, entry.Kind, RowForm.Purged, entry.Nonce, default, default, entry.Leaf);
        var hash = entry.Kind == EntryKind.Mail ? entry.Sha256 : SegmentRow.NoHash;
        var body = _bodies[index];
        return new SegmentRow(entry.Id, entry.Sequence, entry.Kind, body.Form, entry.Nonce, headers[index], body.At, hash);
    }

    private SegmentFooter FooterOf(int firstHeaderBlock, int firstPageBlock, PageInfo[] pages)
    {
        var (first, last) = (_draft.Entries[0], _draft.Entries[^1]);
        return new SegmentFooter(
            _draft.Kind, _draft.Day, _draft.Lane, first.Sequence, last.Sequence, first.Id, last.Id, _draft.Entries.Count,
            _draft.Entries.Sum(entry => entry.ContentBytes), _draft.MerkleRoot, firstHeaderBlock, firstPageBlock, _blocks.Table(), pages);
    }
}
