namespace Recorder.Archive.Disk;

/// <summary>Writes a file front to back through a buffer. Closing it leaves the file open and does not sync it.</summary>
public sealed class DiskWriteStream(IDiskFile file, int bufferBytes = 128 * 1024) : Stream
{
    private readonly byte[] _buffer = new byte[bufferBytes];
    private int _buffered;
    private long _flushed;

    public override bool CanRead => false;
    public override bool CanSeek => false;
    public override bool CanWrite => true;
    public override long Length => Position;

    /// <summary>Bytes written so far.</summary>
    public override long Position
    {
        get => _flushed + _buffered;
        set => throw new NotSupportedException();
    }

    public override void Write(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > _buffer.Length - _buffered) Flush();
        if (bytes.Length >= _buffer.Length)
        {
            file.Write(_flushed, bytes);
            _flushed += bytes.Length;
            return;
        }
        bytes.CopyTo(_buffer.AsSpan(_buffered));
        _buffered += bytes.Length;
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Flush()
    {
        if (_buffered == 0) return;
        file.Write(_flushed, _buffer.AsSpan(0, _buffered));
        _flushed += _buffered;
        _buffered = 0;
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
    public override void SetLength(long value) => throw new NotSupportedException();
}
