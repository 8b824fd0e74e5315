namespace Recorder.Completeness.MailLogs;

/// <summary>A stream whose first bytes can be looked at before it is read, though it cannot go back.</summary>
internal sealed class HeadStream : Stream
{
    private readonly Stream inner;
    private readonly byte[] head;
    private readonly int held;
    private int given;

    public HeadStream(Stream inner, int bytes)
    {
        (this.inner, head) = (inner, new byte[bytes]);
        held = inner.ReadAtLeast(head, bytes, throwOnEndOfStream: false);
    }

    public ReadOnlySpan<byte> Head => head.AsSpan(0, held);

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

    public override int Read(Span<byte> buffer)
    {
        if (given == held) return inner.Read(buffer);
        var part = Math.Min(buffer.Length, held - given);
        head.AsSpan(given, part).CopyTo(buffer);
        given += part;
        return part;
    }

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
