using Recorder.Archive;

namespace Recorder.Transfer.Sources;

/// <summary>Takes one ">" from every line that begins with any number of them and "From " (mboxrd).</summary>
internal sealed class UnquotedStream(Stream quoted) : ForwardStream
{
    private const int BufferBytes = 64 << 10;

    /// <summary>A line with more in front is no quoted From line.</summary>
    private const int MaxDepth = 200;

    private readonly byte[] source = new byte[BufferBytes];
    private readonly byte[] clean = new byte[BufferBytes];
    private int held, next, ready;
    private bool isLineStart = true;
    private bool isAtEnd;

    private static ReadOnlySpan<byte> From => "From "u8;

    public override int Read(Span<byte> buffer)
    {
        while (next == ready && !(isAtEnd && held == 0)) Refill();
        var part = clean.AsSpan(next, Math.Min(ready - next, buffer.Length));
        part.CopyTo(buffer);
        next += part.Length;
        return part.Length;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing) quoted.Dispose();
    }

    private void Refill()
    {
        var read = quoted.Read(source, held, BufferBytes - held);
        isAtEnd = read == 0;
        var filled = held + read;
        var certain = isAtEnd ? filled : filled - Undecided(source.AsSpan(0, filled));
        (next, ready) = (0, Clean(source.AsSpan(0, certain)));
        held = filled - certain;
        source.AsSpan(certain, held).CopyTo(source);
    }

    private int Clean(ReadOnlySpan<byte> lines)
    {
        var written = 0;
        while (!lines.IsEmpty)
        {
            var feed = lines.IndexOf((byte)'\n');
            var line = feed < 0 ? lines : lines[..(feed + 1)];
            var kept = isLineStart && IsQuoted(line) ? line[1..] : line;
            kept.CopyTo(clean.AsSpan(written));
            written += kept.Length;
            isLineStart = feed >= 0;
            lines = lines[line.Length..];
        }
        return written;
    }

    /// <summary>The length of a last line that is too short to tell whether it is quoted.</summary>
    private int Undecided(ReadOnlySpan<byte> bytes)
    {
        var feed = bytes.LastIndexOf((byte)'\n');
        if (feed < 0 && !isLineStart) return 0;
        var line = bytes[(feed + 1)..];
        var depth = Depth(line);
        return depth is > 0 and <= MaxDepth && From.StartsWith(line[depth..]) ? line.Length : 0;
    }

    private static bool IsQuoted(ReadOnlySpan<byte> line) => Depth(line) is > 0 and <= MaxDepth and var depth && line[depth..].StartsWith(From);

    private static int Depth(ReadOnlySpan<byte> line) => line.IndexOfAnyExcept((byte)'>') is var other && other < 0 ? line.Length : other;
}
