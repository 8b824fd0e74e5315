using System.Text;
using System.Text.RegularExpressions;

namespace Recorder.Mail;

/// <summary>The charset an HTML part declares in itself, for parts whose Content-Type is silent.</summary>
internal static partial class HtmlCharset
{
    public static string? Find(ReadOnlySpan<byte> html)
    {
        var start = Encoding.Latin1.GetString(html[..Math.Min(html.Length, 1024)]);
        var found = Declaration().Match(start);
        return found.Success ? found.Groups[1].Value : null;
    }

    [GeneratedRegex("""<meta\b[^>]{0,200}?charset\s{0,5}=\s{0,5}["']?([A-Za-z0-9_.:-]{2,40})""", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.None)]
    private static partial Regex Declaration();
}
