using System.Security.Cryptography;
using Recorder.Archive.Disk;

namespace Recorder.Archive.Copies;

/// <summary>One file on its way into a copy.</summary>
internal sealed class CopiedFile(IDisk target, ImageFile file, string path)
{
    private const int HeaderBytes = 256;

    public ImageFile File => file;
    public string Path => path;
    public long WrittenBytes { get; private set; }

    /// <summary>The entry of what the copy holds already, where that is what it should hold.</summary>
    /// <param name="good">Listed, and of the length listed.</param>
    /// <param name="isNew">Not listed: what is there is of a copy that was interrupted, and is believed when it is whole.</param>
    public CopyEntry? Reuse(CopyEntry? good, bool isNew, CancellationToken cancel)
    {
        CheckSourceLength();
        if (good is not null && good.Bytes == file.LengthBytes && (!CanDiffer || IsSame(good, cancel))) return good;
        return isNew && !file.Grows && !file.MayChange ? Adopt(cancel) : null;
    }

    /// <summary>Writes what is missing of it, durably, and reads it back.</summary>
    /// <exception cref="IOException">The target does not hold what was written.</exception>
    public CopyEntry Copy(CopyEntry? good, CancellationToken cancel)
    {
        var from = file.Grows && good is not null && good.Bytes < file.LengthBytes && BeginsAlike() ? good.Bytes : 0;
        if (from > 0) Append(from, cancel);
        else Write(cancel);
        WrittenBytes = file.LengthBytes - from;
        return Checked(from, cancel);
    }

    private bool CanDiffer => file.Grows || file.MayChange;

    private bool IsSame(CopyEntry good, CancellationToken cancel) =>
        file.Grows ? BeginsAlike() : FromSource(source => Convert.ToHexStringLower(FileHash.Of(source, file.LengthBytes, cancel))) == good.Sha256;

    // A segment that lost bytes of its own must not pass for unchanged.
    private void CheckSourceLength()
    {
        var length = FromSource(source => source.Length);
        if (length < file.LengthBytes)
            throw new SourceException($"it has {length} bytes instead of {file.LengthBytes}", new EndOfStreamException());
    }

    private CopyEntry? Adopt(CancellationToken cancel)
    {
        if (!target.Exists(path)) return null;
        using var copy = target.Open(path, DiskMode.Read);
        if (copy.Length != file.LengthBytes || file.ProblemOf(copy, 0, cancel) is not null) return null;
        return new CopyEntry(path, file.LengthBytes, Convert.ToHexStringLower(FileHash.Of(copy, file.LengthBytes, cancel)));
    }

    private bool BeginsAlike()
    {
        var (ours, theirs) = (new byte[HeaderBytes], new byte[HeaderBytes]);
        using var copy = target.Open(path, DiskMode.Read);
        copy.Read(0, ours);
        FromSource(source => source.Read(0, theirs));
        return ours.AsSpan().SequenceEqual(theirs);
    }

    private void Write(CancellationToken cancel)
    {
        DurableFile.EnsureFolder(target, DurableFile.FolderOf(path));
        DurableFile.Write(target, path, stream => Pump(0, bytes => stream.Write(bytes.Span), cancel), replace: true);
    }

    // What is listed of the file stays as it is, so a manifest from before still tells the truth about it.
    private void Append(long from, CancellationToken cancel)
    {
        using var copy = target.Open(path, DiskMode.Modify);
        copy.Truncate(from);
        var at = from;
        Pump(from, bytes =>
        {
            copy.Write(at, bytes.Span);
            at += bytes.Length;
        }, cancel);
        copy.Sync();
    }

    private void Pump(long from, Action<ReadOnlyMemory<byte>> write, CancellationToken cancel)
    {
        var buffer = new byte[(int)Math.Clamp(file.LengthBytes - from, 1, FileHash.BufferBytes)];
        using var source = OpenSource();
        for (var at = from; at < file.LengthBytes;)
        {
            cancel.ThrowIfCancellationRequested();
            var read = ReadSource(source, at, buffer.AsSpan(0, (int)Math.Min(buffer.Length, file.LengthBytes - at)));
            write(buffer.AsMemory(0, read));
            at += read;
        }
    }

    private CopyEntry Checked(long from, CancellationToken cancel)
    {
        using var copy = target.Open(path, DiskMode.Read);
        var problem = file.ProblemOf(copy, from, cancel);
        if (problem is not null && FromSource(source => file.ProblemOf(source, from, cancel)) is null)
            throw new IOException($"{path} in the copy is not what was written there: {problem}");
        return new CopyEntry(path, file.LengthBytes, Convert.ToHexStringLower(FileHash.Of(copy, file.LengthBytes, cancel)), problem);
    }

    private T FromSource<T>(Func<IDiskFile, T> read)
    {
        using var source = OpenSource();
        try { return read(source); }
        catch (IOException e) { throw new SourceException($"it cannot be read: {e.Message}", e); }
    }

    private IDiskFile OpenSource()
    {
        try { return file.OpenSource(); }
        catch (IOException e) { throw new SourceException($"it cannot be opened: {e.Message}", e); }
    }

    private int ReadSource(IDiskFile source, long at, Span<byte> buffer)
    {
        try
        {
            var read = source.Read(at, buffer);
            return read > 0 ? read : throw new EndOfStreamException($"it ends at {at}");
        }
        catch (IOException e)
        {
            throw new SourceException($"it cannot be read: {e.Message}", e);
        }
    }
}
