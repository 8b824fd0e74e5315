namespace Recorder.Delivery;

/// <summary>Several streams read as one, front to back.</summary>
internal sealed class JoinedStream(IReadOnlyList<Stream> parts) : Stream
{
    private int at;

    public override bool CanRead => true;
    public override bool CanSeek => false;
    public override bool CanWrite => false;
    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override int Read(Span<byte> into)
    {
        if (into.IsEmpty) return 0;
        for (; at < parts.Count; at++)
        {
            if (parts[at].Read(into) is > 0 and var read) return read;
        }
        return 0;
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> into, CancellationToken cancel = default)
    {
        if (into.IsEmpty) return 0;
        for (; at < parts.Count; at++)
        {
            if (await parts[at].ReadAsync(into, cancel) is > 0 and var read) return read;
        }
        return 0;
    }

    public override int Read(byte[] into, int offset, int count) => Read(into.AsSpan(offset, count));
    public override Task<int> ReadAsync(byte[] into, int offset, int count, CancellationToken cancel) =>
        ReadAsync(into.AsMemory(offset, count), cancel).AsTask();
    public override void Flush() { }
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
    public override void SetLength(long value) => throw new NotSupportedException();
    public override void Write(byte[] from, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (!disposing) return;
        foreach (var part in parts) part.Dispose();
    }
}
