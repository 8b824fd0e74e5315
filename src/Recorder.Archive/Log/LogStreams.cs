using System.Security.Cryptography;
using Recorder.Archive.Disk;
using Recorder.Archive.Segments;

namespace Recorder.Archive.Log;

/// <summary>A range of a file that it owns.</summary>
internal sealed class DiskReadStream(IDiskFile file, long start, long length) : ReadStream
{
    private long _position;

    public override bool CanSeek => true;
    public override long Length => length;

    public override long Position
    {
        get => _position;
        set => _position = Math.Max(0, value);
    }

    public override int Read(Span<byte> buffer)
    {
        var rest = Math.Max(0, length - _position);
        var read = file.Read(start + _position, buffer[..(int)Math.Min(buffer.Length, rest)]);
        _position += read;
        return read;
    }

    public override long Seek(long offset, SeekOrigin origin) => Position = offset + origin switch
    {
        SeekOrigin.Begin => 0,
        SeekOrigin.Current => _position,
        _ => length,
    };

    protected override void Dispose(bool disposing)
    {
        if (disposing) file.Dispose();
        base.Dispose(disposing);
    }
}

/// <summary>Gives the bytes of a stored body and throws Damaged, before the last of them, when they are not what was recorded.</summary>
internal sealed class CheckedStream(Stream inner, LogEntry entry) : ReadStream
{
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private long _position;
    private bool _checked;

    public override bool CanSeek => false;
    public override long Length => entry.ContentLengthBytes;

    public override long Position
    {
        get => _position;
        set => throw new NotSupportedException();
    }

    public override int Read(Span<byte> buffer)
    {
        if (buffer.IsEmpty) return 0;
        var read = inner.Read(buffer);
        _hash.AppendData(buffer[..read]);
        _position += read;
        if ((read == 0 || _position >= Length) && !_checked) Check();
        return read;
    }

    private void Check()
    {
        _checked = true;
        if (_position == Length && _hash.GetHashAndReset().AsSpan().SequenceEqual(entry.ContentSha256.Span)) return;
        throw new ArchiveException(ArchiveFault.Damaged, $"the bytes of {entry.Id} ({entry.Position}) are not those that were recorded");
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _hash.Dispose();
            inner.Dispose();
        }
        base.Dispose(disposing);
    }
}

/// <summary>Keeps a content's bytes until the stream is disposed.</summary>
internal sealed class PinnedStream(Stream inner, ArchiveContent content) : ReadStream
{
    private bool _disposed;

    public override bool CanSeek => true;
    public override long Length => inner.Length;

    public override long Position
    {
        get => inner.Position;
        set => inner.Position = value;
    }

    public override int Read(Span<byte> buffer)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        return inner.Read(buffer);
    }

    public override long Seek(long offset, SeekOrigin origin) => inner.Seek(offset, origin);

    protected override void Dispose(bool disposing)
    {
        if (disposing && !_disposed)
        {
            _disposed = true;
            content.Unpin();
        }
        base.Dispose(disposing);
    }
}

