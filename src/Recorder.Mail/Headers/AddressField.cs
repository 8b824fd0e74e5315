using System.Text;

namespace Recorder.Mail;

/// <summary>
/// From, To and Cc as senders write them (RFC 5322 §3.4 and its ruins): whatever stands between commas is a party. Never
/// fails, one pass, no recursion. Group names are dropped, their members kept.
/// </summary>
internal static class AddressField
{
    /// <param name="field">Unfolded text with encoded words still encoded: their commas are no separators.</param>
    public static IReadOnlyList<MailParty> Parse(string field, int maxParties, CharsetContext context)
    {
        var parties = new List<MailParty>();
        var pieces = Split(field, honourQuotes: field.AsSpan().Count('"') % 2 == 0);
        foreach (var piece in pieces)
        {
            if (parties.Count >= maxParties)
                break;
            if (Party(field[piece], context) is { } party)
                parties.Add(party);
        }
        return parties;
    }

    private static IEnumerable<Range> Split(string field, bool honourQuotes)
    {
        var (start, quoted, comment, angle) = (0, false, 0, -1);
        for (var i = 0; i < field.Length; i++)
        {
            switch (field[i])
            {
                case '\\' when quoted || comment > 0: i++; break;
                case '"' when honourQuotes && comment == 0: quoted = !quoted; break;
                case var _ when quoted: break;
                case '(': comment++; break;
                case ')' when comment > 0: comment--; break;
                case var _ when comment > 0: break;
                case '<': angle = i; break;
                case '>': angle = -1; break;
                // A source route <@a,@b:c@d> is the one place where a comma inside angle brackets is not a separator.
                case ',' when angle >= 0 && angle + 1 < field.Length && field[angle + 1] == '@': break;
                case ',' or ';':
                    yield return start..i;
                    (start, angle) = (i + 1, -1);
                    break;
                case ':' when angle < 0 && !field.AsSpan(start, i - start).Contains('@'):
                    start = i + 1; // group display name (RFC 5322 §3.4)
                    break;
            }
        }
        yield return Math.Min(start, field.Length)..field.Length;
    }

    private static MailParty? Party(string piece, CharsetContext context)
    {
        var parts = Cut(piece);
        var name = Words(parts.Phrase, context);
        var address = Words(parts.Address, context);
        if (name.Length == 0)
            name = Words(parts.Comment, context);
        return name.Length == 0 && address.Length == 0 ? null : new MailParty(name, address);
    }

    private static (string Phrase, string Address, string Comment) Cut(string piece)
    {
        var (plain, comment) = WithoutComments(piece);
        var open = LastOutsideQuotes(plain, '<');
        if (open >= 0)
        {
            var close = plain.IndexOf('>', open);
            var inside = close < 0 ? plain[(open + 1)..] : plain[(open + 1)..close];
            if (inside.StartsWith('@') && inside.IndexOf(':') is > 0 and var route)
                inside = inside[(route + 1)..];
            return (Unquote(plain[..open]), inside.Trim(), comment);
        }
        plain = plain.Trim();
        // "Name" user@example.org, without the brackets.
        var space = plain.LastIndexOf(' ');
        return space > 0 && plain.AsSpan(space).Contains('@') && !plain.EndsWith('"')
            ? (Unquote(plain[..space]), plain[(space + 1)..], comment)
            : ("", plain, comment);
    }

    private static (string Plain, string Comment) WithoutComments(string piece)
    {
        if (!piece.Contains('('))
            return (piece, "");
        var (plain, comment, depth, quoted) = (new StringBuilder(), new StringBuilder(), 0, false);
        for (var i = 0; i < piece.Length; i++)
        {
            var c = piece[i];
            if (c == '"' && depth == 0)
                quoted = !quoted;
            if (c == '(' && !quoted && depth++ == 0)
                continue;
            if (c == ')' && !quoted && depth > 0 && --depth == 0)
                continue;
            if (c == '\\' && i + 1 < piece.Length && depth > 0)
                c = piece[++i];
            (depth > 0 ? comment : plain).Append(c);
        }
        return (plain.ToString(), comment.ToString());
    }

    private static int LastOutsideQuotes(string text, char wanted)
    {
        var (found, quoted) = (-1, false);
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '\\' && quoted)
                i++;
            else if (text[i] == '"')
                quoted = !quoted;
            else if (text[i] == wanted && !quoted)
                found = i;
        }
        // An unbalanced quote hides the bracket: take it anyway.
        return found >= 0 || !quoted ? found : text.LastIndexOf(wanted);
    }

    private static string Unquote(string phrase)
    {
        phrase = phrase.Trim();
        if (!phrase.Contains('"') && !phrase.Contains('\\'))
            return phrase;
        var text = new StringBuilder(phrase.Length);
        for (var i = 0; i < phrase.Length; i++)
        {
            if (phrase[i] == '\\' && i + 1 < phrase.Length)
                text.Append(phrase[++i]);
            else if (phrase[i] != '"')
                text.Append(phrase[i]);
        }
        return text.ToString();
    }

    private static string Words(string text, CharsetContext context) => HeaderText.Tidy(EncodedWords.Decode(text, context));
}
