using System.Runtime.InteropServices;

namespace Recorder.Archive.Log;

/// <summary>
/// Which entry of the current file holds a body, so that the same bytes in another transaction of the same received
/// day are stored once. What a batch adds counts from <see cref="Keep"/>; until then it can be taken back.
/// </summary>
internal sealed class BodyIndex
{
    private readonly Dictionary<Key, long> _sequences = [];
    private readonly List<Key> _unkept = [];

    /// <returns>The sequence of the entry that holds the bytes; null when <paramref name="entry"/> is now that entry.</returns>
    public long? FindOrAdd(LogEntry entry)
    {
        var key = Key.Of(entry);
        if (_sequences.TryGetValue(key, out var holder)) return holder;
        _sequences.Add(key, entry.Position.Sequence);
        _unkept.Add(key);
        return null;
    }

    public void Keep() => _unkept.Clear();

    public void TakeBack()
    {
        foreach (var key in _unkept) _sequences.Remove(key);
        _unkept.Clear();
    }

    public void Clear()
    {
        _sequences.Clear();
        _unkept.Clear();
    }

    private readonly record struct Key(UInt128 HashHigh, UInt128 HashLow, long LengthBytes, int Day)
    {
        public static Key Of(LogEntry entry)
        {
            var halves = MemoryMarshal.Cast<byte, UInt128>(entry.ContentSha256.Span);
            return new Key(halves[0], halves[1], entry.ContentLengthBytes, ActiveFormat.Day(entry.ReceivedAt).DayNumber);
        }
    }
}
