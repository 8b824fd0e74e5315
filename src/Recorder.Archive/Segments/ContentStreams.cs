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

/// <summary>A body with blocks of its own: one block in memory at a time; a wrong digest throws at the end.</summary>
internal sealed class LargeContentStream(SegmentReader reader, SegmentRow row) : ReadStream
{
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly IEnumerator<int> _blocks = SegmentReader.LargeBlocks(row.Body).GetEnumerator();
    private ReadOnlyMemory<byte> _block;
    private byte[] _buffer = [];
    private long _position;
    private bool _checked;

    public override bool CanSeek => false;
    public override long Length => row.Body.Length;

    public override long Position
    {
        get => _position;
        set => throw new NotSupportedException();
    }

    public override int Read(Span<byte> buffer)
    {
        if (buffer.IsEmpty) return 0;
        if (_block.IsEmpty && !NextBlock()) return 0;
        var count = Math.Min(_block.Length, buffer.Length);
        _block.Span[..count].CopyTo(buffer);
        _block = _block[count..];
        _position += count;
        return count;
    }

    private bool NextBlock()
    {
        if (!_blocks.MoveNext()) return _checked ? false : throw reader.Damaged(row, "a part of its bytes could not be read");
        var block = ReadBlock(_blocks.Current);
        _hash.AppendData(block.Span);
        // The digest speaks before the last block is given away: no reader takes a damaged body for a whole one.
        if (_position + block.Length == Length) Check();
        _block = block;
        return true;
    }

    private ReadOnlyMemory<byte> ReadBlock(int number)
    {
        try { return reader.Scan(number, ref _buffer); }
        catch (ArchiveException e) { throw reader.Damaged(row, e.Message, e); }
    }

    private void Check()
    {
        if (!_hash.GetHashAndReset().AsSpan().SequenceEqual(row.Hash.Span))
            throw reader.Damaged(row, "its bytes do not have the recorded SHA-256");
        _checked = true;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing) _hash.Dispose();
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
