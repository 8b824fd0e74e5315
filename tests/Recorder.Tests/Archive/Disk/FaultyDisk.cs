using System.Collections.Concurrent;
using Recorder.Archive.Disk;

namespace Recorder.Tests.Archive.Disk;

/// <summary>What a <see cref="FaultyDisk"/> does wrong. Chances are per call, from 0 to 1.</summary>
public sealed record DiskFaults
{
    /// <summary>A sync fails: some of the bytes reach the disk, the rest stay readable until a crash and are never
    /// written unless written again, as Linux treats pages after a failed writeback.</summary>
    public double FailSync { get; init; }

    public double FailWrite { get; init; }
    public double FailRead { get; init; }

    /// <summary>A sync says yes and does nothing.</summary>
    public bool LyingSync { get; init; }

    public long CapacityBytes { get; init; } = long.MaxValue;

    /// <summary>Only calls on paths with this prefix fail by chance.</summary>
    public string Under { get; init; } = "";
}

/// <summary>
/// A disk that keeps at a crash only what was synced, and of the rest a random part: sectors, length and names each on
/// their own. All randomness comes from the seed.
/// </summary>
public sealed class FaultyDisk(int seed) : IDisk
{
    private readonly Lock _gate = new();
    private readonly HashSet<string> _locks = new(StringComparer.Ordinal);
    private FaultyFolder _root = new();
    private int _epoch;
    private long _operationsToPowerLoss = long.MaxValue;
    private bool _powerLost;
    private long _operations;

    public DiskFaults Faults { get; set; } = new();

    /// <summary>Syncs asked of files, by path, failed ones too.</summary>
    public ConcurrentDictionary<string, int> Syncs { get; } = new(StringComparer.Ordinal);

    /// <summary>Calls so far, failed ones too.</summary>
    public long Operations => Interlocked.Read(ref _operations);

    /// <summary>Files synced again through the same opening after a sync of them had failed, which proves nothing.</summary>
    public ConcurrentQueue<string> SyncedAgain { get; } = [];

    /// <summary>So many of the next syncs of files fail.</summary>
    public int FailNextSyncs { get; set; }

    internal Random Random { get; } = new(seed);

    public long FreeBytes
    {
        get { lock (_gate) return Faults.CapacityBytes == long.MaxValue ? long.MaxValue : Math.Max(0, Faults.CapacityBytes - UsedBytes); }
    }

    public long UsedBytes
    {
        get { lock (_gate) return _root.Files().Sum(file => (long)file.Length); }
    }

    /// <summary>Power goes after so many further operations; the one it hits may be half done. All calls fail from then
    /// on, until <see cref="Crash"/>.</summary>
    public void LosePowerAfter(int operations)
    {
        lock (_gate) _operationsToPowerLoss = operations;
    }

    public bool PowerLost
    {
        get { lock (_gate) return _powerLost; }
    }

    /// <summary>The machine stops and starts again. Open files are dead.</summary>
    public void Crash()
    {
        lock (_gate)
        {
            Kill();
            _root.Crash(Random);
        }
    }

    /// <summary>The process dies and the machine goes on: what was written stays readable. Open files are dead.</summary>
    public void Kill()
    {
        lock (_gate)
        {
            _epoch++;
            _locks.Clear();
            _powerLost = false;
            _operationsToPowerLoss = long.MaxValue;
        }
    }

    /// <summary>Another disk with what is readable on this one now, all of it durable.</summary>
    public FaultyDisk Copy(int otherSeed)
    {
        lock (_gate) return new FaultyDisk(otherSeed) { _root = _root.Copy() };
    }

    /// <summary>All files with their lengths, in ordinal order.</summary>
    public IReadOnlyList<(string Path, int LengthBytes)> AllFiles()
    {
        lock (_gate) return [.. _root.Walk("").OrderBy(one => one.Path, StringComparer.Ordinal).Select(one => (one.Path, one.File.Length))];
    }

    /// <summary>Flips one bit that is on the disk already.</summary>
    public void Rot(string path, long offset, int bit = 0)
    {
        lock (_gate) FileAt(path).Flip(offset, bit);
    }

    public IDiskFile Open(string path, DiskMode mode)
    {
        lock (_gate)
        {
            Step();
            var (folder, name) = FolderOf(path);
            var found = folder.Names.GetValueOrDefault(name);
            if (found is FaultyFolder) throw new IOException($"{path} is a folder");
            if (mode == DiskMode.Create && found is not null) throw new IOException($"{path} exists already");
            if (mode is DiskMode.Read or DiskMode.Modify && found is null) throw new FileNotFoundException($"{path} does not exist", path);
            if (mode == DiskMode.Lock && !_locks.Add(path)) throw new IOException($"{path} is held by another");
            if (found is null) folder.Change((name, found = new FaultyFile()));
            return new Handle(this, (FaultyFile)found, path, mode, _epoch);
        }
    }

    public bool Exists(string path)
    {
        lock (_gate)
        {
            Step();
            return Find(path) is not null;
        }
    }

    public IReadOnlyList<string> List(string folder)
    {
        lock (_gate)
        {
            Step();
            return Find(folder) is FaultyFolder found ? found.Names.Keys.Order(StringComparer.Ordinal).ToList() : [];
        }
    }

