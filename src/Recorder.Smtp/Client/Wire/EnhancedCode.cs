namespace Recorder.Smtp.Client;

/// <summary>The enhanced status code that opens the text of a reply (RFC 2034 §4, RFC 3463 §2).</summary>
internal static class EnhancedCode
{
    /// <summary>Takes <c>5.1.1 No such user</c> apart. The class must agree with the reply code (RFC 2034 §4).</summary>
    public static bool TrySplit(int code, string text, out string enhanced, out string rest)
    {
        int length = Measure(text);
        if (length == 0 || text[0] - '0' != code / 100)
        {
            (enhanced, rest) = ("", text);
            return false;
        }
        enhanced = text[..length];
        rest = text[length..].TrimStart(' ');
        return true;
    }

    /// <returns>The length of <c>class.subject.detail</c> at the start, 0 where there is none.</returns>
    private static int Measure(string text)
    {
        if (text.Length < 5 || text[0] is not ('2' or '4' or '5') || text[1] != '.') return 0;
        int subjectEnd = SkipNumber(text, 2);
        if (subjectEnd < 0 || subjectEnd >= text.Length || text[subjectEnd] != '.') return 0;
        int end = SkipNumber(text, subjectEnd + 1);
        return end > 0 && (end == text.Length || text[end] == ' ') ? end : 0;
    }

    /// <returns>Where a number of one to three digits ends, or -1.</returns>
    private static int SkipNumber(string text, int start)
    {
        int end = start;
        while (end < text.Length && char.IsAsciiDigit(text[end])) end++;
        return end - start is >= 1 and <= 3 ? end : -1;
    }
}
