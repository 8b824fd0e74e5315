using System.Text;
using Recorder.Archive;
using Recorder.Delivery.Trace;
using Recorder.Flow;
using Recorder.Mail;

namespace Recorder.Intake;

/// <summary>Takes the glance at a header that the flow needs. Anything at all can be glanced at: keeping never depends on it.</summary>
public static class HeaderReader
{
    private const int MaxTraces = 8;

    public static Task<HeaderGlance> GlanceAsync(IReceivedContent content, CancellationToken cancel) =>
        MessageStart.ReadHeaderAsync(content, Glance, cancel);

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
