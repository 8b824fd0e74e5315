using System.Buffers.Binary;
using Recorder.Archive;

namespace Recorder.Ledger.State;

/// <summary>A record's id begins with the time of its append in milliseconds (RFC 9562 §5.7).</summary>
internal static class RecordTime
{
    // Ids that others made up may name any time; there is none beyond this one.
    private const long LastMilliseconds = 253_402_300_799_999;

    /// <returns>The last time there is for what is no id, so that nothing takes it for old.</returns>
    public static DateTimeOffset Of(string recordId)
    {
        return RecordId.TryParse(recordId, out var id) ? Of(id) : DateTimeOffset.MaxValue;
    }

    public static DateTimeOffset Of(RecordId id)
    {
        Span<byte> bytes = stackalloc byte[16];
        id.Value.TryWriteBytes(bytes, bigEndian: true, out _);
        var milliseconds = BinaryPrimitives.ReadInt64BigEndian(bytes) >>> 16;
        return milliseconds <= LastMilliseconds ? DateTimeOffset.FromUnixTimeMilliseconds(milliseconds) : DateTimeOffset.MaxValue;
    }
}