    public void CreateFolder(string folder)
    {
        lock (_gate)
        {
            Step();
            var at = _root;
            foreach (var part in folder.Split('/'))
            {
                if (!at.Names.TryGetValue(part, out var next)) at.Change((part, next = new FaultyFolder()));
                at = next as FaultyFolder ?? throw new IOException($"{folder} is a file");
            }
        }
    }

    public void Rename(string from, string to)
    {
        lock (_gate)
        {
            Step();
            var file = FileAt(from);
            var (source, oldName) = FolderOf(from);
            var (target, newName) = FolderOf(to);
            if (source == target) source.Change((oldName, null), (newName, file));
            else
            {
                target.Change((newName, file));
                source.Change((oldName, null));
            }
        }
    }

    public void Delete(string path)
    {
        lock (_gate)
        {
            Step();
            if (Find(path) is not { } found) return;
            if (found is FaultyFolder { Names.Count: > 0 }) throw new IOException($"the folder {path} is not empty");
            var (folder, name) = FolderOf(path);
            folder.Change((name, null));
        }
    }

    public void SyncDirectory(string folder)
    {
        lock (_gate)
        {
            Step();
            var found = Find(folder) as FaultyFolder ?? throw new DirectoryNotFoundException($"{folder} is no folder");
            if (Fails(Faults.FailSync, folder)) throw new IOException($"fsync of {folder} failed (injected)");
            if (!Faults.LyingSync) found.Sync();
        }
    }

    private object? Find(string path)
    {
        object? at = _root;
        if (path.Length == 0) return at;
        foreach (var part in path.Split('/')) at = (at as FaultyFolder)?.Names.GetValueOrDefault(part);
        return at;
    }

    private FaultyFile FileAt(string path) => Find(path) as FaultyFile ?? throw new FileNotFoundException($"{path} does not exist", path);

    private (FaultyFolder Folder, string Name) FolderOf(string path)
    {
        var slash = path.LastIndexOf('/');
        var folder = slash < 0 ? "" : path[..slash];
        return (Find(folder) as FaultyFolder ?? throw new DirectoryNotFoundException($"{folder} is no folder"), path[(slash + 1)..]);
    }

    private bool Fails(double chance, string path) =>
        chance > 0 && path.StartsWith(Faults.Under, StringComparison.Ordinal) && Random.NextDouble() < chance;

    /// <returns>true when power goes during this very operation.</returns>
    private bool Step(bool canTear = false)
    {
        _operations++;
        if (!_powerLost && _operationsToPowerLoss-- > 0) return false;
        var now = !_powerLost;
        _powerLost = true;
        return now && canTear ? true : throw new IOException("power lost (injected)");
    }

    private sealed class Handle(FaultyDisk disk, FaultyFile file, string path, DiskMode mode, int epoch) : IDiskFile
    {
        private bool _disposed, _syncFailed;

        public long Length
        {
            get
            {
                lock (disk._gate)
                {
                    Check();
                    disk.Step();
                    return file.Length;
                }
            }
        }

        public int Read(long offset, Span<byte> buffer)
        {
            lock (disk._gate)
            {
                Check();
                disk.Step();
                if (disk.Fails(disk.Faults.FailRead, path)) throw new IOException($"read of {path} failed (injected)");
                return file.Read(offset, buffer);
            }
        }

        public void Write(long offset, ReadOnlySpan<byte> bytes)
        {
            lock (disk._gate)
            {
                Check();
                if (mode == DiskMode.Read) throw new IOException("opened for reading");
                var torn = disk.Step(canTear: true);
                var failed = torn || disk.Fails(disk.Faults.FailWrite, path);
                var growth = Math.Max(0, offset + bytes.Length - file.Length);
                var lacking = (int)Math.Max(0, growth - disk.FreeBytes);
                var take = failed ? disk.Random.Next(bytes.Length + 1) : Math.Max(0, bytes.Length - lacking);
                file.Write(offset, bytes[..take]);
                if (failed) throw new IOException($"write to {path} failed (injected)");
                if (take < bytes.Length) throw new DiskFullException("disk full (injected)");
            }
        }

        public void Truncate(long length)
        {
            lock (disk._gate)
            {
                Check();
                if (mode == DiskMode.Read) throw new IOException("opened for reading");
                disk.Step();
                file.Resize(checked((int)length));
            }
        }

        public void Sync()
        {
            lock (disk._gate)
            {
                Check();
                disk.Step();
                disk.Syncs.AddOrUpdate(path, 1, (_, count) => count + 1);
                if (_syncFailed) disk.SyncedAgain.Enqueue(path);
                if (disk.FailNextSyncs > 0 || disk.Fails(disk.Faults.FailSync, path))
                {
                    _syncFailed = true;
                    if (disk.FailNextSyncs > 0) disk.FailNextSyncs--;
                    file.FailSync(disk.Random);
                    throw new IOException($"fsync of {path} failed (injected)");
                }
                if (!disk.Faults.LyingSync) file.Sync();
            }
        }

        public void Dispose()
        {
            lock (disk._gate)
            {
                if (!_disposed && mode == DiskMode.Lock && epoch == disk._epoch) disk._locks.Remove(path);
                _disposed = true;
            }
        }

        private void Check()
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            if (epoch != disk._epoch) throw new IOException("opened before the crash");
        }
    }
}
