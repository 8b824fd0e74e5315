namespace Recorder.Mail;

internal enum MailUrlKind { Refused, Link, RemoteImage, ContentId, InlineImage }

/// <summary>What a URL in a message may be used for. Anything not named here is refused.</summary>
internal static class MailUrl
{
    private const int MaxLinkLength = 8_192;
    private const int MaxInlineImageLength = 700_000; // 512 KiB of image

    private static readonly string[] RasterTypes = ["png", "jpeg", "jpg", "gif", "webp"];

    /// <param name="clean">The URL to write: without the white space that browsers ignore, with a scheme.</param>
    public static MailUrlKind Link(string url, out string clean)
    {
        clean = Normal(url, MaxLinkLength);
        if (HasScheme(clean, "mailto:"))
            return MailUrlKind.Link;
        return IsWeb(ref clean) ? MailUrlKind.Link : MailUrlKind.Refused;
    }

    /// <param name="clean">For a content id: the id alone.</param>
    public static MailUrlKind Image(string url, out string clean)
    {
        clean = Normal(url, MaxInlineImageLength);
        if (HasScheme(clean, "cid:"))
        {
            clean = Uri.UnescapeDataString(clean[4..]).Trim('<', '>');
            return MailUrlKind.ContentId;
        }
        if (HasScheme(clean, "data:"))
            return IsRasterData(clean) ? MailUrlKind.InlineImage : MailUrlKind.Refused;
        return clean.Length <= MaxLinkLength && IsWeb(ref clean) ? MailUrlKind.RemoteImage : MailUrlKind.Refused;
    }

    /// <summary>Would a browser fetch this from elsewhere?</summary>
    public static bool IsRemote(string url)
    {
        var clean = Normal(url, MaxLinkLength);
        return IsWeb(ref clean) || HasScheme(clean, "ftp:");
    }

    private static bool IsRasterData(string url)
    {
        var rest = url.AsSpan(5);
        if (!rest.StartsWith("image/", StringComparison.OrdinalIgnoreCase))
            return false;
        rest = rest[6..];
        foreach (var type in RasterTypes)
        {
            if (rest.StartsWith(type, StringComparison.OrdinalIgnoreCase) && rest[type.Length..].StartsWith(";base64,", StringComparison.OrdinalIgnoreCase))
                return rest[(type.Length + 8)..].IndexOfAnyExcept(Base64Characters) < 0;
        }
        return false;
    }

    private static readonly System.Buffers.SearchValues<char> Base64Characters =
        System.Buffers.SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=");

    private static bool IsWeb(ref string url)
    {
        if (url.StartsWith("//", StringComparison.Ordinal))
            url = "https:" + url;
        return (HasScheme(url, "http://") || HasScheme(url, "https://")) && Uri.TryCreate(url, UriKind.Absolute, out var parsed) && parsed.Host.Length > 0;
    }

    private static bool HasScheme(string url, string scheme) => url.StartsWith(scheme, StringComparison.OrdinalIgnoreCase);

    /// <summary>As the URL Standard §4.4 reads it: C0 and spaces at the ends and all tabs and line breaks away, backslashes as slashes in front.</summary>
    private static string Normal(string url, int maxLength)
    {
        if (url.Length > maxLength)
            return "";
        var kept = string.Concat(url.Where(c => !char.IsControl(c))).Trim();
        var front = kept.AsSpan(0, Math.Min(kept.Length, 10));
        return front.Contains('\\') ? string.Concat(front.ToString().Replace('\\', '/'), kept.AsSpan(front.Length)) : kept;
    }
}
