using ZstdSharp;

namespace Recorder.Archive.Segments;

/// <summary>Writes blocks one behind the other and keeps their table. One thread.</summary>
internal sealed class BlockWriter(Stream target, long start) : IDisposable
{
    private readonly Compressor _compressor = new(SegmentFormat.Level);
    private readonly List<BlockInfo> _blocks = [];
    private byte[] _stored = [];
    private long _end = start;

    public int Count => _blocks.Count;
    public long End => _end;
    public BlockInfo[] Table() => [.. _blocks];

    /// <returns>The block's number.</returns>
    public int Write(ReadOnlySpan<byte> raw)
    {
        var bound = BlockCodec.MaxStoredBytes(raw.Length);
        if (_stored.Length < bound) _stored = new byte[bound];
        var stored = _stored.AsSpan(0, _compressor.Wrap(raw, _stored));
        target.Write(stored);
        _blocks.Add(new BlockInfo(_end, stored.Length, raw.Length, SegmentFormat.Checksum(stored)));
        _end += stored.Length;
        return _blocks.Count - 1;
    }

    public void Dispose() => _compressor.Dispose();
}

/// <summary>Collects small items into blocks of about <paramref name="blockBytes"/>; no item spans two blocks.</summary>
internal sealed class BlockPacker<T>(BlockWriter blocks, int blockBytes) where T : notnull
{
    private readonly ByteWriter _pending = new();
    private readonly List<T> _waiting = [];
    private readonly Dictionary<T, BlockRange> _placed = [];

    /// <summary>Where the item with this key went; valid after <see cref="Finish"/>.</summary>
    public BlockRange this[T key] => _placed[key];

    public bool Has(T key) => _placed.ContainsKey(key);

    /// <summary>Adds all places; valid after <see cref="Finish"/>.</summary>
    public void CopyTo(Dictionary<T, BlockRange> places)
    {
        foreach (var (key, place) in _placed) places[key] = place;
    }

    public void Add(T key, ReadOnlySpan<byte> item)
    {
        if (_pending.Length > 0 && _pending.Length + item.Length > blockBytes) Finish();
        // The block's number is known when it is written; until then the offset waits under the key.
        _placed[key] = new BlockRange(-1, _pending.Length, item.Length);
        _waiting.Add(key);
        _pending.Bytes(item);
    }

    public void Finish()
    {
        if (_pending.Length == 0) return;
        var block = blocks.Write(_pending.Written);
        foreach (var key in _waiting) _placed[key] = _placed[key] with { Block = block };
        _waiting.Clear();
        _pending.Clear();
    }
}
