using System.Collections.Frozen;
using System.Text;

namespace Recorder.Mail;

/// <summary>Markup to readable text, in linear time and without a tree.</summary>
public static class HtmlText
{
    private static readonly FrozenSet<string> Blocks = ("address article aside blockquote body br caption center dd details dir div dl dt fieldset figcaption "
        + "figure footer form h1 h2 h3 h4 h5 h6 header hr html li main menu nav ol p pre section summary table tbody tfoot thead tr ul")
        .Split(' ').ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    private static readonly FrozenSet<string> Cells = new[] { "td", "th" }.ToFrozenSet(StringComparer.OrdinalIgnoreCase);
    private static readonly FrozenSet<string> Unread =
        new[] { "script", "style", "title", "iframe", "noembed", "noframes" }.ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    /// <param name="maxLength">In characters; the rest is left out.</param>
    public static string Of(string html, int maxLength = int.MaxValue)
    {
        var output = new Lines(maxLength);
        var scanner = new HtmlScanner(html);
        var (preformatted, skipText) = (0, false);
        while (!output.IsFull)
        {
            var token = scanner.Next();
            if (token == HtmlToken.End)
                break;
            switch (token)
            {
                case HtmlToken.Text when skipText:
                    break;
                case HtmlToken.Text:
                    output.Write(HtmlEntities.Decode(scanner.Text), preformatted > 0);
                    break;
                case HtmlToken.StartTag or HtmlToken.EndTag:
                    output.Tag(scanner.Name, scanner.Attributes, token == HtmlToken.StartTag);
                    preformatted += IsPre(scanner.Name) ? token == HtmlToken.StartTag ? 1 : -Math.Sign(preformatted) : 0;
                    break;
            }
            skipText = token == HtmlToken.StartTag && Contains(Unread, scanner.Name);
        }
        return output.ToString();
    }

    private static bool IsPre(ReadOnlySpan<char> name) => name.Equals("pre", StringComparison.OrdinalIgnoreCase);

    private static bool Contains(FrozenSet<string> set, ReadOnlySpan<char> name) =>
        set.GetAlternateLookup<ReadOnlySpan<char>>().Contains(name);

    /// <summary>Text with white space folded as a browser folds it.</summary>
    private sealed class Lines(int maxLength)
    {
        private readonly StringBuilder text = new();
        private bool space;

        public bool IsFull => text.Length >= maxLength;

        public void Tag(ReadOnlySpan<char> name, ReadOnlySpan<char> attributes, bool isStart)
        {
            if (Contains(Blocks, name))
                Break();
            else if (Contains(Cells, name))
                space = true;
            if (isStart && name.Equals("img", StringComparison.OrdinalIgnoreCase))
                Alternative(attributes);
        }

        public void Write(string words, bool preformatted)
        {
            foreach (var c in words)
            {
                if (IsFiller(c))
                    continue;
                if (preformatted && c == '\n')
                    Break();
                else if (char.IsWhiteSpace(c))
                    space = true;
                else
                    Append(c);
            }
        }

        /// <summary>Soft hyphens, which split words for the index, and what newsletters pad their preview line with.</summary>
        private bool IsFiller(char c) => c switch
        {
            '\u00AD' or '\u200B' or '\u034F' => true,
            '\u200C' or '\u200D' => space || text.Length == 0, // joiners join something, or they pad
            _ => HeaderText.IsHidden(c) && !char.IsWhiteSpace(c),
        };

        private void Append(char c)
        {
            if (space && text.Length > 0 && text[^1] != '\n')
                text.Append(' ');
            space = false;
            text.Append(c);
        }

        private void Break()
        {
            space = false;
            if (text.Length > 0 && text[^1] != '\n')
                text.Append('\n');
        }

        private void Alternative(ReadOnlySpan<char> attributes)
        {
            var each = new HtmlAttributes(attributes);
            while (each.Next())
            {
                if (!each.Name.Equals("alt", StringComparison.OrdinalIgnoreCase))
                    continue;
                space = true;
                Write(each.Value, false);
                space = true;
                return;
            }
        }

        public override string ToString()
        {
            var length = text.Length;
            while (length > 0 && text[length - 1] == '\n')
                length--;
            return text.ToString(0, Math.Min(length, maxLength));
        }
    }
}
