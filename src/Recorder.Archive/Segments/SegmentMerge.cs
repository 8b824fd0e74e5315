namespace Recorder.Archive.Segments;

/// <summary>Reads entries over all segments in sequence order; a segment is opened when the reading comes to its range.</summary>
internal sealed class SegmentMerge
{
    private readonly SegmentSet _set;
    private readonly EntryKinds _kinds;
    private readonly Action<VerifyFinding>? _onDamage;
    private readonly Queue<SegmentInfo> _ahead;
    private readonly PriorityQueue<SegmentCursor, long> _open = new();
    private long _last;

    public SegmentMerge(SegmentSet set, SegmentCatalog catalog, long after, EntryKinds kinds, Action<VerifyFinding>? onDamage)
    {
        (_set, _last, _kinds, _onDamage) = (set, after, kinds, onDamage);
        _ahead = new Queue<SegmentInfo>(catalog.Segments.Where(info => info.LastSequence > after && (KindsOf(info.Kind) & kinds) != 0));
    }

    public LogEntry? Next()
    {
        while (true)
        {
            while (_ahead.TryPeek(out var due) && (!_open.TryPeek(out _, out var head) || due.FirstSequence <= head)) Start(_ahead.Dequeue());
            if (!_open.TryDequeue(out var cursor, out _)) return null;
            if (Take(cursor) is { } entry) return entry;
        }
    }

    /// <returns>null when the cursor's entry was damaged, or read from another segment already.</returns>
    private LogEntry? Take(SegmentCursor cursor)
    {
        LogEntry? entry = null;
        var row = cursor.Current;
        if (!Try(cursor, () => entry = row.Sequence > _last ? cursor.Entry() : null, row)) return null;
        _last = Math.Max(_last, row.Sequence);
        Advance(cursor);
        return entry;
    }

    private void Start(SegmentInfo info)
    {
        try
        {
            Advance(new SegmentCursor(_set.OpenReader(info), _last, _kinds));
        }
        catch (IOException e) { Replace(info, e); }
        catch (ArchiveException e) when (_onDamage is not null) { _onDamage(new VerifyFinding(null, null, info.Name, e.Message)); }
    }

    private void Advance(SegmentCursor cursor)
    {
        var more = false;
        while (!Try(cursor, () => more = cursor.MoveNext(), null))
            if (cursor.Ended) return;
        if (more) _open.Enqueue(cursor, cursor.Current.Sequence);
    }

    /// <returns>false when the step failed and was reported, or the segment made way for another.</returns>
    private bool Try(SegmentCursor cursor, Action step, SegmentRow? row)
    {
        try
        {
            step();
            return true;
        }
        catch (IOException e)
        {
            cursor.End();
            Replace(cursor.Reader.Info, e);
        }
        catch (ArchiveException e) when (_onDamage is not null)
        {
            var position = new Position(_set.Lane, row?.Sequence ?? cursor.PageSequence);
            _onDamage(new VerifyFinding(row?.Id, position, cursor.Reader.Name, e.Message));
            if (row is null) return false;
            _last = Math.Max(_last, row.Value.Sequence);
            Advance(cursor);
        }
        return false;
    }

    /// <summary>A segment that cannot be read may have been removed or rewritten meanwhile; else the failure stands.</summary>
    private void Replace(SegmentInfo info, IOException failure)
    {
        var current = _set.Current(info.Name);
        if (current is null) return;
        if (current.Name != info.Name) Start(current);
        else if (_onDamage is null) throw new ArchiveException(ArchiveFault.Damaged, failure.Message, failure);
        else _onDamage(new VerifyFinding(null, null, info.Name, failure.Message));
    }

    private static EntryKinds KindsOf(SegmentKind kind) =>
        kind == SegmentKind.Mail ? EntryKinds.Mail : EntryKinds.Events | EntryKinds.Roots;
}

/// <summary>Walks one segment's entries of some kinds, one index page and one header block in memory.</summary>
internal sealed class SegmentCursor(SegmentReader reader, long after, EntryKinds kinds)
{
    private IReadOnlyList<SegmentRow> _rows = [];
    private int _page = -1, _index, _headerBlockNumber = -1;
    private byte[] _buffer = [];
    private ReadOnlyMemory<byte> _headerBlock;

    public SegmentReader Reader => reader;
    public SegmentRow Current { get; private set; }
    public bool Ended { get; private set; }

    /// <summary>The first sequence of the page that is being read.</summary>
    public long PageSequence => reader.Footer.Pages[Math.Clamp(_page, 0, reader.Footer.Pages.Length - 1)].FirstSequence;

    public void End() => Ended = true;

    /// <summary>After a failure the next call goes on behind the index page that cannot be read.</summary>
    public bool MoveNext()
    {
        while (!Ended)
        {
            if (_index == _rows.Count && !NextPage()) return false;
            Current = _rows[_index++];
            if (Current.Sequence > after && !Current.Purged && kinds.HasFlag(FlagOf(Current.Kind))) return true;
        }
        return false;
    }

    public LogEntry Entry()
    {
        if (_headerBlockNumber != Current.Header.Block)
        {
            _headerBlockNumber = -1;
            _headerBlock = ReadHeaders();
            _headerBlockNumber = Current.Header.Block;
        }
        return reader.Entry(Current, _headerBlock.Span.Slice(Current.Header.Offset, (int)Current.Header.Length));
    }

    private ReadOnlyMemory<byte> ReadHeaders()
    {
        try { return reader.Scan(Current.Header.Block, ref _buffer); }
        catch (ArchiveException e) { throw reader.Damaged(Current, e.Message, e); }
    }

    private bool NextPage()
    {
        (_rows, _index) = ([], 0);
        _page = _page < 0 ? reader.PageOf(after) : _page + 1;
        Ended = _page >= reader.Footer.Pages.Length;
        if (!Ended) _rows = reader.Rows(_page);
        return !Ended;
    }

    private static EntryKinds FlagOf(EntryKind kind) => (EntryKinds)(1 << ((int)kind - 1));
}
