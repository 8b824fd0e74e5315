using Recorder.Archive;

namespace Recorder.Delivery;

/// <summary>
/// Mail that lay on Unix with LF alone, as it is on the wire: every LF becomes CRLF (RFC 5321 §2.3.8). For content without
/// any CR.
/// </summary>
internal sealed class ReturnedStream(Stream feeds) : ForwardStream
{
    private readonly byte[] buffer = new byte[16 << 10];
    private int next, filled;
    private bool owesFeed;

    public override int Read(Span<byte> into)
    {
        if (into.IsEmpty) return 0;
        if (next == filled && !owesFeed) (next, filled) = (0, feeds.Read(buffer));
        return Take(into);
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> into, CancellationToken cancel = default)
    {
        if (into.IsEmpty) return 0;
        if (next == filled && !owesFeed) (next, filled) = (0, await feeds.ReadAsync(buffer, cancel));
        return Take(into.Span);
    }

    public override Task<int> ReadAsync(byte[] into, int offset, int count, CancellationToken cancel) =>
        ReadAsync(into.AsMemory(offset, count), cancel).AsTask();

    protected override void Dispose(bool disposing)
    {
        if (disposing) feeds.Dispose();
    }

    private int Take(Span<byte> into)
    {
        var written = 0;
        while (written < into.Length && (owesFeed || next < filled))
        {
            if (owesFeed) (into[written++], owesFeed) = ((byte)'\n', false);
            else written += TakeLine(into[written..]);
        }
        return written;
    }

    // Up to a line feed, in whose place the CR goes.
    private int TakeLine(Span<byte> into)
    {
        var rest = buffer.AsSpan(next, Math.Min(filled - next, into.Length));
        var feed = rest.IndexOf((byte)'\n');
        var length = feed < 0 ? rest.Length : feed + 1;
        rest[..length].CopyTo(into);
        if (feed >= 0) (into[feed], owesFeed) = ((byte)'\r', true);
        next += length;
        return length;
    }
}
