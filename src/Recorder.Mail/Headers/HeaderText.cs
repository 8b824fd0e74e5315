using System.Text;

namespace Recorder.Mail;

/// <summary>
/// A field's bytes to text for display: unfolded (RFC 5322 §2.2.3), raw 8-bit repaired, encoded words (RFC 2047) decoded
/// as senders write them rather than as the RFC asks.
/// </summary>
internal static class HeaderText
{
    public static string Decode(ReadOnlySpan<byte> value, CharsetContext context) =>
        Tidy(EncodedWords.Decode(Unfold(value, context), context));

    /// <summary>Text of the field before encoded words are decoded: what structured fields are parsed from.</summary>
    public static string Unfold(ReadOnlySpan<byte> value, CharsetContext context)
    {
        var text = CharsetRepair.Decode(value.Trim(" \t\r\n"u8), null, context, context.Hint);
        return text.AsSpan().IndexOfAny('\r', '\n') < 0 ? text : WithoutFolds(text);
    }

    /// <summary>Control characters and direction overrides away, white space folded to single spaces, trimmed.</summary>
    public static string Tidy(string text)
    {
        if (IsTidy(text))
            return text;
        var tidy = new StringBuilder(text.Length);
        var space = false;
        foreach (var c in text)
        {
            if (char.IsWhiteSpace(c))
                space = tidy.Length > 0;
            else if (!IsHidden(c))
            {
                if (space)
                    tidy.Append(' ');
                tidy.Append(c);
                space = false;
            }
        }
        return tidy.ToString();
    }

    /// <summary>Characters that change what a reader sees without being seen.</summary>
    public static bool IsHidden(char c) =>
        char.IsControl(c) || c is '\uFEFF' or '\u200E' or '\u200F' or (>= '\u202A' and <= '\u202E') or (>= '\u2066' and <= '\u2069');

    private static bool IsTidy(string text)
    {
        var previous = ' ';
        foreach (var c in text)
        {
            if (IsHidden(c) || (c != ' ' && char.IsWhiteSpace(c)) || (c == ' ' && previous == ' '))
                return false;
            previous = c;
        }
        return text.Length == 0 || previous != ' ';
    }

    private static string WithoutFolds(string text)
    {
        var line = new StringBuilder(text.Length);
        foreach (var c in text)
        {
            if (c is not ('\r' or '\n'))
                line.Append(c);
        }
        return line.ToString();
    }
}
