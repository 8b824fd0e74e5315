namespace Recorder.Archive.Disk;

public enum DiskMode
{
    Read,

    /// <summary>A new file; an existing one is an error.</summary>
    Create,

    /// <summary>An existing file, for reading and writing.</summary>
    Modify,

    /// <summary>A file held by one opener at a time, created where absent; a second opener, of any process, gets an
    /// <see cref="IOException"/> until the first disposes it or dies.</summary>
    Lock,
}

/// <summary>
/// The one way to the disk, so that faults can be put in its place. Paths are relative to the root, separated by '/'.
/// Calls block: the writer and the sealer own their threads. Errors are <see cref="IOException"/>, a full volume is
/// <see cref="DiskFullException"/>.
/// </summary>
/// <remarks>
/// A file's bytes are durable after its <see cref="IDiskFile.Sync"/>; its name (creation, rename, deletion) only after
/// <see cref="SyncDirectory"/> of its folder (fsync(2), NOTES).
/// </remarks>
public interface IDisk
{
    IDiskFile Open(string path, DiskMode mode);
    bool Exists(string path);

    /// <summary>Names (not paths) of files and folders directly in a folder, in ordinal order; empty when there is no such folder.</summary>
    IReadOnlyList<string> List(string folder);

    /// <summary>With its parents; each new one's own parent still has to be synced.</summary>
    void CreateFolder(string folder);

    /// <summary>A file; replaces an existing target.</summary>
    void Rename(string from, string to);

    /// <summary>A file or an empty folder; a missing one is no error.</summary>
    void Delete(string path);

    /// <summary>Makes the names in a folder durable; "" is the root.</summary>
    void SyncDirectory(string folder);

    long FreeBytes { get; }
}

public interface IDiskFile : IDisposable
{
    long Length { get; }

    /// <returns>Bytes read; fewer than asked only at the end of the file.</returns>
    int Read(long offset, Span<byte> buffer);

    /// <summary>Writes all or throws.</summary>
    void Write(long offset, ReadOnlySpan<byte> bytes);

    void Truncate(long length);

    /// <summary>After a failed one the file must not be trusted to hold what was written, and must not be synced again.</summary>
    void Sync();
}

public sealed class DiskFullException(string message, Exception? inner = null) : IOException(message, inner);
