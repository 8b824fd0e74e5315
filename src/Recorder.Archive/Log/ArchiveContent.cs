using Recorder.Archive.Disk;

namespace Recorder.Archive.Log;

/// <summary>Received bytes that this archive holds already.</summary>
internal abstract class ArchiveContent(long lengthBytes, byte[] sha256, Arrivals.Arrival arrival) : IReceivedContent
{
    private int _disposed;

    public long LengthBytes { get; } = lengthBytes;
    public ReadOnlyMemory<byte> Sha256 { get; } = sha256;
    protected bool IsDisposed => Volatile.Read(ref _disposed) != 0;

    /// <summary>No longer arriving, once it is about to be appended.</summary>
    public Arrivals.Arrival Arrival => arrival;

    public abstract Stream OpenRead();

    /// <summary>Keeps the bytes past <see cref="DisposeAsync"/>, until <see cref="Unpin"/>.</summary>
    public abstract void Pin();

    public abstract void Unpin();

    public ValueTask DisposeAsync()
    {
        arrival.End();
        if (Interlocked.Exchange(ref _disposed, 1) == 0) Unpin();
        return ValueTask.CompletedTask;
    }
}

/// <summary>Up to 1 MiB in a pooled buffer, which goes back when the content and all its streams are disposed.</summary>
internal sealed class MemoryContent(PooledBytes bytes, byte[] sha256, Arrivals.Arrival arrival) : ArchiveContent(bytes.Length, sha256, arrival)
{
    private int _pins = 1;

    public ReadOnlySpan<byte> Bytes => bytes.Written;

    public override Stream OpenRead()
    {
        ObjectDisposedException.ThrowIf(IsDisposed, this);
        Pin();
        return new PinnedStream(bytes.AsStream(), this);
    }

    public override void Pin()
    {
        int pins;
        do
        {
            pins = Volatile.Read(ref _pins);
            ObjectDisposedException.ThrowIf(pins == 0, this);
        }
        while (Interlocked.CompareExchange(ref _pins, pins + 1, pins) != pins);
    }

    public override void Unpin()
    {
        if (Interlocked.Decrement(ref _pins) == 0) bytes.Dispose();
    }
}

/// <summary>A durable spool file, deleted when neither this nor any entry refers to it.</summary>
internal sealed class SpooledContent(SpoolFolder spool, string name, long lengthBytes, byte[] sha256, Arrivals.Arrival arrival)
    : ArchiveContent(lengthBytes, sha256, arrival)
{
    public string Name { get; } = name;

    public override Stream OpenRead()
    {
        ObjectDisposedException.ThrowIf(IsDisposed, this);
        return new DiskReadStream(spool.Open(Name), 0, LengthBytes);
    }

    public override void Pin() => spool.Acquire(Name);
    public override void Unpin() => spool.Release(Name);
}
