using System.Buffers.Text;
using System.Text;
using System.Text.Unicode;

namespace Recorder.Smtp.Client;

/// <summary>One line of a reply (RFC 5321 §4.2): code, whether more follow, text.</summary>
internal readonly record struct ReplyLine(int Code, bool IsLast, string Text)
{
    /// <returns>False where the line is no reply at all.</returns>
    public static bool TryParse(ReadOnlySpan<byte> line, out ReplyLine parsed)
    {
        parsed = default;
        if (!TryParseCode(line, out int code)) return false;
        // A code alone on its line is legal though discouraged (RFC 5321 §4.2).
        bool isLast = line.Length == 3 || line[3] == (byte)' ';
        if (!isLast && line[3] != (byte)'-') return false;
        parsed = new ReplyLine(code, isLast, line.Length > 4 ? CleanText(line[4..]) : "");
        return true;
    }

    private static bool TryParseCode(ReadOnlySpan<byte> line, out int code)
    {
        code = 0;
        return line.Length >= 3
            && Utf8Parser.TryParse(line[..3], out code, out int used) && used == 3
            && line[0] is >= (byte)'2' and <= (byte)'5';
    }

    /// <summary>The peer's bytes become text that is safe to log and to pass on in a reply of ours.</summary>
    private static string CleanText(ReadOnlySpan<byte> bytes)
    {
        var encoding = Utf8.IsValid(bytes) ? Encoding.UTF8 : Encoding.Latin1;
        return string.Create(encoding.GetCharCount(bytes), (bytes.ToArray(), encoding), static (chars, source) =>
        {
            source.encoding.GetChars(source.Item1, chars);
            foreach (ref char c in chars)
                if (char.IsControl(c)) c = c == '\t' ? ' ' : '?';
        });
    }
}
