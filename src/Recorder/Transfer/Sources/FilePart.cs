using Microsoft.Win32.SafeHandles;

namespace Recorder.Transfer.Sources;

/// <summary>A stretch of a file, read forward.</summary>
internal abstract class ForwardStream : Stream
{
    public override bool CanRead => true;
    public override bool CanSeek => false;
    public override bool CanWrite => false;
    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));
    public override void Flush() { }
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
    public override void SetLength(long value) => throw new NotSupportedException();
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}

internal sealed class FilePart(string path, long start, long end) : ForwardStream
{
    private readonly SafeFileHandle file = File.OpenHandle(path);
    private long at = start;

    public override int Read(Span<byte> buffer)
    {
        var read = RandomAccess.Read(file, buffer[..(int)Math.Min(buffer.Length, end - at)], at);
        if (read == 0 && buffer.Length > 0 && at < end) throw new EndOfStreamException("the file became shorter while it was read");
        at += read;
        return read;
    }

    protected override void Dispose(bool disposing) => file.Dispose();
}
