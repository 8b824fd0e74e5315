using System.Globalization;
using System.Text;

namespace Recorder.Digests;

/// <summary>Words of strangers, made fit to stand inside our own mail.</summary>
internal static class Shown
{
    // First strong isolate and pop directional isolate (UAX #9): what stands between cannot turn what stands around.
    private const char Isolate = '\u2068', Pop = '\u2069';
    private const char BreakHere = '\u200B';

    /// <summary>One line without controls and direction marks, cut at a length; nothing in it looks like a link to a mail program.</summary>
    public static string Line(string text, int maxLength)
    {
        var plain = new StringBuilder();
        foreach (var rune in text.EnumerateRunes())
        {
            if (plain.Length >= maxLength) return plain.Append('…').ToString();
            if (Rune.IsWhiteSpace(rune) || rune.Value is '\r' or '\n') AppendSpace(plain);
            else if (!IsHidden(rune)) Append(plain, rune);
        }
        return plain.ToString().Trim();
    }

    public static string Isolated(string line) => $"{Isolate}{line}{Pop}";

    private static void AppendSpace(StringBuilder plain)
    {
        if (plain.Length > 0 && plain[^1] != ' ') plain.Append(' ');
    }

    // Mail programs make links of what looks like one, and a stranger's link in our mail would look like ours.
    private static void Append(StringBuilder plain, Rune rune)
    {
        plain.Append(rune.ToString());
        if (rune.Value is '.' or '/' or ':' or '@') plain.Append(BreakHere);
    }

    // Controls, formats (direction marks, joiners without letters, tags), lone surrogates, private use.
    private static bool IsHidden(Rune rune) => rune.Value == 0xFFFD || Rune.GetUnicodeCategory(rune)
        is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.Surrogate or UnicodeCategory.PrivateUse
        or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator;
}
