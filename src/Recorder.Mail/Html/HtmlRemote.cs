namespace Recorder.Mail;

/// <summary>Decides on images and notes whether the markup wanted anything from elsewhere.</summary>
/// <param name="remoteUrl">What to write for an image from elsewhere; null shows none.</param>
internal sealed class HtmlRemote(Func<string, string>? remoteUrl, Func<string, string?>? partUrlOfContentId)
{
    private readonly HashSet<string> granted = new(StringComparer.Ordinal);

    public bool IsWanted { get; private set; }

    /// <returns>The URL to show, or null to show none.</returns>
    public string? Image(string url)
    {
        var kind = MailUrl.Image(url, out var clean);
        var shown = kind switch
        {
            MailUrlKind.ContentId => partUrlOfContentId?.Invoke(clean),
            MailUrlKind.InlineImage => clean,
            MailUrlKind.RemoteImage => Remote(clean),
            _ => null,
        };
        if (shown is not null)
            granted.Add(shown);
        return shown;
    }

    /// <summary>Was this the answer to an image before? Nothing else may stand in src.</summary>
    public bool IsGranted(string? url) => url is not null && granted.Contains(url);

    public void SeeStyleSheet(ReadOnlySpan<char> css)
    {
        if (css.IndexOf("url(", StringComparison.OrdinalIgnoreCase) >= 0 || css.IndexOf("@import", StringComparison.OrdinalIgnoreCase) >= 0)
            IsWanted |= css.IndexOf("//", StringComparison.Ordinal) >= 0;
    }

    /// <summary>Style sheets, frames, media: never shown, but asked for.</summary>
    public void SeeDroppedTag(ReadOnlySpan<char> attributes)
    {
        var each = new HtmlAttributes(attributes);
        for (var count = 0; count < 100 && each.Next(); count++)
        {
            if (each.Name.Equals("src", StringComparison.OrdinalIgnoreCase) || each.Name.Equals("href", StringComparison.OrdinalIgnoreCase)
                || each.Name.Equals("background", StringComparison.OrdinalIgnoreCase) || each.Name.Equals("poster", StringComparison.OrdinalIgnoreCase)
                || each.Name.Equals("srcset", StringComparison.OrdinalIgnoreCase) || each.Name.Equals("data", StringComparison.OrdinalIgnoreCase))
                IsWanted |= MailUrl.IsRemote(each.Value);
        }
    }

    private string? Remote(string url)
    {
        IsWanted = true;
        return remoteUrl?.Invoke(url);
    }
}
