namespace Recorder.Archive.Disk;

/// <summary>The files under one folder of this machine. Folders it creates are the owner's alone (mode 0700).</summary>
public sealed class RealDisk : IDisk
{
    private readonly string _root;

    /// <param name="root">Created where absent, its own name made durable.</param>
    public RealDisk(string root)
    {
        _root = Path.GetFullPath(root);
        if (Directory.Exists(_root)) return;
        CreateOwned(_root);
        if (Path.GetDirectoryName(_root) is { } parent) DirectorySync.Sync(parent);
    }

    public long FreeBytes => new DriveInfo(_root).AvailableFreeSpace;

    public IDiskFile Open(string path, DiskMode mode)
    {
        var (fileMode, access, share) = mode switch
        {
            DiskMode.Read => (FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete),
            DiskMode.Create => (FileMode.CreateNew, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete),
            DiskMode.Modify => (FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete),
            DiskMode.Lock => (FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None),
            _ => throw new ArgumentOutOfRangeException(nameof(mode), mode, null),
        };
        try
        {
            return new RealFile(File.OpenHandle(FullPath(path), fileMode, access, share));
        }
        catch (Exception e) when (DiskErrors.Translate(e) is { } better)
        {
            throw better;
        }
    }

    public bool Exists(string path) => Path.Exists(FullPath(path));

    public IReadOnlyList<string> List(string folder)
    {
        try
        {
            return new DirectoryInfo(FullPath(folder)).EnumerateFileSystemInfos()
                .Select(found => found.Name).Order(StringComparer.Ordinal).ToList();
        }
        catch (DirectoryNotFoundException)
        {
            return [];
        }
        catch (Exception e) when (DiskErrors.Translate(e) is { } better)
        {
            throw better;
        }
    }

    public void CreateFolder(string folder) => Try(() => CreateOwned(FullPath(folder)));

    public void Rename(string from, string to) => Try(() => File.Move(FullPath(from), FullPath(to), overwrite: true));

    public void Delete(string path) => Try(() =>
    {
        var full = FullPath(path);
        if (Directory.Exists(full)) Directory.Delete(full);
        else if (File.Exists(full)) File.Delete(full);
    });

    public void SyncDirectory(string folder) => DirectorySync.Sync(FullPath(folder));

    private string FullPath(string path)
    {
        if (path.StartsWith('/') || path.Split('/').Contains(".."))
            throw new ArgumentException($"{path} leaves the root", nameof(path));
        return Path.Combine(_root, path);
    }

    private static void CreateOwned(string path)
    {
        if (OperatingSystem.IsWindows()) Directory.CreateDirectory(path);
        else Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    private static void Try(Action act)
    {
        try
        {
            act();
        }
        catch (Exception e) when (DiskErrors.Translate(e) is { } better)
        {
            throw better;
        }
    }
}
