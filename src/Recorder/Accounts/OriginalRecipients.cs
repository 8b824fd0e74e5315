using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Recorder.Accounts;

/// <summary>Reads ORCPT values: <c>rfc822;xtext</c> (RFC 3461 §4.2) and <c>utf-8;utf-8-addr-xtext</c> (RFC 6533 §3).</summary>
internal static partial class OriginalRecipients
{
    /// <returns>The address; null for another address type or a broken value.</returns>
    public static string? Decode(string value)
    {
        var semicolon = value.IndexOf(';');
        if (semicolon <= 0)
        {
            return null;
        }

        var text = value[(semicolon + 1)..];
        return value[..semicolon].ToLowerInvariant() switch
        {
            "rfc822" => FromXtext(text),
            "utf-8" => FromXtext(UnicodeEscape().Replace(text, FromEscape)),
            _ => null,
        };
    }

    private static string? FromXtext(string text)
    {
        var bytes = new List<byte>(text.Length);
        for (var index = 0; index < text.Length; index++)
        {
            if (text[index] != '+')
            {
                var end = index;
                while (end < text.Length && text[end] != '+')
                {
                    end++;
                }

                bytes.AddRange(Encoding.UTF8.GetBytes(text[index..end]));
                index = end - 1;
            }
            else if (index + 2 < text.Length && byte.TryParse(text.AsSpan(index + 1, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var coded))
            {
                bytes.Add(coded);
                index += 2;
            }
            else
            {
                return null;
            }
        }

        return Encoding.UTF8.GetString([.. bytes]);
    }

    private static string FromEscape(Match escape)
    {
        var code = int.Parse(escape.Groups[1].ValueSpan, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
        return Rune.IsValid(code) ? new Rune(code).ToString() : "\uFFFD";
    }

    [GeneratedRegex(@"\\x\{([0-9A-Fa-f]{2,6})\}", RegexOptions.CultureInvariant)]
    private static partial Regex UnicodeEscape();
}
