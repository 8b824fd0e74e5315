namespace Recorder.Tests.Archive.Disk;

/// <summary>A file of a <see cref="FaultyDisk"/>: what is readable now, and per sector what a crash may bring back.</summary>
internal sealed class FaultyFile
{
    private const int SectorBytes = 512;
    private readonly Dictionary<int, byte[]> _unsynced = [];
    private readonly Dictionary<int, byte[]> _lost = [];
    private byte[] _bytes = [];
    private int _durableLength;

    public int Length { get; private set; }

    public int Read(long offset, Span<byte> buffer)
    {
        if (offset >= Length) return 0;
        var count = (int)Math.Min(buffer.Length, Length - offset);
        _bytes.AsSpan((int)offset, count).CopyTo(buffer);
        return count;
    }

    public void Write(long offset, ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty) return;
        var end = checked((int)offset + bytes.Length);
        if (end > Length) Resize(end);
        Touch((int)offset, end);
        bytes.CopyTo(_bytes.AsSpan((int)offset));
    }

    public void Resize(int length)
    {
        if (length > _bytes.Length) Array.Resize(ref _bytes, (Math.Max(length, _bytes.Length * 2) + SectorBytes) / SectorBytes * SectorBytes);
        if (length < Length)
        {
            Touch(length, Length);
            _bytes.AsSpan(length, Length - length).Clear();
        }
        Length = length;
    }

    public void Sync()
    {
        _unsynced.Clear();
        _durableLength = Length;
    }

    public void FailSync(Random random)
    {
        foreach (var (sector, old) in _unsynced.OrderBy(pair => pair.Key))
            if (random.Next(2) == 0) _lost.TryAdd(sector, old);
        _unsynced.Clear();
        if (random.Next(2) == 0) _durableLength = Length;
    }

    public void Crash(Random random)
    {
        foreach (var (sector, old) in _unsynced.OrderBy(pair => pair.Key))
            if (random.Next(2) == 0) Restore(sector, old);
        foreach (var (sector, old) in _lost) Restore(sector, old);
        var length = random.Next(3) switch
        {
            0 => _durableLength,
            1 => Length,
            _ => random.Next(Math.Min(Length, _durableLength), Math.Max(Length, _durableLength) + 1),
        };
        Resize(length);
        _unsynced.Clear();
        _lost.Clear();
        _durableLength = Length;
    }

    public FaultyFile Copy() => new() { _bytes = [.. _bytes], Length = Length, _durableLength = Length };

    public void Flip(long offset, int bit) => _bytes[offset] ^= (byte)(1 << bit);

    private void Touch(int start, int end)
    {
        for (var sector = start / SectorBytes; sector <= (end - 1) / SectorBytes; sector++)
        {
            // A page written again after a failed writeback is dirty again, over the content the disk really has.
            if (_lost.Remove(sector, out var old)) _unsynced[sector] = old;
            else if (!_unsynced.ContainsKey(sector)) _unsynced[sector] = _bytes.AsSpan(sector * SectorBytes, SectorBytes).ToArray();
        }
    }

    private void Restore(int sector, byte[] old) => old.CopyTo(_bytes.AsSpan(sector * SectorBytes));
}

/// <summary>A folder: the names now, and the changes a crash may keep or forget one by one.</summary>
internal sealed class FaultyFolder
{
    private readonly List<(string Name, object? Node)[]> _unsynced = [];
    private Dictionary<string, object> _durable = new(StringComparer.Ordinal);

    public Dictionary<string, object> Names { get; private set; } = new(StringComparer.Ordinal);

    /// <summary>One atomic change: each name gets a node, or goes.</summary>
    public void Change(params (string Name, object? Node)[] change)
    {
        Apply(Names, change);
        _unsynced.Add(change);
    }

    public void Sync()
    {
        _unsynced.Clear();
        _durable = new(Names, StringComparer.Ordinal);
    }

    public void Crash(Random random)
    {
        foreach (var change in _unsynced)
            if (random.Next(2) == 0) Apply(_durable, change);
        Names = new(_durable, StringComparer.Ordinal);
        _unsynced.Clear();
        foreach (var node in Names.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => pair.Value))
        {
            if (node is FaultyFolder folder) folder.Crash(random);
            else ((FaultyFile)node).Crash(random);
        }
    }

    public IEnumerable<FaultyFile> Files() =>
        Names.Values.SelectMany(node => node is FaultyFolder folder ? folder.Files() : [(FaultyFile)node]);

    public IEnumerable<(string Path, FaultyFile File)> Walk(string prefix) => Names.SelectMany(pair =>
        pair.Value is FaultyFolder folder ? folder.Walk($"{prefix}{pair.Key}/") : [($"{prefix}{pair.Key}", (FaultyFile)pair.Value)]);

    public FaultyFolder Copy()
    {
        var copy = new FaultyFolder();
        foreach (var (name, node) in Names) copy.Names[name] = node is FaultyFolder folder ? folder.Copy() : ((FaultyFile)node).Copy();
        copy.Sync();
        return copy;
    }

    private static void Apply(Dictionary<string, object> names, (string Name, object? Node)[] change)
    {
        foreach (var (name, node) in change)
        {
            if (node is null) names.Remove(name);
            else names[name] = node;
        }
    }
}
