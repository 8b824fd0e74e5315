using System.Buffers.Binary;

namespace Recorder.Archive.Log;

/// <summary>
/// Gives UUIDv7 ids that always grow, whatever the wall clock does: RFC 9562 §6.2 method 1, a counter in rand_a that is
/// seeded anew each millisecond with its top bit clear, and borrows from the clock when it runs over.
/// </summary>
internal sealed class IdClock
{
    /// <summary>Random bytes that one id takes.</summary>
    public const int RandomBytes = 10;

    private const int CounterMax = 0xFFF;
    private const int SeedMask = 0x7FF;
    private long _lastMilliseconds;
    private int _counter;

    /// <param name="last">The newest id in the log; every later id is greater.</param>
    public IdClock(RecordId? last)
    {
        if (last is not { } id) return;
        Span<byte> bytes = stackalloc byte[16];
        id.Value.TryWriteBytes(bytes, bigEndian: true, out _);
        _lastMilliseconds = (long)(BinaryPrimitives.ReadUInt64BigEndian(bytes) >> 16);
        _counter = BinaryPrimitives.ReadUInt16BigEndian(bytes[6..]) & CounterMax;
    }

    /// <param name="random"><see cref="RandomBytes"/> unpredictable bytes: who sees one id must not guess another.</param>
    public RecordId Next(DateTimeOffset now, ReadOnlySpan<byte> random)
    {
        var milliseconds = now.ToUnixTimeMilliseconds();
        var seed = BinaryPrimitives.ReadUInt16BigEndian(random) & SeedMask;
        if (milliseconds > _lastMilliseconds) (_lastMilliseconds, _counter) = (milliseconds, seed);
        else if (++_counter > CounterMax) (_lastMilliseconds, _counter) = (_lastMilliseconds + 1, seed);
        return Encode(random[2..]);
    }

    private RecordId Encode(ReadOnlySpan<byte> random)
    {
        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteUInt64BigEndian(bytes, ((ulong)_lastMilliseconds << 16) | 0x7000u | (uint)_counter);
        random[..8].CopyTo(bytes[8..]);
        bytes[8] = (byte)((bytes[8] & 0x3F) | 0x80);
        return new RecordId(new Guid(bytes, bigEndian: true));
    }
}
