using System.Security.Cryptography;

namespace Recorder.Archive.Segments;

/// <summary>Bytes in memory, checked already.</summary>
internal sealed class ReadOnlyMemoryStream(ReadOnlyMemory<byte> bytes) : ReadStream
{
    private int _position;

    public override bool CanSeek => true;
    public override long Length => bytes.Length;

    public override long Position
    {
        get => _position;
        set
        {
            ArgumentOutOfRangeException.ThrowIfNegative(value);
            _position = (int)Math.Min(value, bytes.Length);
        }
    }

    public override int Read(Span<byte> buffer)
    {
        var rest = bytes.Span[_position..];
        var count = Math.Min(rest.Length, buffer.Length);
        rest[..count].CopyTo(buffer);
        _position += count;
        return count;
    }

    public override long Seek(long offset, SeekOrigin origin) => Position = offset + origin switch
    {
        SeekOrigin.Begin => 0,
        SeekOrigin.Current => Position,
        _ => Length,
    };
}

/// <summary>Bytes that go over several blocks; one block in memory at a time.</summary>
internal sealed class BlocksStream(BlockRange range, BlockSource blocks) : ReadStream
{
    private int _next = range.Block;
    private long _position;
    private ReadOnlyMemory<byte> _block;

    public override bool CanSeek => false;
    public override long Length => range.Length;
    public override long Position { get => _position; set => throw new NotSupportedException(); }

    public override int Read(Span<byte> buffer)
    {
        var count = (int)Math.Min(buffer.Length, range.Length - _position);
        if (count == 0) return 0;
        if (_block.IsEmpty)
        {
            _block = blocks(_next, shared: false)[(_position == 0 ? range.Offset : 0)..];
            _next++;
        }
        count = Math.Min(_block.Length, count);
        _block.Span[..count].CopyTo(buffer);
        _block = _block[count..];
        _position += count;
        return count;
    }
}

/// <summary>A body checked while it is read: a wrong digest throws instead of giving the last bytes.</summary>
internal sealed class CheckedContentStream(SegmentReader reader, SegmentRow row, Stream content) : ReadStream
{
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private long _position;
    private bool _checked;

    public override bool CanSeek => false;
    public override long Length { get; } = content.Length;
    public override long Position { get => _position; set => throw new NotSupportedException(); }

    public override int Read(Span<byte> buffer)
    {
        if (buffer.IsEmpty || _checked) return 0;
        var count = ReadContent(buffer);
        _hash.AppendData(buffer[..count]);
        _position += count;
        // The digest speaks before the last bytes are given away: no reader takes a damaged body for a whole one.
        if (_position == Length || count == 0) Check();
        return count;
    }

    private int ReadContent(Span<byte> buffer)
    {
        try { return content.Read(buffer); }
        catch (Exception e) when (e is ArchiveException or InvalidDataException) { throw reader.Damaged(row, e.Message, e); }
    }

    private void Check()
    {
        if (!_hash.GetHashAndReset().AsSpan().SequenceEqual(row.Hash.Span)) throw reader.Damaged(row, "its bytes do not have the recorded SHA-256");
        _checked = true;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _hash.Dispose();
            content.Dispose();
        }
        base.Dispose(disposing);
    }
}

/// <summary>What every read-only stream answers alike.</summary>
internal abstract class ReadStream : Stream
{
    public override bool CanRead => true;
    public override bool CanWrite => false;
    public abstract override int Read(Span<byte> buffer);
    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        cancellationToken.IsCancellationRequested ? ValueTask.FromCanceled<int>(cancellationToken) : ValueTask.FromResult(Read(buffer.Span));

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
    public override void SetLength(long value) => throw new NotSupportedException();
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    public override void Flush() { }
}
