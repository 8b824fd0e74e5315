using System.Net;
using System.Text;
using System.Text.RegularExpressions;

namespace Recorder.Tests.Search.Table;

/// <summary>
/// Reads a message the plain way, with regular expressions and System.Text.Encoding: slow, without limits, without
/// repairs, and without a line in common with the product's reader. For well-formed enough mail of the corpus.
/// </summary>
internal static partial class SlowDecoder
{
    static SlowDecoder() => Encoding.RegisterProvider(CodePagesEncodingProvider.Instance);

    public static SlowMail Read(string key, byte[] bytes)
    {
        var (header, body) = Cut(Encoding.Latin1.GetString(bytes).ReplaceLineEndings("\n"));
        var (texts, files) = (new List<string>(), new List<string>());
        Walk(header, body, texts, files, depth: 0);
        var (to, list) = ($"{All(header, "To")}\n{All(header, "Cc")}", Field(header, "List-Id"));
        return new SlowMail(key, Field(header, "Subject"), Field(header, "From"), $"{to}\n{list}", string.Join("\n\n", texts), [.. files]);
    }

    private static void Walk(string header, string body, List<string> texts, List<string> files, int depth)
    {
        var type = Raw(header, "Content-Type") ?? "text/plain";
        var kind = type.Split(';')[0].Trim().ToLowerInvariant();
        var name = Name(Raw(header, "Content-Disposition") ?? "", "filename") ?? Name(type, "name");
        if (name is not null) files.Add(name);
        var parts = kind.StartsWith("multipart/", StringComparison.Ordinal) && Parameter(type, "boundary") is { } boundary ? Parts(body, boundary).ToList() : [];
        if (parts.Count > 0 && depth < 20)
            foreach (var part in parts)
            {
                var (inner, content) = Cut(part.StartsWith('\n') ? part : part.TrimStart(' '));
                Walk(inner, content, texts, files, depth + 1);
            }
        else if (kind == "message/rfc822" && depth < 20)
        {
            var (inner, content) = Cut(body.TrimStart('\n'));
            texts.Add(Field(inner, "Subject"));
            Walk(inner, content, texts, files, depth + 1);
        }
        // A multipart whose boundary is nowhere is shown as it stands.
        else if (kind.StartsWith("text/", StringComparison.Ordinal) || kind.StartsWith("multipart/", StringComparison.Ordinal) || kind.Length == 0)
        {
            var text = Decode(Bytes(body, Raw(header, "Content-Transfer-Encoding")), Parameter(type, "charset"));
            texts.Add(kind == "text/html" ? WithoutTags(text) : text);
        }
    }

    private static (string Header, string Body) Cut(string message)
    {
        if (message.StartsWith("From ", StringComparison.Ordinal)) message = message[(message.IndexOf('\n') + 1)..];
        if (message.StartsWith('\n')) return ("", message[1..]);
        var blank = message.IndexOf("\n\n", StringComparison.Ordinal);
        return blank < 0 ? (message, "") : (message[..blank], message[(blank + 2)..]);
    }

    private static IEnumerable<string> Parts(string body, string boundary)
    {
        var pieces = Regex.Split("\n" + body, $"\n--{Regex.Escape(boundary)}(?=--|[ \t]*\n|$)");
        foreach (var piece in pieces.Skip(1))
        {
            if (piece.StartsWith("--", StringComparison.Ordinal)) yield break;
            yield return piece[(piece.IndexOf('\n') + 1)..];
        }
    }

    private static string? Raw(string header, string name) => Raws(header, name).FirstOrDefault();

    private static IEnumerable<string> Raws(string header, string name) =>
        Regex.Matches(header, $"^{name}[ \t]*:(.*(?:\n[ \t].*)*)", RegexOptions.Multiline | RegexOptions.IgnoreCase)
            .Select(match => Regex.Replace(match.Groups[1].Value, "\n(?=[ \t])", "").Trim());

    private static string All(string header, string name) => string.Join('\n', Raws(header, name).Select(Words));

    private static string Field(string header, string name) => Raw(header, name) is { } raw ? Words(raw) : "";

    private static string Words(string raw)
    {
        var joined = Between().Replace(raw, "?==?");
        var plain = Run().Replace(joined, run =>
        {
            var words = Word().Matches(run.Value);
            var bytes = words.SelectMany(word => word.Groups[2].Value is "b" or "B" ? Base64(word.Groups[3].Value) : Quoted(word.Groups[3].Value.Replace('_', ' '))).ToArray();
            return "\uE000" + Decode(bytes, words[0].Groups[1].Value).Replace("\n", " ") + "\uE001";
        });
        return Regex.Replace(plain, "\uE000([^\uE001]*)\uE001|([^\uE000]+)", piece => piece.Groups[1].Success ? piece.Groups[1].Value : Decode(Encoding.Latin1.GetBytes(piece.Value), null));
    }

