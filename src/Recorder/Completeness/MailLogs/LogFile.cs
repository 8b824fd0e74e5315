using System.IO.Compression;
using Recorder.Archive.Disk;

namespace Recorder.Completeness.MailLogs;

/// <summary>A log on the disk or on standard input, unpacked while it is read. What packed it is told by its first bytes, not by its name.</summary>
public sealed class LogFile : IDisposable
{
    public const string StandardInput = "-";
    private const int HeadBytes = 6;

    private readonly Stream raw;

    private LogFile(string name, Stream raw, Stream text, DateTimeOffset writtenAt, long? lengthBytes) =>
        (Name, this.raw, Text, WrittenAt, LengthBytes) = (name, raw, text, writtenAt, lengthBytes);

    public string Name { get; }

    public Stream Text { get; }

    /// <summary>When the file was last written; of standard input, now.</summary>
    public DateTimeOffset WrittenAt { get; }

    /// <summary>Of the file as it lies there; null of standard input.</summary>
    public long? LengthBytes { get; }

    /// <summary>How far the file is read, packed as it is.</summary>
    public long ReadBytes => LengthBytes is null ? 0 : raw.Position;

    /// <exception cref="IOException">It is not there, may not be read, or is packed in a way that is not known here.</exception>
    public static LogFile Open(string path, TimeProvider time)
    {
        if (path == StandardInput)
        {
            var input = Console.OpenStandardInput();
            return new LogFile("standard input", input, Unpacked(path, new HeadStream(input, HeadBytes)), time.GetUtcNow(), null);
        }

        try
        {
            var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 1 << 16);
            return new LogFile(path, file, Unpacked(path, new HeadStream(file, HeadBytes)), File.GetLastWriteTimeUtc(path), file.Length);
        }
        catch (UnauthorizedAccessException error)
        {
            throw new IOException(error.Message, error);
        }
    }

    private static Stream Unpacked(string path, HeadStream stream)
    {
        var head = stream.Head;
        if (head.StartsWith((ReadOnlySpan<byte>)[0x1F, 0x8B])) return new GZipStream(stream, CompressionMode.Decompress);
        if (head.StartsWith((ReadOnlySpan<byte>)[0x28, 0xB5, 0x2F, 0xFD])) return ZstandardFile.Unpack(stream);
        if (head.StartsWith((ReadOnlySpan<byte>)[0xFD, 0x37, 0x7A, 0x58, 0x5A])) throw new IOException($"{path} is packed with xz: xzcat {path} | recorder reconcile --maillog -");
        if (head.StartsWith("BZh"u8)) throw new IOException($"{path} is packed with bzip2: bzcat {path} | recorder reconcile --maillog -");
        return stream;
    }

    public void Dispose()
    {
        Text.Dispose();
        raw.Dispose();
    }
}
