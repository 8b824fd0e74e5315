using System.Buffers;
using System.Text;

namespace Recorder.Mail;

/// <summary>What the hot path needs of a header, read without MIME. No member is ever null; unknown is empty.</summary>
/// <param name="ReceivedFieldCount">Received fields, for loop detection (RFC 5321 §6.3).</param>
/// <param name="MessageId">Without angle brackets.</param>
/// <param name="From">Parties of every From field: several addresses never match an allow entry.</param>
/// <param name="ListId">The identifier of List-Id (RFC 2919) without brackets, lower case.</param>
/// <param name="TraceValues">Unfolded values of the trace field asked for, topmost first.</param>
/// <param name="IsTruncated">The header is longer than the bytes scanned or the limits.</param>
public sealed record HeaderFacts(
    int ReceivedFieldCount, string MessageId, string Subject, IReadOnlyList<MailParty> From, string ListId,
    IReadOnlyList<string> TraceValues, bool IsTruncated);

/// <summary>Header-only reading for judging and recording: a few microseconds for an ordinary message, no MIME, never throws for content.</summary>
public static class HeaderScan
{
    private const int MaxTraceValues = 100;
    private const int MaxFromParties = 100;

    /// <param name="message">The message or a prefix of it; only <see cref="MailReadLimits.MaxHeaderBytes"/> are looked at.</param>
    /// <param name="traceFieldName">The field whose values to report; empty for none. Any case.</param>
    public static HeaderFacts Scan(ReadOnlySpan<byte> message, string traceFieldName = "", MailReadLimits? limits = null)
    {
        limits ??= MailReadLimits.Default;
        var found = new Found();
        var lines = new FieldLines(message[..Math.Min(message.Length, limits.MaxHeaderBytes)]);
        for (var count = 0; count < limits.MaxHeaderFields && lines.Next(); count++)
            found.Take(lines.Name, lines.Value, traceFieldName);
        return found.Facts(isTruncated: !lines.IsComplete);
    }

    /// <summary>Reads no more of the stream than the header, at most <see cref="MailReadLimits.MaxHeaderBytes"/> (rounded up to a block).</summary>
    /// <exception cref="IOException">The stream's own errors pass through.</exception>
    public static HeaderFacts Scan(Stream message, string traceFieldName = "", MailReadLimits? limits = null)
    {
        limits ??= MailReadLimits.Default;
        var buffer = ArrayPool<byte>.Shared.Rent(16 << 10);
        try
        {
            var length = Fill(message, ref buffer, limits.MaxHeaderBytes);
            return Scan(buffer.AsSpan(0, length), traceFieldName, limits);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>All fields with one of the names, in order, decoded for display: for upstream filters' verdicts.</summary>
    public static IReadOnlyList<HeaderLine> Fields(ReadOnlySpan<byte> message, IReadOnlyCollection<string> names, MailReadLimits? limits = null)
    {
        limits ??= MailReadLimits.Default;
        var fields = new List<HeaderLine>();
        var charsets = new CharsetContext();
        var lines = new FieldLines(message[..Math.Min(message.Length, limits.MaxHeaderBytes)]);
        for (var count = 0; count < limits.MaxHeaderFields && lines.Next(); count++)
        {
            foreach (var name in names)
            {
                if (FieldLines.NameIs(lines.Name, name))
                    fields.Add(new HeaderLine(Encoding.ASCII.GetString(lines.Name), HeaderText.Decode(lines.Value, charsets)));
            }
        }
        return fields;
    }

    private static int Fill(Stream message, ref byte[] buffer, int maxBytes)
    {
        var length = 0;
        while (length < maxBytes)
        {
            if (length == buffer.Length)
                Grow(ref buffer);
            var read = message.Read(buffer, length, buffer.Length - length);
            if (read == 0)
                break;
            var seen = Math.Max(0, length - 3);
            length += read;
            if (FieldLines.EndOfHeader(buffer.AsSpan(seen, length - seen)) >= 0)
                break;
        }
        return length;
    }

    private static void Grow(ref byte[] buffer)
    {
        var larger = ArrayPool<byte>.Shared.Rent(buffer.Length * 2);
        buffer.CopyTo(larger, 0);
        ArrayPool<byte>.Shared.Return(buffer);
        buffer = larger;
    }

    private sealed class Found
    {
        private readonly List<string> traces = [];
        private readonly List<MailParty> from = [];
        private readonly CharsetContext charsets = new();
        private int received;
        private string? messageId, subject, listId;

        public void Take(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value, string traceFieldName)
        {
            if (FieldLines.NameIs(name, "Received"))
                received++;
            else if (messageId is null && FieldLines.NameIs(name, "Message-ID"))
                messageId = MessageIds.Of(Display(value));
            else if (subject is null && FieldLines.NameIs(name, "Subject"))
                subject = Display(value);
            else if (listId is null && FieldLines.NameIs(name, "List-Id"))
                listId = MessageIds.OfList(Display(value));
            else if (from.Count < MaxFromParties && FieldLines.NameIs(name, "From"))
                TakeFrom(value);
            if (traceFieldName.Length > 0 && traces.Count < MaxTraceValues && FieldLines.NameIs(name, traceFieldName))
                traces.Add(Display(value));
        }

        private void TakeFrom(ReadOnlySpan<byte> value)
        {
            from.AddRange(AddressField.Parse(HeaderText.Unfold(value, charsets), MaxFromParties - from.Count, charsets));
        }

        private string Display(ReadOnlySpan<byte> value) => HeaderText.Decode(value, charsets);

        public HeaderFacts Facts(bool isTruncated) =>
            new(received, messageId ?? "", subject ?? "", from, listId ?? "", traces, isTruncated);
    }
}
