using Recorder.Archive;

namespace Recorder.Delivery;

/// <summary>Several streams read as one, front to back.</summary>
internal sealed class JoinedStream(IReadOnlyList<Stream> parts) : ForwardStream
{
    private int at;

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

    public override Task<int> ReadAsync(byte[] into, int offset, int count, CancellationToken cancel) =>
        ReadAsync(into.AsMemory(offset, count), cancel).AsTask();

    protected override void Dispose(bool disposing)
    {
        if (!disposing) return;
        foreach (var part in parts) part.Dispose();
    }
}
