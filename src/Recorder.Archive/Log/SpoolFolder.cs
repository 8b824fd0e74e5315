using System.Globalization;
using System.Security.Cryptography;
using Recorder.Archive.Disk;
using Recorder.Archive.Encryption;

namespace Recorder.Archive.Log;

/// <summary>
/// Large bodies before they are sealed: one file each in a folder a day, deleted when nobody refers to it any more.
/// A reference is an open content or an entry of a log file.
/// </summary>
internal sealed class SpoolFolder
{
    private const string Suffix = ".body";
    private readonly IDisk _disk;
    private readonly string _root;
    private readonly Lock _gate = new();
    private readonly Dictionary<string, int> _references = new(StringComparer.Ordinal);
    // The folder new files go to; its own name is durable.
    private string _today = "";

    public SpoolFolder(IDisk disk, string root)
    {
        (_disk, _root) = (disk, root);
        DurableFile.EnsureFolder(disk, root);
        // A folder that a killed process made may not be durable yet.
        disk.SyncDirectory(DurableFile.FolderOf(root));
    }

    /// <summary>A new file with one reference.</summary>
    public (string Name, IDiskFile File) Create(DateOnly day)
    {
        var folder = day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
        var suffix = _disk is EncryptedDisk { Keys.Encrypts: true } ? EncryptedDisk.BodySuffix : Suffix;
        var name = $"{folder}/{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16))}{suffix}";
        lock (_gate)
        {
            if (folder != _today) MakeDurable(folder);
            var file = _disk.Open(PathOf(name), DiskMode.Create);
            _references[name] = 1;
            return (name, file);
        }
    }

    /// <exception cref="FileNotFoundException">Its entry was sealed meanwhile, or it is lost.</exception>
    public IDiskFile Open(string name)
    {
        try { return _disk.Open(PathOf(name), DiskMode.Read); }
        catch (DirectoryNotFoundException e) { throw new FileNotFoundException(e.Message, name, e); }
    }

    /// <summary>Makes the names in the file's folder durable.</summary>
    public void SyncFolderOf(string name) => _disk.SyncDirectory(DurableFile.FolderOf(PathOf(name)));

    public void Acquire(string name)
    {
        lock (_gate) _references[name] = _references.GetValueOrDefault(name) + 1;
    }

    /// <summary>One more reference to a file that has one.</summary>
    /// <returns>false when it has none: its entry is sealed.</returns>
    public bool TryHold(string name)
    {
        lock (_gate)
        {
            if (!_references.TryGetValue(name, out var count)) return false;
            _references[name] = count + 1;
            return true;
        }
    }

    public void Release(string name)
    {
        lock (_gate)
        {
            if (!_references.TryGetValue(name, out var count)) return;
            if (count > 1)
            {
                _references[name] = count - 1;
                return;
            }
            _references.Remove(name);
            DeleteFile(name);
        }
    }

    /// <summary>Keeps a damaged body under a path that nothing here deletes.</summary>
    public void MoveAway(string name, string path)
    {
        lock (_gate)
        {
            _references.Remove(name);
            if (_disk.Exists(PathOf(name))) _disk.Rename(PathOf(name), path);
        }
    }

    /// <summary>Deletes the files that nothing refers to: what a crash left of mail that was never recorded.</summary>
    /// <returns>How many.</returns>
    public int DeleteOrphans()
    {
        lock (_gate)
        {
            var orphans = _disk.List(_root).SelectMany(day => _disk.List($"{_root}/{day}").Select(file => $"{day}/{file}"))
                .Where(name => !_references.ContainsKey(name)).ToList();
            foreach (var name in orphans) DeleteFile(name);
            foreach (var day in _disk.List(_root)) DeleteIfEmpty(day);
            return orphans.Count;
        }
    }

    private void MakeDurable(string day)
    {
        _disk.CreateFolder($"{_root}/{day}");
        _disk.SyncDirectory(_root);
        _today = day;
    }

    // A file that cannot be deleted now is an orphan at the next start; keeping it harms nothing but space.
    private void DeleteFile(string name)
    {
        try
        {
            _disk.Delete(PathOf(name));
            DeleteIfEmpty(DurableFile.FolderOf(name));
        }
        catch (IOException)
        {
        }
    }

    private void DeleteIfEmpty(string day)
    {
        if (day == _today || _disk.List($"{_root}/{day}").Count > 0) return;
        _disk.Delete($"{_root}/{day}");
    }

    private string PathOf(string name) => $"{_root}/{name}";
}
