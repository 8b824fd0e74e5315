namespace Recorder.Archive.Disk;

/// <summary>A disk in memory, for tests and throwaway archives. Everything is durable at once and gone with the process.</summary>
/// <param name="capacityBytes">Writes beyond it throw <see cref="DiskFullException"/>.</param>
public sealed class MemoryDisk(long capacityBytes = long.MaxValue) : IDisk
{
    // A null value is a folder; an open file outlives its name, as on a real disk.
    private readonly Dictionary<string, MemoryFile?> _names = new(StringComparer.Ordinal) { [""] = null };
    private readonly HashSet<string> _locked = new(StringComparer.Ordinal);
    private readonly Lock _gate = new();
    private long _usedBytes;

    public long FreeBytes => capacityBytes - Interlocked.Read(ref _usedBytes);

    public IDiskFile Open(string path, DiskMode mode)
    {
        lock (_gate)
        {
            var exists = _names.TryGetValue(path, out var file);
            if (exists && file is null) throw new IOException($"{path} is a folder");
            if (mode == DiskMode.Create && exists) throw new IOException($"{path} exists already");
            if (mode is DiskMode.Read or DiskMode.Modify && !exists) throw new FileNotFoundException($"{path} does not exist", path);
            if (mode == DiskMode.Lock && !_locked.Add(path)) throw new IOException($"{path} is held by another");
            if (file is null) Add(path, file = new MemoryFile(this));
            return new Handle(file, mode, () => Release(path, mode));
        }
    }

    public bool Exists(string path)
    {
        lock (_gate) return _names.ContainsKey(path);
    }

    public IReadOnlyList<string> List(string folder)
    {
        lock (_gate)
        {
            return _names.Keys.Where(path => path.Length > 0 && DurableFile.FolderOf(path) == folder)
                .Select(path => path[(path.LastIndexOf('/') + 1)..]).Order(StringComparer.Ordinal).ToList();
        }
    }

    public void CreateFolder(string folder)
    {
        lock (_gate)
        {
            if (_names.TryGetValue(folder, out var found) && found is null) return;
            CreateFolder(DurableFile.FolderOf(folder));
            Add(folder, null);
        }
    }

    public void Rename(string from, string to)
    {
        lock (_gate)
        {
            if (!_names.TryGetValue(from, out var file) || file is null) throw new FileNotFoundException($"{from} does not exist", from);
            _names.Remove(to);
            Add(to, file);
            if (from != to) _names.Remove(from);
        }
    }

    public void Delete(string path)
    {
        lock (_gate)
        {
            if (!_names.TryGetValue(path, out var file)) return;
            if (file is null && List(path).Count > 0) throw new IOException($"the folder {path} is not empty");
            _names.Remove(path);
            if (file is not null) Interlocked.Add(ref _usedBytes, -file.Length);
        }
    }

    public void SyncDirectory(string folder)
    {
        lock (_gate)
        {
            if (!_names.TryGetValue(folder, out var file) || file is not null) throw new DirectoryNotFoundException($"{folder} is no folder");
        }
    }

    private void Add(string path, MemoryFile? file)
    {
        var folder = DurableFile.FolderOf(path);
        if (!_names.TryGetValue(folder, out var found) || found is not null) throw new DirectoryNotFoundException($"{folder} is no folder");
        if (!_names.TryAdd(path, file)) throw new IOException($"{path} exists already");
    }

    private void Release(string path, DiskMode mode)
    {
        if (mode != DiskMode.Lock) return;
        lock (_gate) _locked.Remove(path);
    }

    private void Grow(long bytes)
    {
        if (bytes > FreeBytes) throw new DiskFullException("the memory disk is full");
        Interlocked.Add(ref _usedBytes, bytes);
    }

    private sealed class MemoryFile(MemoryDisk disk)
    {
        private readonly Lock _gate = new();
        private byte[] _bytes = [];
        private int _length;

        public long Length => Volatile.Read(ref _length);

        public int Read(long offset, Span<byte> buffer)
        {
            lock (_gate)
            {
                if (offset >= _length) return 0;
                var count = (int)Math.Min(buffer.Length, _length - offset);
                _bytes.AsSpan((int)offset, count).CopyTo(buffer);
                return count;
            }
        }

        public void Write(long offset, ReadOnlySpan<byte> bytes)
        {
            lock (_gate)
            {
                Resize(Math.Max(_length, checked((int)(offset + bytes.Length))));
                bytes.CopyTo(_bytes.AsSpan((int)offset));
            }
        }

        public void Truncate(long length)
        {
            lock (_gate) Resize(checked((int)length));
        }

        private void Resize(int length)
        {
            disk.Grow(length - _length);
            if (length > _bytes.Length) Array.Resize(ref _bytes, Math.Max(length, _bytes.Length * 2));
            if (length < _length) _bytes.AsSpan(length, _length - length).Clear();
            _length = length;
        }
    }

    private sealed class Handle(MemoryFile file, DiskMode mode, Action release) : IDiskFile
    {
        private Action? _release = release;

        public long Length => Live.Length;

        private MemoryFile Live => _release is null ? throw new ObjectDisposedException(nameof(IDiskFile)) : file;
        private MemoryFile Writable => mode == DiskMode.Read ? throw new IOException("opened for reading") : Live;

        public int Read(long offset, Span<byte> buffer) => Live.Read(offset, buffer);
        public void Write(long offset, ReadOnlySpan<byte> bytes) => Writable.Write(offset, bytes);
        public void Truncate(long length) => Writable.Truncate(length);
        public void Sync() => _ = Live;
        public void Dispose() => Interlocked.Exchange(ref _release, null)?.Invoke();
    }
}
