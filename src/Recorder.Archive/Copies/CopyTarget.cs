using Recorder.Archive.Disk;

namespace Recorder.Archive.Copies;

/// <summary>A folder that takes copies, held by one at a time. It is empty at first, or one of ours.</summary>
public sealed class CopyTarget : IDisposable
{
    /// <summary>Says that the folder takes copies, before there is a manifest.</summary>
    public const string MarkName = "backup.lock";
    private readonly IDiskFile _lock;

    private CopyTarget(IDisk disk, IDiskFile held, CopyManifest? manifest) => (Disk, _lock, Manifest) = (disk, held, manifest);

    public IDisk Disk { get; }

    /// <summary>What it holds; null before the first copy has ended.</summary>
    public CopyManifest? Manifest { get; internal set; }

    /// <exception cref="CopyRefusedException">It holds something else, or another copy is being made into it.</exception>
    public static CopyTarget Open(IDisk disk)
    {
        if (!disk.Exists(MarkName) && disk.List("").Count > 0)
            throw new CopyRefusedException("the folder holds something that is no backup; name an empty or a new one");
        try
        {
            var held = disk.Open(MarkName, DiskMode.Lock);
            try
            {
                disk.SyncDirectory("");
                return new CopyTarget(disk, held, CopyManifest.Load(disk));
            }
            catch
            {
                held.Dispose();
                throw;
            }
        }
        catch (ArchiveException e)
        {
            throw new CopyRefusedException($"{e.Message}; name another folder, or take its files away first");
        }
        catch (IOException e) when (e is not DiskFullException)
        {
            throw new CopyRefusedException($"the folder cannot be used, or another copy is being made into it: {e.Message}");
        }
    }

    public void Dispose() => _lock.Dispose();

    internal long? LengthOf(string path)
    {
        if (!Disk.Exists(path)) return null;
        using var file = Disk.Open(path, DiskMode.Read);
        return file.Length;
    }
}
