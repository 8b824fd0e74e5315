namespace Recorder.Archive.Log;

/// <param name="Offset">Where the entry's head starts in its file.</param>
internal readonly record struct IndexedEntry(long Sequence, RecordId Id, long Offset, int HeadBytes);

/// <summary>Where each entry of one active file is: ascending by sequence and by id, which agree. One writer, many readers.</summary>
internal sealed class EntryIndex
{
    private readonly Lock _gate = new();
    private readonly List<IndexedEntry> _entries = [];

    public int Count
    {
        get { lock (_gate) return _entries.Count; }
    }

    /// <summary>0 when empty.</summary>
    public long LastSequence
    {
        get { lock (_gate) return _entries.Count == 0 ? 0 : _entries[^1].Sequence; }
    }

    public RecordId? LastId
    {
        get { lock (_gate) return _entries.Count == 0 ? null : _entries[^1].Id; }
    }

    public void Add(IEnumerable<IndexedEntry> entries)
    {
        lock (_gate) _entries.AddRange(entries);
    }

    public IndexedEntry? Find(RecordId id)
    {
        lock (_gate)
        {
            var at = FirstAt(entry => entry.Id.CompareTo(id) >= 0);
            return at < _entries.Count && _entries[at].Id == id ? _entries[at] : null;
        }
    }

    public IndexedEntry? Find(long sequence)
    {
        lock (_gate)
        {
            var at = FirstAt(entry => entry.Sequence >= sequence);
            return at < _entries.Count && _entries[at].Sequence == sequence ? _entries[at] : null;
        }
    }

    public IReadOnlyList<IndexedEntry> After(long sequence, int limit)
    {
        lock (_gate)
        {
            var at = FirstAt(entry => entry.Sequence > sequence);
            return _entries.GetRange(at, Math.Min(limit, _entries.Count - at));
        }
    }

    public IReadOnlyList<IndexedEntry> All() => After(0, int.MaxValue);

    private int FirstAt(Func<IndexedEntry, bool> reached)
    {
        int low = 0, high = _entries.Count;
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (reached(_entries[middle])) high = middle;
            else low = middle + 1;
        }
        return low;
    }
}
