using Recorder.Archive;

namespace Recorder.Completeness.MailLogs;

/// <summary>A stream whose first bytes can be looked at before it is read, though it cannot go back.</summary>
internal sealed class HeadStream : ForwardStream
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

    public override int Read(Span<byte> buffer)
    {
        if (given == held) return inner.Read(buffer);
        var part = Math.Min(buffer.Length, held - given);
        head.AsSpan(given, part).CopyTo(buffer);
        given += part;
        return part;
    }
}
