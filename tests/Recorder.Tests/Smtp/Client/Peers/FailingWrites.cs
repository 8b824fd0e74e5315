namespace Recorder.Tests.Smtp.Client.Peers;

/// <summary>A connection whose writes fail from the first one that <paramref name="isFatal"/> picks. Reading goes on.</summary>
internal sealed class FailingWrites(Stream inner, Func<ReadOnlyMemory<byte>, bool> isFatal) : Stream
{
    private bool _isBroken;

    public override bool CanRead => true;
    public override bool CanSeek => false;
    public override bool CanWrite => true;
    public override long Length => throw new NotSupportedException();
    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancel = default)
    {
        _isBroken |= isFatal(buffer);
        return _isBroken ? ValueTask.FromException(new IOException("Broken pipe")) : inner.WriteAsync(buffer, cancel);
    }

    public override Task FlushAsync(CancellationToken cancel) => inner.FlushAsync(cancel);
    public override void Flush() => inner.Flush();
    public override int Read(byte[] buffer, int offset, int count) => inner.Read(buffer, offset, count);
    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancel = default) => inner.ReadAsync(buffer, cancel);
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        inner.Dispose();
        base.Dispose(disposing);
    }
}
