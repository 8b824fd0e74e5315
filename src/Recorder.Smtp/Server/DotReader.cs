using System.Buffers;

namespace Recorder.Smtp.Server;

/// <summary>
/// Takes the dots out of what follows DATA (RFC 5321 §4.5.2) and finds its end. Only CRLF.CRLF ends the data
/// (§4.1.1.4), and only a dot behind a CRLF is taken out: whatever other servers make of LF or CR alone is text.
/// </summary>
internal sealed class DotReader
{
    private static readonly byte[] LoneCr = "\r"u8.ToArray();

    private enum At
    {
        LineStart,
        Dot,
        DotCr,
        Text,
        Cr,
        End,
    }

    private At at = At.LineStart;

    public bool Ended => at == At.End;

    /// <summary>Adds the text found to <paramref name="text"/>, until it is full or the data ends.</summary>
    /// <returns>What is left of the input.</returns>
    public ReadOnlySequence<byte> Read(ReadOnlySequence<byte> input, SegmentChain text)
    {
        long taken = 0;
        foreach (var block in input)
        {
            taken += Read(block, text);
            if (Ended || text.IsFull) break;
        }
        return input.Slice(taken);
    }

    private int Read(ReadOnlyMemory<byte> block, SegmentChain text)
    {
        var taken = 0;
        while (taken < block.Length && !Ended && !text.IsFull) taken += Step(block[taken..], text);
        return taken;
    }

    /// <returns>Bytes taken; 0 where only the state changed.</returns>
    private int Step(ReadOnlyMemory<byte> block, SegmentChain text)
    {
        var first = block.Span[0];
        switch (at)
        {
            case At.LineStart: return Move(first == '.', At.Dot);
            case At.Dot: return Move(first == '\r', At.DotCr);
            case At.DotCr when first == '\n': return Move(true, At.End);
            case At.DotCr:
                text.Add(LoneCr);
                return Move(false, At.Text);
            case At.Cr when first == '\n':
                text.Add(block[..1]);
                return Move(true, At.LineStart);
            case At.Cr: return Move(false, At.Text);
            default: return TakeText(block, text);
        }
    }

    private int Move(bool take, At next)
    {
        at = take ? next : At.Text;
        return take ? 1 : 0;
    }

    private int TakeText(ReadOnlyMemory<byte> block, SegmentChain text)
    {
        var span = block.Span;
        var end = span.IndexOf("\r\n."u8);
        var length = end < 0 ? span.Length : end + 2;
        text.Add(block[..length]);
        var taken = span[..length];
        at = taken.EndsWith("\r\n"u8) ? At.LineStart : taken[^1] == '\r' ? At.Cr : At.Text;
        return length;
    }
}
