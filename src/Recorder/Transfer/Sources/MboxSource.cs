using System.Buffers.Text;
using Microsoft.Win32.SafeHandles;

namespace Recorder.Transfer.Sources;

/// <summary>
/// An mbox file (RFC 4155). A message begins behind a From line that stands at the start of the file or behind an empty
/// line and names a time; so a sentence that begins with "From " does not cut a message in two where the writer did not
/// quote it. A line that lacks one of these counts when a header field follows. A Content-Length is believed when it leads exactly to such a line or to the end of the file.
/// </summary>
internal sealed class MboxSource(string path) : IMailSource
{
    private readonly string name = Path.GetFileName(path);

    public string Format => "mbox";

    public long Total { get; } = new FileInfo(path).Length;

    /// <summary>Whether a file looks like one.</summary>
    public static bool Is(string path)
    {
        using var file = File.OpenHandle(path);
        var lines = new LineWalk(file);
        while (lines.Next())
            if (!lines.IsBlank) return lines.IsFromLine(afterBlank: true, out _);
        return false;
    }

    public IEnumerable<SourceMail> Read()
    {
        using var file = File.OpenHandle(path, options: FileOptions.SequentialScan);
        var fileTime = new DateTimeOffset(File.GetLastWriteTimeUtc(path));
        foreach (var found in new MboxCut(file).Messages())
            yield return found.IsFramed
                ? new SourceMail($"{name}:{found.Start}", () => Open(found), found.Noted, fileTime, found.End)
                : new SourceMail($"{name}:{found.Start}", () => Stream.Null, null, fileTime, found.End, "stands before the first From line");
    }

    private Stream Open(MboxMessage message)
    {
        var part = new FilePart(path, message.Start, message.End);
        return message.IsQuoted ? new UnquotedStream(part) : part;
    }
}

/// <param name="IsFramed">False for what stands before the first From line.</param>
/// <param name="Noted">The From line's time, where it names one.</param>
/// <param name="IsQuoted">Lines that begin with ">From " were quoted by the writer.</param>
internal sealed record MboxMessage(long Start, long End, bool IsFramed, DateTimeOffset? Noted, bool IsQuoted);

/// <summary>Finds where the messages of an mbox begin and end.</summary>
internal sealed class MboxCut(SafeFileHandle file)
{
    private readonly LineWalk lines = new(file);
    private readonly long length = RandomAccess.GetLength(file);
    private long start;
    private DateTimeOffset? noted;
    private bool isFramed, inHeader, counted;

    public IEnumerable<MboxMessage> Messages()
    {
        long blankAt = 0; // where the empty line before this one begins; -1 when it is not empty
        while (lines.Next())
        {
            if (lines.IsFromLine(afterBlank: blankAt >= 0, out var time))
            {
                if (EndBefore(blankAt) is var end && end > start) yield return Message(end);
                Begin(time);
                blankAt = -1;
                continue;
            }
            blankAt = lines.IsBlank ? lines.At : -1;
            if (inHeader && blankAt >= 0 && EndHeader()) blankAt = lines.End;
        }
        if (length > start) yield return Message(blankAt > start ? blankAt : length);
    }

    private MboxMessage Message(long end) => new(start, end, isFramed, noted, IsQuoted: isFramed && !(counted && HoldsFromLine(end)));

    // The empty line before a From line belongs to the mbox.
    private long EndBefore(long blankAt) => blankAt >= 0 ? blankAt : lines.At;

    private void Begin(DateTimeOffset? time) =>
        (start, isFramed, noted, inHeader, counted) = (lines.End, true, time, true, false);

    /// <summary>At the empty line behind a header: passes over a body whose length is told truly.</summary>
    private bool EndHeader()
    {
        inHeader = false;
        var contentLength = ContentLength();
        var end = lines.End + contentLength;
        if (contentLength <= 0 || end > length || !EndsAt(end)) return false;
        counted = true;
        lines.MoveTo(end);
        return true;
    }

    private long ContentLength()
    {
        var (header, found) = (new LineWalk(file), -1L);
        header.MoveTo(start);
        while (header.Next() && header.At < lines.At)
            if (System.Text.Ascii.EqualsIgnoreCase(header.Head[..Math.Min(header.Head.Length, Field.Length)], Field)
                && Utf8Parser.TryParse(header.Head[Field.Length..].TrimStart(" \t"u8), out long value, out _)) found = value;
        return found;
    }

    private static ReadOnlySpan<byte> Field => "Content-Length:"u8;

    private bool EndsAt(long place)
    {
        if (place == length) return true;
        var next = new LineWalk(file);
        next.MoveTo(place);
        while (next.Next() && next.At - place <= 2)
            if (!next.IsBlank) return next.IsFromLine(afterBlank: true, out _);
        return next.End >= length;
    }

    // Who counts and does not quote leaves such lines in the text; then no line there was quoted.
    private bool HoldsFromLine(long end)
    {
        var body = new LineWalk(file);
        body.MoveTo(start);
        while (body.Next() && body.At < end)
            if (body.Head.StartsWith("From "u8)) return true;
        return false;
    }
}