    private static string? Name(string field, string parameter)
    {
        var parts = Regex.Matches(field, $@"{parameter}\*(\d+)(\*?)=""?([^"";]*)""?", RegexOptions.IgnoreCase).OrderBy(part => int.Parse(part.Groups[1].Value)).ToList();
        if (parts.Count > 0) return Extended(string.Concat(parts.Select(part => part.Groups[3].Value.Trim())));
        if (Regex.Match(field, $@"{parameter}\*=([^;]*)", RegexOptions.IgnoreCase) is { Success: true } one) return Extended(one.Groups[1].Value.Trim('"', ' '));
        return Parameter(field, parameter) is { } plain ? Words(plain) : null;
    }

    private static string Extended(string value)
    {
        var pieces = value.Split('\'', 3);
        return pieces.Length < 3 ? value : Decode([.. Regex.Matches(pieces[2], "%([0-9A-Fa-f]{2})|(.)").Select(m => m.Groups[1].Success ? Convert.ToByte(m.Groups[1].Value, 16) : (byte)m.Value[0])], pieces[0]);
    }

    private static string? Parameter(string field, string name) =>
        Regex.Match(field, $@"[;\s]{name}\s*=\s*(?:""([^""]*)""|([^;\s]+))", RegexOptions.IgnoreCase) is { Success: true } match ? match.Groups[1].Success ? match.Groups[1].Value : match.Groups[2].Value : null;

    private static byte[] Bytes(string body, string? encoding) => encoding?.Trim().ToLowerInvariant() switch
    {
        // Dashes, and words behind padding or an empty line, are the footer of a list, which was not encoded.
        "base64" when Regex.Match(body, @"\n(?=--)|((?<==)\n|\n[ \t]*\n)(?=[A-Za-z0-9+/=]*[^A-Za-z0-9+/=\n])") is { Success: true } footer =>
            [.. Base64(body[..footer.Index]), .. Encoding.Latin1.GetBytes("\n" + body[footer.Index..])],
        "base64" => Base64(body),
        "quoted-printable" => Quoted(Regex.Replace(body, "=[ \t]*\n", "")),
        _ => Encoding.Latin1.GetBytes(body),
    };

    private static byte[] Base64(string text)
    {
        var clean = Regex.Replace(text.Split('=')[0], "[^A-Za-z0-9+/]", "");
        clean = clean[..(clean.Length - (clean.Length % 4 == 1 ? 1 : 0))];
        return Convert.FromBase64String(clean.PadRight((clean.Length + 3) / 4 * 4, '='));
    }

    private static byte[] Quoted(string text) =>
        [.. Regex.Matches(text, "=([0-9A-Fa-f]{2})|.", RegexOptions.Singleline).Select(m => m.Groups[1].Success ? Convert.ToByte(m.Groups[1].Value, 16) : (byte)m.Value[0])];

    private static string Decode(byte[] bytes, string? charset)
    {
        try
        {
            if (charset is null or "") return new UTF8Encoding(false, true).GetString(bytes);
            return Encoding.GetEncoding(charset.ToLowerInvariant() switch { "gb2312" => "gb18030", "ks_c_5601-1987" or "euc-kr" => "ks_c_5601-1987", "iso-8859-1" or "us-ascii" => "windows-1252", var other => other }).GetString(bytes);
        }
        catch (Exception error) when (error is ArgumentException or NotSupportedException)
        {
            return Encoding.GetEncoding("windows-1252").GetString(bytes);
        }
    }

    private static string WithoutTags(string html)
    {
        var visible = Regex.Replace(html, "(?is)<(script|style|title|head)\\b.*?</\\1>|<!--.*?-->", " ");
        var blocks = Regex.Replace(visible, "(?i)</?(p|div|br|td|tr|li|h[1-6]|table|ul|ol|center|hr)\\b[^>]*>", "\n");
        return WebUtility.HtmlDecode(Regex.Replace(blocks, "(?s)<[^>]*>", ""));
    }

    [GeneratedRegex(@"\?=\s+=\?")]
    private static partial Regex Between();

    [GeneratedRegex(@"(?:=\?[^?\s]+\?[bBqQ]\?[^?]*\?=)+")]
    private static partial Regex Run();

    [GeneratedRegex(@"=\?([^?*\s]+)(?:\*[^?]*)?\?([bBqQ])\?([^?]*)\?=")]
    private static partial Regex Word();
}
