namespace Recorder.Smtp.Client;

/// <summary>
/// Makes a message fit for DATA (RFC 5321 §4.5.2): a dot that begins a line is doubled. Only CRLF ends a line.
/// Input may be cut anywhere, between CR and LF too.
/// </summary>
internal sealed class DotStuffer
{
    private enum Tail
    {
        Other,
        Cr,
        LineStart,
    }

    // The first byte of a message begins a line: the CRLF before it is that of the DATA command.
    private Tail _tail = Tail.LineStart;

    /// <summary>What <see cref="Finish"/> writes at most.</summary>
    public const int MaxFinishBytes = 5;

    /// <summary>Room that <see cref="Stuff"/> can need: at worst every third byte begins a line.</summary>
    public static int MaxStuffedBytes(int inputBytes) => inputBytes + inputBytes / 3 + 2;

    /// <returns>Bytes written to <paramref name="output"/>.</returns>
    public int Stuff(ReadOnlySpan<byte> input, Span<byte> output)
    {
        if (input.IsEmpty) return 0;
        int written = 0;
        int headDot = DotAfterTail(input);
        if (headDot >= 0) CopyBeforeDot(ref input, headDot, output, ref written);

        int hit;
        while ((hit = input.IndexOf("\r\n."u8)) >= 0)
            CopyBeforeDot(ref input, hit + 2, output, ref written);

        input.CopyTo(output[written..]);
        Remember(input);
        return written + input.Length;
    }

    /// <summary>The end of the data. A message without a final CRLF gets one, since the end is CRLF.CRLF;
    /// only BDAT can carry such a message unchanged.</summary>
    public int Finish(Span<byte> output)
    {
        var end = _tail == Tail.LineStart ? ".\r\n"u8 : "\r\n.\r\n"u8;
        end.CopyTo(output);
        return end.Length;
    }

    /// <returns>Where a dot is whose line end began before this input, or -1.</returns>
    private int DotAfterTail(ReadOnlySpan<byte> input) => _tail switch
    {
        Tail.LineStart when input[0] == '.' => 0,
        Tail.Cr when input.StartsWith("\n."u8) => 1,
        _ => -1,
    };

    private static void CopyBeforeDot(ref ReadOnlySpan<byte> input, int dot, Span<byte> output, ref int written)
    {
        input[..dot].CopyTo(output[written..]);
        output[written + dot] = (byte)'.';
        written += dot + 1;
        input = input[dot..];
    }

    private void Remember(ReadOnlySpan<byte> rest)
    {
        bool endsLine = rest.EndsWith("\r\n"u8) || (_tail == Tail.Cr && rest is [(byte)'\n']);
        _tail = endsLine ? Tail.LineStart : rest[^1] == '\r' ? Tail.Cr : Tail.Other;
    }
}
