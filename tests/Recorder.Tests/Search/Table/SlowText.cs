using System.Globalization;
using System.Text;

namespace Recorder.Tests.Search.Table;

/// <summary>
/// Text as a person compares it: plain containment for scripts without spaces, whole words for the others. Written for
/// this table alone; it shares nothing with the analysis of the index.
/// </summary>
internal sealed class SlowText
{
    private readonly string _joined;
    private readonly HashSet<string> _words;
    private readonly string _spaced;

    public SlowText(params string[] pieces)
    {
        var flat = Flat(string.Join("\n\n", pieces));
        _joined = JoinedLines(flat);
        _words = [.. Words(flat)];
        _spaced = " " + string.Join(' ', Words(flat)) + " ";
    }

    /// <summary>Anywhere, also across a line that was wrapped within it.</summary>
    public bool Contains(string piece) => _joined.Contains(Flat(piece), StringComparison.Ordinal);

    public bool HasWord(string word) => _words.Contains(Flat(word));

    public bool HasWordsInOrder(string words) => _spaced.Contains(" " + string.Join(' ', Words(Flat(words))) + " ", StringComparison.Ordinal);

    public bool HasBeginning(string beginning) => _words.Any(word => word.StartsWith(Flat(beginning), StringComparison.Ordinal));

    private static string Flat(string text)
    {
        var plain = new StringBuilder();
        foreach (var rune in text.Normalize(NormalizationForm.FormKC).Normalize(NormalizationForm.FormD).EnumerateRunes())
        {
            // The marks of kana make another letter of it; an accent does not.
            var isAccent = Rune.GetUnicodeCategory(rune) == UnicodeCategory.NonSpacingMark && rune.Value is < 0x3099 or > 0x309A && rune.Value < 0x0900;
            if (!isAccent && Rune.GetUnicodeCategory(rune) != UnicodeCategory.Format) plain.Append(rune.ToString());
        }
        return plain.ToString().Normalize(NormalizationForm.FormC).ToLowerInvariant();
    }

    private static string JoinedLines(string text)
    {
        var joined = new StringBuilder();
        var line = 0;
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '\r') continue;
            var isWrap = text[i] == '\n' && line >= 24 && i + 1 < text.Length && text[i + 1] > '\u2E80';
            line = text[i] == '\n' ? 0 : line + 1;
            if (!isWrap) joined.Append(text[i]);
        }
        return joined.ToString();
    }

    private static IEnumerable<string> Words(string text)
    {
        var word = new StringBuilder();
        foreach (var c in text + " ")
        {
            if (char.IsLetterOrDigit(c) && c < '\u2E80') word.Append(c);
            else if (word.Length > 0)
            {
                yield return word.ToString();
                word.Clear();
            }
        }
    }
}
