namespace Recorder.Archive.Segments;

/// <summary>
/// Keeps the values used last within a budget of bytes. Safe for many threads; a value may be made twice by racing
/// readers, which costs time and nothing else.
/// </summary>
internal sealed class LruCache<TKey, TValue>(long budgetBytes) where TKey : notnull
{
    private readonly Lock _lock = new();
    private readonly Dictionary<TKey, LinkedListNode<(TKey Key, TValue Value, int Bytes)>> _byKey = [];
    private readonly LinkedList<(TKey Key, TValue Value, int Bytes)> _newestFirst = [];
    private long _heldBytes;

    public TValue GetOrAdd(TKey key, Func<TValue> make, Func<TValue, int> bytesOf)
    {
        if (TryTouch(key, out var held)) return held;
        var value = make();
        Add(key, value, bytesOf(value));
        return value;
    }

    public void Remove(TKey key)
    {
        lock (_lock)
        {
            if (_byKey.TryGetValue(key, out var node)) Drop(node);
        }
    }

    private bool TryTouch(TKey key, out TValue value)
    {
        lock (_lock)
        {
            value = default!;
            if (!_byKey.TryGetValue(key, out var node)) return false;
            _newestFirst.Remove(node);
            _newestFirst.AddFirst(node);
            value = node.Value.Value;
            return true;
        }
    }

    private void Add(TKey key, TValue value, int bytes)
    {
        if (bytes > budgetBytes / 4) return;
        lock (_lock)
        {
            if (_byKey.ContainsKey(key)) return;
            _byKey[key] = _newestFirst.AddFirst((key, value, bytes));
            _heldBytes += bytes;
            while (_heldBytes > budgetBytes) Drop(_newestFirst.Last!);
        }
    }

    private void Drop(LinkedListNode<(TKey Key, TValue Value, int Bytes)> node)
    {
        _newestFirst.Remove(node);
        _byKey.Remove(node.Value.Key);
        _heldBytes -= node.Value.Bytes;
    }
}
