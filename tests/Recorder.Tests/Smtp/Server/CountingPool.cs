using System.Buffers;

namespace Recorder.Tests.Smtp.Server;

/// <summary>Knows how much memory a pipe has held at once.</summary>
internal sealed class CountingPool : MemoryPool<byte>
{
    private long bytes;

    public long MostBytes { get; private set; }

    public override int MaxBufferSize => 4096;

    public override IMemoryOwner<byte> Rent(int minBufferSize = -1)
    {
        bytes += MaxBufferSize;
        MostBytes = Math.Max(MostBytes, bytes);
        return new Owner(this);
    }

    protected override void Dispose(bool disposing) { }

    private sealed class Owner(CountingPool pool) : IMemoryOwner<byte>
    {
        public Memory<byte> Memory { get; } = new byte[pool.MaxBufferSize];

        public void Dispose() => pool.bytes -= pool.MaxBufferSize;
    }
}
