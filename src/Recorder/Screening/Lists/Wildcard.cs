namespace Recorder.Screening.Lists;

/// <summary>Stars and question marks. A star takes the least it can and gives nothing back but the last one: no backtracking over stars.</summary>
internal static class Wildcard
{
    /// <summary>Several stars in a row mean what one means.</summary>
    public static string OneStar(string pattern)
    {
        while (pattern.Contains("**", StringComparison.Ordinal)) pattern = pattern.Replace("**", "*", StringComparison.Ordinal);
        return pattern;
    }

    /// <param name="pattern">Canonical, with an at sign: no star reaches across it.</param>
    public static bool Matches(string pattern, SenderAddress sender)
    {
        var at = pattern.LastIndexOf('@');
        // The domain first: it says no to nearly everybody, and most often by its last letter.
        return Matches(pattern.AsSpan(at + 1), sender.Domain)
            && (pattern[0] == '"' ? Matches(Accounts.LocalPart.Read(pattern[..at]), sender.Local) : Matches(pattern.AsSpan(0, at), sender.Local));
    }

    /// <summary>At most text × pattern steps, and patterns are bounded.</summary>
    public static bool Matches(ReadOnlySpan<char> pattern, ReadOnlySpan<char> text)
    {
        if (pattern.Length > 0 && pattern[^1] is not ('*' or '?') && (text.Length == 0 || text[^1] != pattern[^1])) return false;
        var (p, t, star, from) = (0, 0, -1, 0);
        while (t < text.Length)
        {
            if (p < pattern.Length && pattern[p] == '*') (star, from, p) = (p, t, p + 1);
            else if (p < pattern.Length && pattern[p] == '?') (p, t) = (p + 1, t + Step(text, t));
            else if (p < pattern.Length && pattern[p] == text[t]) (p, t) = (p + 1, t + 1);
            else if (star >= 0) (p, from, t) = (star + 1, from + 1, from + 1);
            else return false;
        }
        while (p < pattern.Length && pattern[p] == '*') p++;
        return p == pattern.Length;
    }

    // A question mark stands for one character, which may be two code units.
    private static int Step(ReadOnlySpan<char> text, int at) =>
        char.IsHighSurrogate(text[at]) && at + 1 < text.Length && char.IsLowSurrogate(text[at + 1]) ? 2 : 1;
}
