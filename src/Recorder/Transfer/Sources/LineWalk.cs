using Microsoft.Win32.SafeHandles;

namespace Recorder.Transfer.Sources;

/// <summary>Walks a file line by line, whatever the lines' length.</summary>
internal sealed class LineWalk(SafeFileHandle file)
{
    private readonly byte[] buffer = new byte[256 << 10];
    private readonly byte[] head = new byte[FromLine.MaxBytes];
    private int headLength;
    private long bufferAt;
    private int filled;

    /// <summary>Where the line begins in the file.</summary>
    public long At { get; private set; }

    /// <summary>Where the next line begins.</summary>
    public long End { get; private set; }

    /// <summary>The line with its end, or as much of its beginning as matters here.</summary>
    public ReadOnlySpan<byte> Head => head.AsSpan(0, headLength);

    public bool IsBlank => Head is [(byte)'\n'] or [(byte)'\r', (byte)'\n'];

    /// <summary>Whether a message of an mbox begins behind this line.</summary>
    public bool IsFromLine(bool afterBlank, out DateTimeOffset? time)
    {
        time = null;
        if (!Head.StartsWith("From "u8)) return false;
        Span<byte> next = stackalloc byte[FromLine.MaxBytes];
        return FromLine.Is(Head, afterBlank, next[..RandomAccess.Read(file, next, End)], out time);
    }

    /// <summary>Goes on at another place.</summary>
    public void MoveTo(long place) => End = place;

    public bool Next()
    {
        (At, headLength) = (End, 0);
        for (var rest = Rest(); !rest.IsEmpty; rest = Rest())
        {
            var feed = rest.IndexOf((byte)'\n');
            var part = feed < 0 ? rest : rest[..(feed + 1)];
            var kept = Math.Min(part.Length, head.Length - headLength);
            part[..kept].CopyTo(head.AsSpan(headLength));
            headLength += kept;
            End += part.Length;
            if (feed >= 0) break;
        }
        return End > At;
    }

    private ReadOnlySpan<byte> Rest()
    {
        if (End < bufferAt || End >= bufferAt + filled)
            (bufferAt, filled) = (End, RandomAccess.Read(file, buffer, End));
        return buffer.AsSpan((int)(End - bufferAt), filled - (int)(End - bufferAt));
    }
}
