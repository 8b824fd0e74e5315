using System.Collections.Frozen;
using System.Net;
using System.Text;

namespace Recorder.Mail;

/// <summary>
/// Writes hostile markup anew: allowed tags and attributes only, every element closed, depth, count and open formatting
/// bounded. What it writes is simple enough that a tree parser neither recurses deep nor multiplies formatting elements
/// (HTML §13.2.4.3), which a few kilobytes of unclosed tags otherwise do. The sanitiser judges its output again.
/// </summary>
internal sealed class HtmlPruner(HtmlRemote remote)
{
    private const int MaxDepth = 120;
    private const int MaxElements = 20_000;
    private const int MaxOpenFormatting = 12;
    private const int MaxStyleLength = 4_096;
    private const int MaxStyles = 2_000; // each is parsed as a style sheet
    private const int MaxStylesLength = 512 << 10;
    private const int MaxOutputLength = 2 * HtmlCleaner.MaxLength; // escaping lengthens
    private const int MaxValueLength = 2_048;

    private readonly StringBuilder output = new();
    private readonly List<string> open = [];
    private int elements, openFormatting, styles, stylesLength;
    private bool isFull;

    /// <returns>null when the markup has more elements than any honest message.</returns>
    public string? Prune(string html)
    {
        var scanner = new HtmlScanner(html);
        var skipText = false;
        for (var token = scanner.Next(); token != HtmlToken.End && !isFull; token = scanner.Next())
        {
            switch (token)
            {
                case HtmlToken.Text when skipText:
                    remote.SeeStyleSheet(scanner.Text);
                    break;
                case HtmlToken.Text:
                    WriteText(scanner.Text);
                    break;
                case HtmlToken.StartTag:
                    Start(scanner.Name, scanner.Attributes);
                    break;
                case HtmlToken.EndTag:
                    End(scanner.Name);
                    break;
            }
            skipText = token == HtmlToken.StartTag && HtmlPolicy.HasUnreadText(scanner.Name);
        }
        CloseDownTo(0);
        return isFull ? null : output.ToString();
    }

    private void WriteText(ReadOnlySpan<char> text)
    {
        output.Append(WebUtility.HtmlEncode(HtmlEntities.Decode(text).Replace("\0", "")));
        isFull |= output.Length > MaxOutputLength;
    }

    private void Start(ReadOnlySpan<char> tag, ReadOnlySpan<char> attributes)
    {
        if (HtmlPolicy.TagName(tag) is not { } name)
        {
            remote.SeeDroppedTag(attributes);
            return;
        }
        isFull |= ++elements > MaxElements;
        if (HtmlPolicy.IsBlock(name))
            ClosePast("p");
        if (HtmlPolicy.ClosedBySibling(name) is { } siblings)
            CloseSibling(siblings);
        if (name is "td" or "th" && Parent is "table" or "tbody" or "thead" or "tfoot")
            Open("tr", default); // as a parser would
        if (!HtmlPolicy.MayStandIn(name, Parent) || isFull)
            return;
        if (HtmlPolicy.IsVoid(name))
        {
            Write(name, attributes);
            return;
        }
        if (open.Count >= MaxDepth || (HtmlPolicy.IsFormatting(name) && openFormatting >= MaxOpenFormatting))
            return;
        Open(name, attributes);
    }

    private string? Parent => open.Count == 0 ? null : open[^1];

    private void Open(string name, ReadOnlySpan<char> attributes)
    {
        Write(name, attributes);
        open.Add(name);
        openFormatting += HtmlPolicy.IsFormatting(name) ? 1 : 0;
    }

    private void End(ReadOnlySpan<char> tag)
    {
        if (HtmlPolicy.TagName(tag) is not { } name)
            return;
        for (var i = open.Count - 1; i >= 0; i--)
        {
            if (open[i] == name)
            {
                CloseDownTo(i);
                return;
            }
            if (HtmlPolicy.IsScope(open[i]) && !HtmlPolicy.IsTablePart(name))
                return; // a stray end tag in a cell does not end what is around the table
        }
    }

    private void ClosePast(string name)
    {
        for (var i = open.Count - 1; i >= 0 && !HtmlPolicy.IsScope(open[i]); i--)
        {
            if (open[i] == name)
                CloseDownTo(i);
        }
    }

    private void CloseSibling(FrozenSet<string> siblings)
    {
        var outermost = open.Count;
        for (var i = open.Count - 1; i >= 0; i--)
        {
            if (HtmlPolicy.IsSiblingScope(open[i]))
                break;
            if (siblings.Contains(open[i]))
                outermost = i;
        }
        CloseDownTo(outermost);
    }

    private void CloseDownTo(int depth)
    {
        while (open.Count > depth)
        {
            var name = open[^1];
            open.RemoveAt(open.Count - 1);
            openFormatting -= HtmlPolicy.IsFormatting(name) ? 1 : 0;
            output.Append("</").Append(name).Append('>');
        }
    }

    private void Write(string name, ReadOnlySpan<char> attributes)
    {
        output.Append('<').Append(name);
        var written = new HashSet<string>(4, StringComparer.Ordinal);
        var each = new HtmlAttributes(attributes);
        for (var count = 0; count < 100 && each.Next(); count++)
        {
            if (HtmlPolicy.AttributeName(each.Name) is { } attribute)
                WriteAttribute(name, attribute, each, written);
        }
        output.Append('>');
    }

    private void WriteAttribute(string tag, string attribute, HtmlAttributes raw, HashSet<string> written)
    {
        var value = attribute switch
        {
            "href" => tag == "a" && MailUrl.Link(raw.Value, out var link) == MailUrlKind.Link ? link : null,
            "src" or "background" => (attribute == "src") == (tag == "img") ? remote.Image(raw.Value) : null,
            "style" => Style(raw),
            _ => raw.RawLength <= MaxValueLength ? raw.Value : null,
        };
        if (value is null || !written.Add(attribute))
            return;
        output.Append(' ').Append(attribute).Append("=\"").Append(WebUtility.HtmlEncode(value.Replace("\0", ""))).Append('"');
    }

    private string? Style(HtmlAttributes raw)
    {
        stylesLength += raw.RawLength;
        if (raw.RawLength > MaxStyleLength || stylesLength > MaxStylesLength || ++styles > MaxStyles)
            return null;
        var value = raw.Value;
        remote.SeeStyleSheet(value);
        return value;
    }
}
