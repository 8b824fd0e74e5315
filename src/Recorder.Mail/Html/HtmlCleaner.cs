using System.Text.RegularExpressions;
using AngleSharp.Dom;
using Ganss.Xss;

namespace Recorder.Mail;

/// <param name="Html">Body markup; null when the markup is too large or too tangled to be shown as such.</param>
/// <param name="HasRemoteContent">It named images, styles or frames to be fetched from elsewhere, shown or not.</param>
public sealed record CleanHtml(string? Html, bool HasRemoteContent);

/// <summary>
/// Hostile markup to body markup that cannot run, submit, fetch (unless asked) or leave its place. Two judges: a linear
/// pruner bounds the structure, HtmlSanitizer decides on the parsed tree.
/// </summary>
public static partial class HtmlCleaner
{
    /// <summary>In characters; longer markup is shown as text.</summary>
    public const int MaxLength = 2 << 20;

    /// <param name="showRemoteContent">Leave images from elsewhere in place.</param>
    /// <param name="partUrlOfContentId">The URL of the inline part with a content id, null when there is none.</param>
    /// <param name="remoteUrl">What to write for an image from elsewhere that is left in place; null writes its own URL.</param>
    public static CleanHtml Clean(
        string html, bool showRemoteContent = false, Func<string, string?>? partUrlOfContentId = null, Func<string, string>? remoteUrl = null)
    {
        if (html.Length > MaxLength)
            return new CleanHtml(null, false);
        var remote = new HtmlRemote(showRemoteContent ? remoteUrl ?? (url => url) : null, partUrlOfContentId);
        var pruned = new HtmlPruner(remote).Prune(html);
        return new CleanHtml(pruned is null ? null : Sanitizer(remote).Sanitize(pruned), remote.IsWanted);
    }

    private static HtmlSanitizer Sanitizer(HtmlRemote remote)
    {
        var sanitizer = new HtmlSanitizer(new HtmlSanitizerOptions
        {
            AllowedTags = HtmlPolicy.Tags.ToHashSet(StringComparer.OrdinalIgnoreCase),
            AllowedAttributes = HtmlPolicy.Attributes.ToHashSet(StringComparer.OrdinalIgnoreCase),
            AllowedCssProperties = HtmlPolicy.CssProperties.ToHashSet(StringComparer.OrdinalIgnoreCase),
            AllowedSchemes = new HashSet<string>(StringComparer.OrdinalIgnoreCase) { "http", "https", "mailto" },
            UriAttributes = new HashSet<string>(StringComparer.OrdinalIgnoreCase) { "href", "src", "background" },
        })
        {
            DisallowCssPropertyValue = UnsafeCssValue(),
        };
        sanitizer.FilterUrl += (_, e) => e.SanitizedUrl = Allowed(e.Tag, e.OriginalUrl, remote);
        sanitizer.PostProcessNode += (_, e) => Harden(e.Node);
        return sanitizer;
    }

    private static string? Allowed(IElement element, string url, HtmlRemote remote) =>
        element.LocalName == "a"
            ? MailUrl.Link(url, out var link) == MailUrlKind.Link ? link : null
            : remote.IsGranted(url) ? url : null;

    private static void Harden(INode node)
    {
        if (node is not IElement { LocalName: "a" } link)
            return;
        link.SetAttribute("rel", "noopener noreferrer nofollow");
        link.SetAttribute("target", "_blank");
    }

    [GeneratedRegex(@"[<>\\]|url\s*\(|image-set|expression|javascript|@import|var\s*\(|env\s*\(|attr\s*\(", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex UnsafeCssValue();
}
