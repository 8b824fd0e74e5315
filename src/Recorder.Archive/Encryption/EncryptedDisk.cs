using Recorder.Archive.Disk;

namespace Recorder.Archive.Encryption;

/// <summary>
/// A disk on which segments and large bodies are encrypted, and whoever reads and writes them does not notice. Each gets a key of its
/// own when it is written; before it is deleted its key is given up. Everything else passes as it is: the log's own files, which
/// grow, encrypt their batches themselves (<see cref="BatchCipher"/>).
/// </summary>
internal sealed class EncryptedDisk(IDisk raw, FileKeys keys) : IDisk
{
    /// <summary>Of a large body. Its name says that it is encrypted, since its bytes are anybody's.</summary>
    public const string BodySuffix = ".aes";
    private const string SegmentSuffix = ".seg", NewSegmentSuffix = SegmentSuffix + DurableFile.TemporarySuffix;

    /// <summary>The files as they are.</summary>
    public IDisk Raw => raw;

    public FileKeys Keys => keys;

    public long FreeBytes => raw.FreeBytes;

    public IDiskFile Open(string path, DiskMode mode) => mode switch
    {
        DiskMode.Create when keys.Encrypts && NameOfNew(path) is { } name => new EncryptedWriter(raw.Open(path, mode), keys, FileKeys.Make(name)),
        DiskMode.Read when Has(path, SegmentSuffix) || Has(path, BodySuffix) => OpenRead(raw.Open(path, mode), path),
        _ => raw.Open(path, mode),
    };

    public void Delete(string path)
    {
        if (keys.Has(path)) keys.Forget(path);
        raw.Delete(path);
    }

    public bool Exists(string path) => raw.Exists(path);
    public IReadOnlyList<string> List(string folder) => raw.List(folder);
    public void CreateFolder(string folder) => raw.CreateFolder(folder);
    public void Rename(string from, string to) => raw.Rename(from, to);
    public void SyncDirectory(string folder) => raw.SyncDirectory(folder);

    /// <summary>An open file of this disk, or of a copy of it, as its plain bytes.</summary>
    /// <param name="owns">The file is closed with what is returned; otherwise it stays open.</param>
    public IDiskFile PlainOf(IDiskFile file, string path, bool owns) => EncryptedFile.OpenRead(file, path, keys, Has(path, BodySuffix), owns);

    /// <summary>How many bytes a file has on the disk that has so many to its reader.</summary>
    public long StoredBytes(string path, long plainBytes)
    {
        if (keys.Has(path)) return EncryptedFile.StoredBytes(plainBytes);
        return keys.Count > 0 && IsEncrypted(raw, path) ? EncryptedFile.StoredBytes(plainBytes) : plainBytes;
    }

    public static bool IsEncrypted(IDisk disk, string path)
    {
        if (!disk.Exists(path)) return false;
        using var file = disk.Open(path, DiskMode.Read);
        var bytes = new byte[EncryptedFile.HeadBytes];
        return EncryptedFile.Begins(bytes.AsSpan(0, file.Read(0, bytes)));
    }

    private IDiskFile OpenRead(IDiskFile file, string path)
    {
        try { return PlainOf(file, path, owns: true); }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    private static string? NameOfNew(string path) =>
        Has(path, NewSegmentSuffix) ? path[..^DurableFile.TemporarySuffix.Length] : Has(path, BodySuffix) ? path : null;

    private static bool Has(string path, string suffix) => path.EndsWith(suffix, StringComparison.Ordinal);
}
