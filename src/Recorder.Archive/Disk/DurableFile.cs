namespace Recorder.Archive.Disk;

/// <summary>
/// The one durable-write routine: temporary file, write, check, fsync, rename, fsync the folder. After a crash the
/// name is either absent (or has its former content) or complete; only "*.tmp" leftovers can remain.
/// </summary>
public static class DurableFile
{
    /// <summary>What an unfinished write may leave behind.</summary>
    public const string TemporarySuffix = ".tmp";

    /// <summary>Writes a whole file front to back; its folder must exist and be durable (<see cref="EnsureFolder"/>).</summary>
    /// <param name="fill">Called once, with a buffered stream that can only be written.</param>
    /// <param name="replace">Replaces an existing file atomically; without it an existing one is an error.</param>
    /// <exception cref="IOException">The name exists, or the disk failed; a new name is absent then, a replaced one has its former or its new content.</exception>
    public static void Write(IDisk disk, string path, Action<Stream> fill, bool replace = false)
    {
        if (!replace && disk.Exists(path)) throw new IOException($"{path} exists already");
        var temporary = path + TemporarySuffix;
        disk.Delete(temporary);
        try
        {
            WriteAndSync(disk, temporary, fill);
            disk.Rename(temporary, path);
        }
        catch
        {
            TryDelete(disk, temporary);
            throw;
        }
        SyncName(disk, path, replace);
    }

    /// <summary>
    /// Creates a folder with its parents where needed and makes their names durable. One that is there already is
    /// synced too: a killed process or a failed sync may have left it with a name that a crash would take.
    /// </summary>
    public static void EnsureFolder(IDisk disk, string folder)
    {
        if (folder.Length == 0) return;
        EnsureFolder(disk, FolderOf(folder));
        if (!disk.Exists(folder)) disk.CreateFolder(folder);
        disk.SyncDirectory(FolderOf(folder));
    }

    public static string FolderOf(string path) => path.LastIndexOf('/') is >= 0 and var slash ? path[..slash] : "";

    private static void WriteAndSync(IDisk disk, string temporary, Action<Stream> fill)
    {
        using var file = disk.Open(temporary, DiskMode.Create);
        using var stream = new DiskWriteStream(file);
        fill(stream);
        stream.Flush();
        if (file.Length != stream.Position)
            throw new IOException($"{temporary} has {file.Length} bytes after {stream.Position} were written");
        file.Sync();
    }

    private static void SyncName(IDisk disk, string path, bool replace)
    {
        try { disk.SyncDirectory(FolderOf(path)); }
        catch (IOException) when (!replace)
        {
            // The caller learns that nothing is durable, so nothing may be found under the name later either.
            TryDelete(disk, path);
            throw;
        }
    }

    private static void TryDelete(IDisk disk, string path)
    {
        // The write's own failure is what the caller must see; a leftover is removed by the next write or clean-up.
        try { disk.Delete(path); }
        catch (IOException) { }
    }
}
