using System.Buffers;
using System.Text;
using Recorder.Archive;
using Recorder.Delivery.Trace;
using Recorder.Flow;
using Recorder.Mail;

namespace Recorder.Intake;

/// <summary>Takes the glance at a header that the flow needs. Anything at all can be glanced at: keeping never depends on it.</summary>
public static class HeaderReader
{
    /// <summary>Beyond this the header is not looked at.</summary>
    public const int MaxHeaderBytes = 256 * 1024;

    private const int MaxTraces = 8;

    public static async Task<HeaderGlance> GlanceAsync(IReceivedContent content, CancellationToken cancel)
    {
        var buffer = ArrayPool<byte>.Shared.Rent((int)Math.Min(content.LengthBytes, MaxHeaderBytes) + 1);
        try
        {
            return Glance(buffer.AsSpan(0, await ReadHeaderAsync(content, buffer, cancel)));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <param name="bytes">The message, or its first part.</param>
    public static HeaderGlance Glance(ReadOnlySpan<byte> bytes)
    {
        var facts = HeaderScan.Scan(bytes, TraceField.Name);
        return new HeaderGlance(facts.ReceivedFieldCount, ClusterKey.Of(facts), facts.TraceValues.Count == 0 ? [] : FindTraces(bytes))
        {
            Authors = [.. facts.From.Select(party => party.Address)],
            IsTruncated = facts.IsTruncated,
        };
    }

    // The MAC speaks of the bytes after the field, so its end is needed, which no reading of values tells.
    private static List<FoundTrace> FindTraces(ReadOnlySpan<byte> bytes)
    {
        List<FoundTrace> traces = [];
        foreach (var range in new HeaderFields(bytes))
        {
            var field = Encoding.Latin1.GetString(bytes[range]);
            if (traces.Count < MaxTraces && field.StartsWith(TraceField.Name + ":", StringComparison.OrdinalIgnoreCase))
                traces.Add(new FoundTrace(field[(TraceField.Name.Length + 1)..].Trim(), range.End.Value));
        }
        return traces;
    }

    private static async Task<int> ReadHeaderAsync(IReceivedContent content, byte[] buffer, CancellationToken cancel)
    {
        var (length, limit) = (0, Math.Min(buffer.Length, MaxHeaderBytes));
        await using var stream = content.OpenRead();
        while (length < limit)
        {
            var count = await stream.ReadAsync(buffer.AsMemory(length, Math.Min(8192, limit - length)), cancel);
            var seen = Math.Max(0, length - 3);
            length += count;
            if (count == 0 || buffer.AsSpan(seen, length - seen).IndexOf("\r\n\r\n"u8) >= 0) break;
        }
        return length;
    }
}

/// <summary>The ranges of a header's fields, continuation lines and last CRLF included; ends before the empty line.</summary>
internal ref struct HeaderFields(ReadOnlySpan<byte> bytes)
{
    private readonly ReadOnlySpan<byte> bytes = bytes;
    private int next;

    public Range Current { get; private set; }

    public readonly HeaderFields GetEnumerator() => this;

    public bool MoveNext()
    {
        var start = next;
        do
        {
            var feed = bytes[next..].IndexOf((byte)'\n');
            if (feed < 0) return false;
            next += feed + 1;
        }
        while (next < bytes.Length && bytes[next] is (byte)' ' or (byte)'\t');
        Current = start..next;
        // An empty line ends the header (RFC 5322 §2.1).
        return bytes[start] is not ((byte)'\r' or (byte)'\n');
    }
}
