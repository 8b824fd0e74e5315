using Recorder.Archive.Disk;

namespace Recorder.Tests.Archive.Disk;

/// <summary>All files of a disk, as bytes.</summary>
internal static class DiskLook
{
    public static IReadOnlyList<string> Paths(this MemoryDisk disk, string folder = "") =>
        [.. disk.List(folder).Select(name => folder.Length == 0 ? name : $"{folder}/{name}").SelectMany(path => IsFolder(disk, path) ? Paths(disk, path) : [path])];

    public static byte[] Bytes(this MemoryDisk disk, string path)
    {
        using var file = disk.Open(path, DiskMode.Read);
        var bytes = new byte[file.Length];
        file.Read(0, bytes);
        return bytes;
    }

    public static void Put(this MemoryDisk disk, string path, byte[] bytes)
    {
        disk.Delete(path);
        using var file = disk.Open(path, DiskMode.Create);
        file.Write(0, bytes);
    }

    private static bool IsFolder(MemoryDisk disk, string path)
    {
        try
        {
            disk.SyncDirectory(path);
            return true;
        }
        catch (DirectoryNotFoundException)
        {
            return false;
        }
    }
}
