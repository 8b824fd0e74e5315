using System.Buffers.Binary;
using Recorder.Archive;

namespace Recorder.Ledger.State;

/// <summary>A record's id begins with the time of its append in milliseconds (RFC 9562 §5.7).</summary>
internal static class RecordTime
{
    /// <returns>The last time there is for what is no id, so that nothing takes it for old.</returns>
    public static DateTimeOffset Of(string recordId)
    {
        if (!RecordId.TryParse(recordId, out var id)) return DateTimeOffset.MaxValue;
        Span<byte> bytes = stackalloc byte[16];
        id.Value.TryWriteBytes(bytes, bigEndian: true, out _);
        return DateTimeOffset.FromUnixTimeMilliseconds(BinaryPrimitives.ReadInt64BigEndian(bytes) >> 16);
    }
}
