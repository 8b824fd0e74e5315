namespace Recorder.Archive.Log;

/// <summary>The newest entries, bounded in number and bytes, so that followers seldom touch the disk.</summary>
internal sealed class RecentEntries(int maxEntries, long maxBytes)
{
    private readonly Lock _gate = new();
    private readonly LogEntry[] _ring = new LogEntry[maxEntries];
    private long _first = 1, _next = 1;
    private long _bytes;

    /// <param name="entry">The one after the last added: the log is dense while it is written.</param>
    public void Add(LogEntry entry)
    {
        lock (_gate)
        {
            if (_first == _next) _first = _next = entry.Position.Sequence;
            while (_next - _first == maxEntries) DropOldest();
            _ring[_next++ % maxEntries] = entry;
            _bytes += entry.Payload.Length;
            while (_bytes > maxBytes) DropOldest();
        }
    }

    /// <returns>Up to <paramref name="limit"/> entries after the sequence; null when they are not all kept.</returns>
    public List<LogEntry>? After(long sequence, int limit)
    {
        lock (_gate)
        {
            if (_first == _next || sequence + 1 < _first) return null;
            var end = Math.Min(_next, sequence + 1 + limit);
            var taken = new List<LogEntry>();
            for (var at = sequence + 1; at < end; at++) taken.Add(_ring[at % maxEntries]);
            return taken;
        }
    }

    private void DropOldest()
    {
        ref var oldest = ref _ring[_first++ % maxEntries];
        _bytes -= oldest.Payload.Length;
        oldest = null!;
    }
}
