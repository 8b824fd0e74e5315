using System.Collections.Concurrent;
using System.IO.Compression;
using Recorder.Archive;

namespace Recorder.Transfer.Sources;

/// <summary>
/// The messages in zips: files named *.eml, and those of Maildirs. Several are unpacked side by side, each from an opening of its
/// own; none is unpacked beyond the length that its zip states.
/// </summary>
internal sealed class ZipSource : IMailSource, IDisposable
{
    /// <summary>No message is larger, and a small zip can state any length.</summary>
    private const long MaxMessageBytes = 256L << 20;

    private readonly ConcurrentBag<(string Path, ZipArchive Zip)> idle = [];
    private readonly List<(string Path, int Index, string Name, DateTimeOffset At, string? Problem)> messages = [];

    /// <param name="paths">The zips.</param>
    /// <exception cref="IOException">One cannot be read.</exception>
    public ZipSource(IEnumerable<string> paths)
    {
        try
        {
            foreach (var path in paths) List(path);
        }
        catch (InvalidDataException error)
        {
            throw new IOException(error.Message, error);
        }
    }

    public string Format => "zip";

    public long Total => messages.Count;

    /// <summary>Whether a file begins like a zip (APPNOTE 4.3.7; 4.3.16 for an empty one).</summary>
    public static bool Is(string path)
    {
        Span<byte> head = stackalloc byte[4];
        using var file = File.OpenRead(path);
        return file.ReadAtLeast(head, head.Length, throwOnEndOfStream: false) == head.Length && (head.SequenceEqual("PK\u0003\u0004"u8) || head.SequenceEqual("PK\u0005\u0006"u8));
    }

    public IEnumerable<SourceMail> Read() => messages.Select((one, number) => new SourceMail(
        one.Name, () => Open(one.Path, one.Index), null, one.At, number + 1, one.Problem));

    public void Dispose()
    {
        while (idle.TryTake(out var one)) one.Zip.Dispose();
    }

    private void List(string path)
    {
        var zip = ZipFile.OpenRead(path);
        for (var index = 0; index < zip.Entries.Count; index++)
        {
            var entry = zip.Entries[index];
            if (IsMail(entry.FullName)) messages.Add((path, index, $"{Path.GetFileName(path)}/{entry.FullName}", TimeOf(entry), ProblemOf(entry)));
        }

        idle.Add((path, zip));
    }

    private static bool IsMail(string name)
    {
        var parts = name.Split('/');
        return name.EndsWith(".eml", StringComparison.OrdinalIgnoreCase) || (parts.Length > 1 && parts[^2] is "cur" or "new" && parts[^1].Length > 0);
    }

    // Zips state no zone; ours write UTC.
    private static DateTimeOffset TimeOf(ZipArchiveEntry entry) => new(DateTime.SpecifyKind(entry.LastWriteTime.DateTime, DateTimeKind.Utc));

    private static string? ProblemOf(ZipArchiveEntry entry) =>
        entry.IsEncrypted ? "is encrypted: unpack the zip with its password and import the folder"
        : entry.Length > MaxMessageBytes ? $"states {entry.Length} bytes, which no message has" : null;

    private Stream Open(string path, int index)
    {
        var zip = Take(path);
        try
        {
            return new Unpacked(zip.Entries[index].Open(), zip.Entries[index].Length, () => idle.Add((path, zip)));
        }
        catch (InvalidDataException error)
        {
            idle.Add((path, zip));
            throw new IOException(error.Message, error);
        }
    }

    private ZipArchive Take(string path)
    {
        var others = new List<(string, ZipArchive)>();
        ZipArchive? found = null;
        while (found is null && idle.TryTake(out var one))
        {
            if (one.Path == path) found = one.Zip;
            else others.Add(one);
        }

        others.ForEach(idle.Add);
        return found ?? ZipFile.OpenRead(path);
    }

    /// <summary>An entry up to its stated length; gives its zip back when it is closed.</summary>
    private sealed class Unpacked(Stream inner, long length, Action close) : ForwardStream
    {
        private long at;
        private bool isClosed;

        public override int Read(Span<byte> buffer)
        {
            try
            {
                var read = inner.Read(buffer[..(int)Math.Min(buffer.Length, length - at)]);
                at += read;
                return read > 0 || at == length || buffer.IsEmpty ? read : throw new EndOfStreamException("it is shorter than its zip states");
            }
            catch (InvalidDataException error)
            {
                throw new IOException(error.Message, error);
            }
        }

        protected override void Dispose(bool disposing)
        {
            if (isClosed) return;
            isClosed = true;
            inner.Dispose();
            close();
        }
    }
}
