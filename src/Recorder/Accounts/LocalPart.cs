using System.Text;

namespace Recorder.Accounts;

/// <summary>
/// Local parts as text without quoting. A quoted string means the same as the bare one where both are allowed
/// (RFC 5321 §4.1.2), and whoever quotes for no need must reach the same mailbox.
/// </summary>
internal static class LocalPart
{
    private const string Specials = "()<>[]:;@\\,\"";

    /// <returns>null for what is none: empty, unclosed quotes, control characters.</returns>
    public static string? Read(string written)
    {
        var text = written is ['"', .., '"'] ? Unquote(written[1..^1]) : written;
        return string.IsNullOrEmpty(text) || text.Any(char.IsControl) ? null : text;
    }

    /// <summary>Bare where that is allowed, quoted otherwise.</summary>
    public static string Write(string text) =>
        NeedsQuotes(text) ? $"\"{text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"" : text;

    // Dots in odd places are no dot-string either, but many systems use them bare and none confuses them.
    private static bool NeedsQuotes(string text) => text.Any(letter => letter <= ' ' || Specials.Contains(letter));

    private static string? Unquote(string inner)
    {
        var text = new StringBuilder(inner.Length);
        for (var index = 0; index < inner.Length; index++)
        {
            if (inner[index] == '\\' && ++index == inner.Length)
            {
                return null;
            }

            text.Append(inner[index]);
        }

        return text.ToString();
    }
}

/// <summary>Domains in one form: A-labels, lower case, no trailing dot.</summary>
internal static class MailDomain
{
    private const int MaxLength = 255, MaxWrittenLength = 1_024;
    private static readonly System.Globalization.IdnMapping Idn = new() { AllowUnassigned = true };

    /// <returns>null for what is no domain.</returns>
    public static string? Normalise(string written)
    {
        // What nobody could send to is not worth reading: a hostile header holds hundreds of kilobytes of it.
        if (written.Length > MaxWrittenLength) return null;
        var domain = Composed.Of(written.Trim()).ToLowerInvariant();
        if (domain is ['[', .., ']'] && domain.Length <= MaxLength)
        {
            return domain;
        }

        // Keyboards for Chinese write other dots, and they separate labels too (RFC 3490 §3.1).
        domain = domain.Replace('\u3002', '.').Replace('\uFF0E', '.').Replace('\uFF61', '.');
        domain = domain.TrimEnd('.');
        var isWord = domain.Length is > 0 and <= MaxLength
            && !domain.Any(letter => letter <= ' ' || letter is '@' or '<' or '>' or '"' or '\x7F');
        return isWord ? ToAscii(domain) : null;
    }

    private static string ToAscii(string domain)
    {
        try
        {
            return Idn.GetAscii(domain).ToLowerInvariant();
        }
        catch (ArgumentException)
        {
            // Not a valid international name. Mail for it may still arrive, and then it is kept under what was written.
            return domain;
        }
    }
}
