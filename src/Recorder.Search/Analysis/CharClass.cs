using System.Globalization;
using System.Text;

namespace Recorder.Search.Analysis;

/// <summary>What one code point means to the word breaker.</summary>
internal enum CharClass : byte
{
    /// <summary>Ends a word.</summary>
    Separator,

    /// <summary>A letter, digit or mark of a script that writes spaces between words.</summary>
    Word,

    /// <summary>A character of a script without spaces (Han, kana, Hangul, Thai …) or a pictograph: indexed as pairs.</summary>
    Run,

    /// <summary>Invisible inside a word: soft hyphen, joiners, variation selectors.</summary>
    Ignored,

    /// <summary>Half of a pair; look at the whole code point.</summary>
    Surrogate,
}

internal static class CharClasses
{
    /// <summary>Blocks whose letters, marks and numbers are runs, first and last code point.</summary>
    private static readonly (int First, int Last)[] RunBlocks =
    [
        (0x0E00, 0x0EFF), (0x1000, 0x109F), (0x1780, 0x17FF), // Thai and Lao, Myanmar, Khmer
        (0x1100, 0x11FF), (0x3130, 0x318F), (0xA960, 0xA97F), (0xAC00, 0xD7FF), // Hangul
        (0x2E80, 0x2FDF), (0x3005, 0x3007), (0x3021, 0x3029), (0x3038, 0x303C), // radicals, iteration marks, numerals
        (0x3040, 0x312F), (0x31A0, 0x31BF), (0x31F0, 0x33FF), // kana, bopomofo, enclosed forms
        (0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xF900, 0xFAFF), (0xFF66, 0xFFDC), // Han, half-width kana and Hangul
        (0x1B000, 0x1B16F), (0x20000, 0x3FFFF),
    ];

    private static readonly (int First, int Last)[] PictographBlocks = [(0x2600, 0x27BF), (0x1F000, 0x1FAFF)];

    private static readonly CharClass[] Bmp = BuildTable(); // after the blocks it is built from

    public static CharClass Of(char c) => Bmp[c];

    public static CharClass Of(Rune rune) => rune.IsBmp ? Bmp[rune.Value] : Classify(rune.Value);

    private static CharClass[] BuildTable()
    {
        var table = new CharClass[0x10000];
        for (var c = 0; c < table.Length; c++)
            table[c] = char.IsSurrogate((char)c) ? CharClass.Surrogate : Classify(c);
        return table;
    }

    private static CharClass Classify(int codePoint)
    {
        var category = CharUnicodeInfo.GetUnicodeCategory(codePoint);
        if (category == UnicodeCategory.Format || codePoint is (>= 0xFE00 and <= 0xFE0F) or (>= 0xE0100 and <= 0xE01EF))
            return CharClass.Ignored;
        if (Within(PictographBlocks, codePoint)) return CharClass.Run;
        if (Within(RunBlocks, codePoint)) return IsText(category) || IsSign(codePoint) ? CharClass.Run : CharClass.Separator;
        return IsText(category) ? CharClass.Word : CharClass.Separator;
    }

    // Enclosed forms, and radicals: many PDF files write 金 as the radical ⾦, and folding makes it the character again.
    private static bool IsSign(int codePoint) => codePoint is (>= 0x3200 and <= 0x33FF) or (>= 0x2E80 and <= 0x2FD5);

    private static bool IsText(UnicodeCategory category) => category
        is <= UnicodeCategory.OtherLetter
        or UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.EnclosingMark
        or UnicodeCategory.DecimalDigitNumber or UnicodeCategory.LetterNumber or UnicodeCategory.OtherNumber;

    private static bool Within((int First, int Last)[] blocks, int codePoint)
    {
        foreach (var (first, last) in blocks)
            if (codePoint >= first && codePoint <= last) return true;
        return false;
    }
}
