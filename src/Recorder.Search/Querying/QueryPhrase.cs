using System.Globalization;

namespace Recorder.Search;

/// <summary>Words of somebody's choosing as one phrase of a query, which they cannot end.</summary>
public static class QueryPhrase
{
    /// <summary>In quotes. Every mark that a query could read as a quote or a bracket is a space in it, full-width and Chinese ones too.</summary>
    public static string Of(string words) =>
        $"\"{string.Join(' ', new string([.. words.Select(letter => IsMark(letter) ? ' ' : letter)]).Split(' ', StringSplitOptions.RemoveEmptyEntries))}\"";

    private static bool IsMark(char letter) => letter is '"' or '\uFF02' or '\\' || char.GetUnicodeCategory(letter)
        is UnicodeCategory.OpenPunctuation or UnicodeCategory.ClosePunctuation or UnicodeCategory.InitialQuotePunctuation or UnicodeCategory.FinalQuotePunctuation;
}
