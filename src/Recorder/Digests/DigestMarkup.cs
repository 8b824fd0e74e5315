using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Unicode;

namespace Recorder.Digests;

/// <summary>
/// A digest as HTML: one column that fits a phone, styles on the elements (many mail programs drop style sheets), nothing
/// that is loaded from anywhere.
/// </summary>
internal static class DigestMarkup
{
    private const string Soft = "color:#5a6270;font-size:13px", Card = "border:1px solid #d5dae1;border-radius:8px;padding:12px 14px;margin:0 0 10px";
    private const string Button = "display:inline-block;margin-top:8px;padding:8px 18px;border-radius:6px;background:#1f5fbf;color:#ffffff;text-decoration:none;font-weight:600";

    private static readonly HtmlEncoder Html = HtmlEncoder.Create(UnicodeRanges.All);

    public static string Write(DigestContent content)
    {
        var html = new StringBuilder();
        html.Append(CultureInfo.InvariantCulture, $"<!DOCTYPE html>\n<html lang=\"{content.Words.Tag}\"><head><meta charset=\"utf-8\">");
        html.Append("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">");
        html.Append(CultureInfo.InvariantCulture, $"<title>{Safe(content.Words.Label("title"))}</title></head>\n");
        html.Append("<body style=\"margin:0;padding:16px;background:#ffffff;color:#1c2024;font:16px/1.5 system-ui,-apple-system,'Noto Sans TC','PingFang TC','Microsoft JhengHei',sans-serif\">\n");
        html.Append("<div style=\"max-width:640px;margin:0 auto\">\n");
        Phrase(html, content);
        html.Append(CultureInfo.InvariantCulture, $"<h1 style=\"font-size:20px;margin:0 0 8px\">{Safe(content.Words.Label("title"))}</h1>\n");
        Lines(html, content.Words.Sentences("lead", content.Account), "margin:0 0 16px");
        foreach (var (heading, rows) in content.Groups)
        {
            html.Append(CultureInfo.InvariantCulture, $"<h2 style=\"font-size:16px;margin:20px 0 8px\">{Safe(heading)}</h2>\n");
            foreach (var row in rows) Row(html, content, row);
        }
        Closing(html, content);
        return html.Append("</div></body></html>\n").ToString();
    }

    private static void Phrase(StringBuilder html, DigestContent content)
    {
        html.Append("<div style=\"background:#eef3fb;border-radius:8px;padding:10px 14px;margin:0 0 16px\">");
        if (content.Phrase is { Length: > 0 } phrase)
        {
            html.Append(CultureInfo.InvariantCulture, $"<div style=\"font-weight:600\">{Safe(content.Words.Label("phrase", ""))}<bdi>{Safe(phrase)}</bdi></div>");
            Lines(html, content.Words.Sentences("phraseWhy"), Soft);
        }
        else
        {
            Linked(html, content, "noPhrase", content.SettingsUrl, Soft);
        }
        html.Append("</div>\n");
    }

    private static void Row(StringBuilder html, DigestContent content, DigestRow row)
    {
        html.Append(CultureInfo.InvariantCulture, $"<div style=\"{Card}\"><div style=\"font-weight:600;overflow-wrap:anywhere\"><bdi>{Safe(content.SubjectOf(row))}</bdi></div>");
        html.Append(CultureInfo.InvariantCulture, $"<div style=\"overflow-wrap:anywhere\"><span style=\"{Soft}\">{Safe(content.Words.Label("from"))}</span> <bdi>{Safe(content.SenderOf(row))}</bdi></div>");
        if (row.Mailbox != content.Account)
        {
            html.Append(CultureInfo.InvariantCulture, $"<div style=\"overflow-wrap:anywhere\"><span style=\"{Soft}\">{Safe(content.Words.Label("for"))}</span> <bdi>{Safe(row.Mailbox)}</bdi></div>");
        }
        html.Append(CultureInfo.InvariantCulture, $"<div style=\"{Soft}\">{content.Moment(row.ReceivedAt)} · {Safe(content.Words.Reason(row.Disposition))}</div>");
        html.Append(row.Link is { } link
            ? $"<a style=\"{Button}\" href=\"{Safe(link)}\">{Safe(content.Words.Label("release"))}</a>"
            : $"<div style=\"{Soft};margin-top:8px\">{Safe(content.Words.Label("locked"))}</div>");
        html.Append("</div>\n");
    }

    private static void Closing(StringBuilder html, DigestContent content)
    {
        if (content.More > 0) Linked(html, content, "more", content.HeldUrl, "margin:16px 0", content.More);
        else Linked(html, content, "all", content.HeldUrl, "margin:16px 0");
        html.Append("<hr style=\"border:0;border-top:1px solid #d5dae1;margin:16px 0\">\n");
        if (content.HasLinks) Lines(html, content.Words.Sentences("releaseHow", content.Moment(content.LinksUntil)), Soft);
        Linked(html, content, "settings", content.SettingsUrl, Soft);
        Lines(html, content.Words.Sentences("times", content.Zone.Id).Concat(content.Words.Sentences("automatic", content.Host)), Soft);
    }

    // The address is shown as it is, so that nobody must trust the words before a click.
    private static void Linked(StringBuilder html, DigestContent content, string name, string url, string style, params object[] before)
    {
        var mark = "\u0001";
        var anchor = $"<a style=\"color:#1f5fbf;overflow-wrap:anywhere\" href=\"{Safe(url)}\">{Safe(url)}</a>";
        foreach (var sentence in content.Words.Sentences(name, [.. before, mark]))
        {
            html.Append(CultureInfo.InvariantCulture, $"<p style=\"margin:4px 0;{style}\">{string.Join(anchor, sentence.Split(mark).Select(Safe))}</p>\n");
        }
    }

    private static void Lines(StringBuilder html, IEnumerable<string> lines, string style)
    {
        foreach (var line in lines) html.Append(CultureInfo.InvariantCulture, $"<p style=\"margin:4px 0;{style}\">{Safe(line)}</p>\n");
    }

    private static string Safe(string text) => Html.Encode(text);
}
