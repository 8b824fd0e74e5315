using Recorder.Archive.Disk;

namespace Recorder.Archive.Segments;

/// <summary>Segments as files under one folder of a disk.</summary>
public sealed class FolderSegmentStore : ISegmentStore
{
    private readonly IDisk _disk;
    private readonly string _folder;

    /// <summary>
    /// Opens the folder, creating it where needed; removes what an unfinished put left behind, and syncs the folders:
    /// a name that a killed process had renamed but not yet synced must not be trusted before.
    /// </summary>
    /// <param name="folder">Relative to the disk's root, '/'-separated.</param>
    public FolderSegmentStore(IDisk disk, string folder)
    {
        (_disk, _folder) = (disk, folder.Trim('/'));
        DurableFile.EnsureFolder(disk, _folder);
        var files = Walk(_folder).ToList();
        foreach (var leftover in files.Where(IsTemporary)) disk.Delete(leftover);
        foreach (var name in files.Select(DurableFile.FolderOf).Append(_folder).Distinct()) disk.SyncDirectory(name);
    }

    /// <exception cref="ArgumentException">Only the last part of a name has a dot, and it must have one.</exception>
    public void Put(string name, Action<Stream> write)
    {
        var dot = name.IndexOf('.');
        if (dot < 0 || dot < name.LastIndexOf('/')) throw new ArgumentException($"{name} is no object name", nameof(name));
        var path = PathOf(name);
        DurableFile.EnsureFolder(_disk, DurableFile.FolderOf(path));
        DurableFile.Write(_disk, path, write);
    }

    public int ReadRange(string name, long offset, Span<byte> buffer)
    {
        using var file = _disk.Open(PathOf(name), DiskMode.Read);
        return file.Read(offset, buffer);
    }

    public long LengthOf(string name)
    {
        using var file = _disk.Open(PathOf(name), DiskMode.Read);
        return file.Length;
    }

    public IReadOnlyList<string> List(string prefix)
    {
        var start = _folder.Length == 0 ? 0 : _folder.Length + 1;
        // Only the part of the prefix that names folders narrows the walk; the rest filters.
        var root = PathOf(prefix.LastIndexOf('/') is >= 0 and var slash ? prefix[..slash] : "");
        return Walk(root).Where(path => !IsTemporary(path)).Select(path => path[start..])
            .Where(name => name.StartsWith(prefix, StringComparison.Ordinal)).Order(StringComparer.Ordinal).ToList();
    }

    public void Delete(string name)
    {
        var path = PathOf(name);
        if (!_disk.Exists(path)) return;
        _disk.Delete(path);
        _disk.SyncDirectory(DurableFile.FolderOf(path));
    }

    private string PathOf(string name)
    {
        if (name.Split('/').Any(part => part is "." or "..")) throw new ArgumentException($"{name} is no object name", nameof(name));
        return _folder.Length == 0 ? name : name.Length == 0 ? _folder : $"{_folder}/{name}";
    }

    private static bool IsTemporary(string path) => path.EndsWith(DurableFile.TemporarySuffix, StringComparison.Ordinal);

    // Object names have a dot in their last part and never in the folders before it (Put), so that a listing tells
    // files from folders without a question to the disk for each.
    private IEnumerable<string> Walk(string folder)
    {
        foreach (var name in _disk.List(folder))
        {
            var path = folder.Length == 0 ? name : $"{folder}/{name}";
            if (name.Contains('.')) yield return path;
            else foreach (var inner in Walk(path)) yield return inner;
        }
    }
}
