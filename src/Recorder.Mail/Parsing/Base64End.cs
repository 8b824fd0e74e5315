using System.Buffers;

namespace Recorder.Mail;

/// <summary>
/// Where the base64 of a text ends and plain words begin: mailing lists and virus scanners write their footer behind a text
/// without looking how it is encoded. Read as base64, those words would spoil the charset of everything before them.
/// </summary>
internal struct Base64End
{
    private static readonly SearchValues<byte> Alphabet = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/="u8);

    private bool mayEnd, lineHasContent;
    private byte last;

    /// <param name="piece">The next bytes of the content.</param>
    /// <returns>Where the words begin in them; -1 where they are base64 to their end.</returns>
    public int Find(ReadOnlySpan<byte> piece)
    {
        for (var start = 0; start < piece.Length;)
        {
            var length = piece[start..].IndexOf((byte)'\n');
            var line = length < 0 ? piece[start..] : piece.Slice(start, length);
            if (IsEnd(line.Trim("\r\t "u8)))
                return start;
            if (length < 0)
                break;
            // Behind padding or an empty line there may be other things; within base64 there is often junk, which is skipped.
            (mayEnd, lineHasContent) = (!lineHasContent || last == '=', false);
            start += length + 1;
        }
        return -1;
    }

    private bool IsEnd(ReadOnlySpan<byte> content)
    {
        if (content.IsEmpty)
            return false;
        // A line of dashes is a footer's, or a boundary of a message around this one.
        var isEnd = !lineHasContent && (content.StartsWith("--"u8) || (mayEnd && content.ContainsAnyExcept(Alphabet)));
        (lineHasContent, last) = (true, content[^1]);
        return isEnd;
    }
}
