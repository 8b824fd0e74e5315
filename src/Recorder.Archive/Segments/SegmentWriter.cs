using System.Security.Cryptography;

namespace Recorder.Archive.Segments;

/// <summary>Writes one segment front to back in bounded memory: header, bodies, entry headers, index pages, footer, trailer.</summary>
internal sealed class SegmentWriter : IDisposable
{
    private readonly SegmentDraft _draft;
    private readonly Stream _target;
    private readonly BlockWriter _blocks;
    private readonly CancellationToken _cancel;
    private readonly BlockRange[] _bodies;

    private SegmentWriter(SegmentDraft draft, Stream target, CancellationToken cancel)
    {
        (_draft, _target, _cancel) = (draft, target, cancel);
        _blocks = new BlockWriter(target, SegmentFrame.HeaderBytes(draft.Lane));
        _bodies = new BlockRange[draft.Entries.Count];
    }

    /// <exception cref="ArchiveException">Damaged: an entry's bytes are not those that were recorded.</exception>
    public static void Write(SegmentDraft draft, Stream target, CancellationToken cancel)
    {
        using var writer = new SegmentWriter(draft, target, cancel);
        writer.Write();
    }

    public void Dispose() => _blocks.Dispose();

    private void Write()
    {
        _target.Write(SegmentFrame.EncodeHeader(_draft.Kind, _draft.Day, _draft.Lane));
        WriteBodies();
        var firstHeaderBlock = _blocks.Count;
        var headers = WriteHeaders();
        var firstPageBlock = _blocks.Count;
        var pages = WritePages(headers);
        var footer = FooterOf(firstHeaderBlock, firstPageBlock, pages).Encode();
        if (footer.Length > SegmentFormat.MaxFooterBytes) throw new InvalidOperationException("too many entries for one segment");
        _target.Write(footer);
        _target.Write(SegmentFrame.EncodeTrailer(_blocks.End, footer));
    }

    private void WriteBodies()
    {
        var small = new BlockPacker(_blocks, SegmentFormat.BodyBlockBytes);
        var buffer = new byte[SegmentFormat.LargeBodyBlockBytes];
        var groups = BodiesInOrder();
        foreach (var group in groups)
        {
            _cancel.ThrowIfCancellationRequested();
            var entry = _draft.Entries[group[0]];
            if (entry.ContentBytes > SegmentFormat.BodyBlockBytes) _bodies[group[0]] = WriteLargeBody(entry, buffer);
            else small.Add(group[0], ReadSmallBody(entry, buffer));
        }
        small.Finish();
        foreach (var group in groups)
        {
            var first = group[0];
            var place = _draft.Entries[first].ContentBytes > SegmentFormat.BodyBlockBytes ? _bodies[first] : small[first];
            foreach (var index in group) _bodies[index] = place;
        }
    }

    /// <summary>Indexes of the entries with a body, by rank; those with identical bytes together, stored once.</summary>
    private List<int[]> BodiesInOrder() =>
        Enumerable.Range(0, _draft.Entries.Count).Where(i => _draft.Entries[i].ContentBytes > 0)
            .OrderBy(i => _draft.Entries[i].BodyRank)
            .GroupBy(i => (Convert.ToHexString(_draft.Entries[i].Sha256.Span), _draft.Entries[i].ContentBytes))
            .Select(group => group.ToArray()).ToList();

    private ReadOnlySpan<byte> ReadSmallBody(DraftEntry entry, byte[] buffer)
    {
        using var content = entry.Open();
        var length = content.ReadAtLeast(buffer, (int)entry.ContentBytes + 1, throwOnEndOfStream: false);
        var body = buffer.AsSpan(0, length);
        CheckBody(entry, length, SHA256.HashData(body));
        return body;
    }

    private BlockRange WriteLargeBody(DraftEntry entry, byte[] buffer)
    {
        using var content = entry.Open();
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var first = _blocks.Count;
        long total = 0;
        while (content.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false) is var read and > 0)
        {
            _cancel.ThrowIfCancellationRequested();
            hash.AppendData(buffer, 0, read);
            _blocks.Write(buffer.AsSpan(0, read));
            total += read;
        }
        CheckBody(entry, total, hash.GetHashAndReset());
        return new BlockRange(first, 0, total);
    }

    private void CheckBody(DraftEntry entry, long length, byte[] sha256)
    {
        if (length != entry.ContentBytes || !entry.Sha256.Span.SequenceEqual(sha256))
            throw new ArchiveException(ArchiveFault.Damaged, $"{entry.Id} ({_draft.Lane}/{entry.Sequence}): its bytes are not those that were recorded");
    }

    private BlockPacker WriteHeaders()
    {
        var headers = new BlockPacker(_blocks, SegmentFormat.HeaderBlockBytes);
        for (var i = 0; i < _draft.Entries.Count; i++)
            if (!_draft.Entries[i].Purged) headers.Add(i, _draft.Entries[i].Header.Span);
        headers.Finish();
        return headers;
    }

    private PageInfo[] WritePages(BlockPacker headers)
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

    private SegmentRow RowOf(int index, BlockPacker headers)
    {
        var entry = _draft.Entries[index];
        if (entry.Purged)
            return new SegmentRow(entry.Id, entry.Sequence, entry.Kind, true, SegmentRow.NoNonce, default, default, entry.Leaf);
        var hash = entry.Kind == EntryKind.Mail ? entry.Sha256 : SegmentRow.NoHash;
        return new SegmentRow(entry.Id, entry.Sequence, entry.Kind, false, entry.Nonce, headers[index], _bodies[index], hash);
    }

    private SegmentFooter FooterOf(int firstHeaderBlock, int firstPageBlock, PageInfo[] pages)
    {
        var (first, last) = (_draft.Entries[0], _draft.Entries[^1]);
        return new SegmentFooter(
            _draft.Kind, _draft.Day, _draft.Lane, first.Sequence, last.Sequence, first.Id, last.Id, _draft.Entries.Count,
            _draft.Entries.Sum(entry => entry.ContentBytes), _draft.MerkleRoot, firstHeaderBlock, firstPageBlock, _blocks.Table(), pages);
    }
}
