using MimeKit.Text;

namespace Recorder.Mail;

/// <summary>The attributes of one tag, in order.</summary>
internal ref struct HtmlAttributes(ReadOnlySpan<char> rest)
{
    private ReadOnlySpan<char> rest = rest;
    private ReadOnlySpan<char> raw;

    public ReadOnlySpan<char> Name { get; private set; }

    /// <summary>Entities decoded.</summary>
    public readonly string Value => HtmlEntities.Decode(raw);

    public readonly int RawLength => raw.Length;

    public bool Next()
    {
        var i = 0;
        while (i < rest.Length && (HtmlScanner.IsSpace(rest[i]) || rest[i] is '/' or '='))
            i++;
        rest = rest[i..];
        if (rest.IsEmpty)
            return false;
        var end = rest.IndexOfAny(" \t\n\r\f=/");
        Name = end < 0 ? rest : rest[..end];
        rest = rest[Name.Length..];
        TakeValue();
        return true;
    }

    private void TakeValue()
    {
        raw = default;
        var after = rest.TrimStart(" \t\n\r\f");
        if (after.IsEmpty || after[0] != '=')
            return;
        after = after[1..].TrimStart(" \t\n\r\f");
        if (!after.IsEmpty && after[0] is '"' or '\'')
        {
            var close = after[1..].IndexOf(after[0]);
            raw = close < 0 ? after[1..] : after.Slice(1, close);
            rest = close < 0 ? default : after[(close + 2)..];
            return;
        }
        var end = after.IndexOfAny(" \t\n\r\f");
        raw = end < 0 ? after : after[..end];
        rest = after[raw.Length..];
    }
}

internal static class HtmlEntities
{
    public static string Decode(ReadOnlySpan<char> text)
    {
        if (!text.Contains('&'))
            return text.ToString();
        var source = text.ToString();
        return HtmlUtils.HtmlDecode(source, 0, source.Length);
    }
}
