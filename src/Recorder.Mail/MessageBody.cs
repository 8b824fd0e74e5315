using System.Net;
using System.Text;

namespace Recorder.Mail;

/// <summary>The message's own words for display: its plain form, and the markup where there is one.</summary>
internal sealed record MessageBody(string? Html, string Text, bool HasRemoteContent)
{
    private const int MaxHtmlParts = 20;

    public static MessageBody Of(MessageWalk walk, MailViewOptions options)
    {
        var bodies = walk.Parts.Where(part => part.Text is not null).ToList();
        // Nothing but an invitation, a digest or a report: what is in it, rather than nothing.
        if (bodies.TrueForAll(part => !part.IsHtml && string.IsNullOrWhiteSpace(part.Text)))
            return new MessageBody(null, walk.GatheredText, false);
        var text = string.Join("\n", bodies.Where(part => !part.IsHtml).Select(part => part.Text));
        if (!bodies.Exists(part => part.IsHtml))
            return new MessageBody(null, text, false);
        var (html, hasRemote) = Markup(bodies, options, id => PartUrl(walk, options, id));
        // Too large or too tangled to be shown as markup: its words then.
        return html is not null || text.Length > 0
            ? new MessageBody(html, text, hasRemote)
            : new MessageBody(null, string.Join("\n", bodies.Select(part => HtmlText.Of(part.Text!))), hasRemote);
    }

    /// <summary>Parts in order: mailing lists and some programs put plain text before and after the markup.</summary>
    private static (string? Html, bool HasRemote) Markup(List<ReadPart> bodies, MailViewOptions options, Func<string, string?> partUrl)
    {
        var output = new StringBuilder();
        var hasRemote = false;
        var alternatives = bodies.Where(part => part.IsHtml).Select(part => part.AlternativeId).ToHashSet();
        foreach (var part in bodies.Where(part => part.IsHtml || part.AlternativeId == 0 || !alternatives.Contains(part.AlternativeId)).Take(MaxHtmlParts))
        {
            if (!part.IsHtml)
            {
                output.Append("<pre>").Append(WebUtility.HtmlEncode(part.Text)).Append("</pre>");
                continue;
            }
            var clean = HtmlCleaner.Clean(part.Text!, options.ShowRemoteContent, partUrl, options.RemoteUrl);
            hasRemote |= clean.HasRemoteContent;
            if (clean.Html is null)
                return (null, hasRemote);
            output.Append(clean.Html);
        }
        return (output.ToString(), hasRemote);
    }

    private static string? PartUrl(MessageWalk walk, MailViewOptions options, string contentId)
    {
        // Only images that browsers draw without running anything.
        var part = walk.Parts.Find(p => string.Equals(p.ContentId, contentId, StringComparison.OrdinalIgnoreCase)
            && p.ContentType is "image/png" or "image/jpeg" or "image/jpg" or "image/pjpeg" or "image/gif" or "image/webp" or "image/bmp");
        return part is null || options.PartUrl is null ? null : options.PartUrl(part.Index);
    }
}
