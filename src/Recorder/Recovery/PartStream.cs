using Recorder.Archive;
using Recorder.Mail;

namespace Recorder.Recovery;

/// <summary>A part's bytes that close the message under them too.</summary>
internal sealed class PartStream(MailPart part, Stream message) : ForwardStream
{
    public override int Read(Span<byte> buffer) => part.Content.Read(buffer);

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancel = default) => part.Content.ReadAsync(buffer, cancel);

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
