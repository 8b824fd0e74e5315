using Recorder.Mail;

namespace Recorder.Recovery;

/// <summary>A part's bytes that close the message under them too.</summary>
internal sealed class PartStream(MailPart part, Stream message) : Stream
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

    public override int Read(byte[] buffer, int offset, int count) => part.Content.Read(buffer, offset, count);

    public override int Read(Span<byte> buffer) => part.Content.Read(buffer);

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancel = default) => part.Content.ReadAsync(buffer, cancel);

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancel) =>
        part.Content.ReadAsync(buffer, offset, count, cancel);

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            part.Dispose();
            message.Dispose();
        }

        base.Dispose(disposing);
    }
}
