using System.Buffers;

namespace Recorder.Archive.Log;

/// <summary>A growing buffer from the shared pool.</summary>
internal sealed class PooledBytes : IDisposable
{
    private const int FirstBytes = 16 * 1024;
    private byte[] _buffer = [];

    public int Length { get; private set; }
    public ReadOnlySpan<byte> Written => _buffer.AsSpan(0, Length);

    public void Append(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > _buffer.Length - Length) Grow(Length + bytes.Length);
        bytes.CopyTo(_buffer.AsSpan(Length));
        Length += bytes.Length;
    }

    public void Clear() => Length = 0;

    public Stream AsStream() => new MemoryStream(_buffer, 0, Length, writable: false);

    public void Dispose()
    {
        var old = Interlocked.Exchange(ref _buffer, []);
        Length = 0;
        if (old.Length > 0) ArrayPool<byte>.Shared.Return(old);
    }

    private void Grow(int needed)
    {
        var larger = ArrayPool<byte>.Shared.Rent(Math.Max(FirstBytes, Math.Max(needed, _buffer.Length * 2)));
        Written.CopyTo(larger);
        if (_buffer.Length > 0) ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = larger;
    }
}
