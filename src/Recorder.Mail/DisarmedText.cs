using System.Text.RegularExpressions;

namespace Recorder.Mail;

/// <summary>Words of a stranger in which no mail client and no browser finds a link.</summary>
public static partial class DisarmedText
{
    public static string Of(string text) => Web().Replace(
        Scheme().Replace(text, match => match.Groups[1].Value.ToLowerInvariant() switch
        {
            "http" => "hxxp://",
            "https" => "hxxps://",
            var other => $"{other}[:]//",
        }).Replace("mailto:", "mailto[:]", StringComparison.OrdinalIgnoreCase),
        "www[.]");

    [GeneratedRegex(@"([a-z][a-z0-9+.\-]{0,20})://", RegexOptions.IgnoreCase)]
    private static partial Regex Scheme();

    [GeneratedRegex(@"www\.", RegexOptions.IgnoreCase)]
    private static partial Regex Web();
}
