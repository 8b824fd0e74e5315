namespace Recorder.Mail;

internal enum HtmlToken { End, Text, StartTag, EndTag, Other }

/// <summary>
/// Cuts markup into text and tags in one linear pass, without a tree. Not a browser's parser: what it makes of broken markup
/// is safe because everything kept is written out anew.
/// </summary>
internal ref struct HtmlScanner(ReadOnlySpan<char> html)
{
    private readonly ReadOnlySpan<char> html = html;
    private int position;
    private string? rawElement;

    /// <summary>Where the current token starts.</summary>
    public int TokenStart { get; private set; }

    /// <summary>Text as written, entities not decoded.</summary>
    public ReadOnlySpan<char> Text { get; private set; }

    /// <summary>Tag name as written.</summary>
    public ReadOnlySpan<char> Name { get; private set; }

    /// <summary>What stands between the name and the closing bracket.</summary>
    public ReadOnlySpan<char> Attributes { get; private set; }

    public HtmlToken Next()
    {
        TokenStart = position;
        if (position >= html.Length)
            return HtmlToken.End;
        if (rawElement is not null)
            return RawText();
        return html[position] == '<' ? Markup() : PlainText();
    }

    private HtmlToken PlainText()
    {
        var end = html[(position + 1)..].IndexOf('<');
        return TakeText(end < 0 ? html.Length : position + 1 + end);
    }

    private HtmlToken TakeText(int end)
    {
        Text = html[position..end];
        position = end;
        return HtmlToken.Text;
    }

    private HtmlToken Markup()
    {
        var rest = html[(position + 1)..];
        if (rest.StartsWith("!--", StringComparison.Ordinal))
            return Comment();
        if (!rest.IsEmpty && rest[0] is '!' or '?')
            return SkipPast(position, ">");
        var isEnd = !rest.IsEmpty && rest[0] == '/';
        var nameStart = position + (isEnd ? 2 : 1);
        if (nameStart >= html.Length || !char.IsAsciiLetter(html[nameStart]))
            return isEnd && nameStart < html.Length ? SkipPast(position, ">") : PlainText();
        return Tag(nameStart, isEnd);
    }

    private HtmlToken Comment()
    {
        // HTML §13.2.5.43: "<!-->" and "<!--->" are whole comments, and "--!>" ends one too.
        var body = html[(position + 4)..];
        if (body.StartsWith(">", StringComparison.Ordinal))
            return SkipTo(position + 5);
        if (body.StartsWith("->", StringComparison.Ordinal))
            return SkipTo(position + 6);
        for (var from = 0; ; from++)
        {
            var dashes = body[from..].IndexOf("--", StringComparison.Ordinal);
            if (dashes < 0)
                return SkipTo(html.Length);
            from += dashes;
            var after = body[(from + 2)..];
            if (after.StartsWith(">", StringComparison.Ordinal))
                return SkipTo(position + 4 + from + 3);
            if (after.StartsWith("!>", StringComparison.Ordinal))
                return SkipTo(position + 4 + from + 4);
        }
    }

    private HtmlToken Tag(int nameStart, bool isEnd)
    {
        var nameEnd = nameStart;
        while (nameEnd < html.Length && !IsSpace(html[nameEnd]) && html[nameEnd] is not ('/' or '>'))
            nameEnd++;
        Name = html[nameStart..nameEnd];
        var end = TagEnd(nameEnd);
        Attributes = html[nameEnd..Math.Min(end, html.Length)];
        position = Math.Min(end + 1, html.Length);
        if (end >= html.Length)
            return HtmlToken.Other; // cut within a tag: nothing to show (as browsers do)
        if (!isEnd)
            rawElement = RawElementOf(Name);
        return isEnd ? HtmlToken.EndTag : HtmlToken.StartTag;
    }

    /// <summary>The closing bracket; one inside a quoted value does not count, and a quote opens a value only after '='.</summary>
    private readonly int TagEnd(int from)
    {
        var afterEquals = false;
        for (var i = from; i < html.Length; i++)
        {
            var c = html[i];
            if (c == '>')
                return i;
            if (afterEquals && c is '"' or '\'' && afterEquals)
            {
                var close = html[(i + 1)..].IndexOf(c);
                if (close < 0)
                    return html.Length;
                i += close + 1;
            }
            afterEquals = c == '=' || (afterEquals && IsSpace(c));
        }
        return html.Length;
    }

    private HtmlToken RawText()
    {
        var name = rawElement!;
        rawElement = null;
        for (var from = position; ;)
        {
            var close = html[from..].IndexOf("</", StringComparison.Ordinal);
            if (close < 0)
                return TakeText(html.Length);
            from += close;
            var after = html[(from + 2)..];
            if (after.StartsWith(name, StringComparison.OrdinalIgnoreCase) && (after.Length == name.Length || IsSpace(after[name.Length]) || after[name.Length] is '>' or '/'))
                return TakeText(from);
            from += 2;
        }
    }

    private static string? RawElementOf(ReadOnlySpan<char> name)
    {
        foreach (var raw in RawElements)
        {
            if (name.Equals(raw, StringComparison.OrdinalIgnoreCase))
                return raw;
        }
        return null;
    }

    // plaintext is left out: mail written by people who meant pre would vanish.
    private static readonly string[] RawElements = ["script", "style", "title", "textarea", "xmp", "iframe", "noembed", "noframes"];

    public static bool IsSpace(char c) => c is ' ' or '\t' or '\n' or '\r' or '\f';

    private HtmlToken SkipPast(int from, string mark)
    {
        var end = html[from..].IndexOf(mark, StringComparison.Ordinal);
        return SkipTo(end < 0 ? html.Length : from + end + mark.Length);
    }

    private HtmlToken SkipTo(int end)
    {
        position = end;
        return HtmlToken.Other;
    }
}
