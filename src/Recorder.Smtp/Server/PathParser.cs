using System.Buffers;
using System.Text;

namespace Recorder.Smtp.Server;

/// <summary>
/// Reads the path of MAIL and RCPT (RFC 5321 §4.1.2, UTF-8 as RFC 6531 §3.3). Liberal in what mail in the wild
/// has (dots at odd places, long local parts, underscores in domains), never in what could be read in two ways.
/// </summary>
internal static class PathParser
{
    private const int MaxPathChars = 1000;
    private const int MaxLocalPartChars = 256;
    private const int MaxDomainChars = 255;

    private static readonly SearchValues<char> Specials = SearchValues.Create(" ()<>[]:;@\\,\"");
    private static readonly SearchValues<char> LabelCharacters =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.");

    /// <summary>Reads from the opening to the closing angle bracket.</summary>
    /// <param name="address">Without brackets and without a source route, which RFC 5321 §3.6.1 has us ignore.</param>
    /// <param name="rest">What follows; empty, or begins with a space.</param>
    public static bool TryRead(string text, out string address, out string rest)
    {
        (address, rest) = ("", "");
        if (!text.StartsWith('<')) return false;
        var start = SkipSourceRoute(text);
        var close = start < 0 ? -1 : FindClose(text, start);
        if (close < 0 || close > MaxPathChars) return false;
        (address, rest) = (text[start..close], text[(close + 1)..]);
        return (rest.Length == 0 || rest[0] == ' ') && (address.Length == 0 ? start == 1 : IsMailbox(address));
    }

    public static bool IsPostmaster(string address) => address.Equals("postmaster", StringComparison.OrdinalIgnoreCase);

    public static bool HasDomain(string address) => address.Length > 0 && LocalPartLength(address) < address.Length;

    /// <returns>-1 for a route without an end.</returns>
    private static int SkipSourceRoute(string text)
    {
        if (text.Length < 2 || text[1] != '@') return 1;
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        if (colon < 0) return -1;
        var hops = text[1..colon].Split(',');
        return hops.All(hop => hop.StartsWith('@') && IsDomain(hop.AsSpan(1))) ? colon + 1 : -1;
    }

    /// <summary>A '&gt;' may stand in a quoted local part.</summary>
    private static int FindClose(string text, int from)
    {
        var quoted = false;
        for (var i = from; i < text.Length; i++)
        {
            if (quoted && text[i] == '\\') i++;
            else if (text[i] == '"') quoted = !quoted;
            else if (text[i] == '>' && !quoted) return i;
        }
        return -1;
    }

    private static bool IsMailbox(string address)
    {
        var local = LocalPartLength(address);
        if (local is <= 0 or > MaxLocalPartChars) return false;
        if (local == address.Length) return IsPostmaster(address);
        return address[local] == '@' && IsDomain(address.AsSpan(local + 1));
    }

    /// <returns>-1 when there is none.</returns>
    private static int LocalPartLength(string address)
    {
        if (address[0] == '"') return QuotedLength(address);
        var end = address.AsSpan().IndexOfAny(Specials);
        return end < 0 ? address.Length : end;
    }

    private static int QuotedLength(string address)
    {
        for (var i = 1; i < address.Length; i++)
        {
            if (address[i] == '\\') i++;
            else if (address[i] == '"') return i + 1;
        }
        return -1;
    }

    private static bool IsDomain(ReadOnlySpan<char> domain)
    {
        if (domain.Length is 0 or > MaxDomainChars) return false;
        if (domain[0] == '[') return domain[^1] == ']' && domain.Length > 2 && !domain[1..^1].ContainsAny(" []\\<>");
        foreach (var c in domain)
            if (c < 128 && !LabelCharacters.Contains(c)) return false;
        return domain[0] != '.' && domain[^1] != '.' && !domain.Contains("..", StringComparison.Ordinal);
    }

    /// <summary>Needs SMTPUTF8 (RFC 6531 §3.4).</summary>
    public static bool IsInternational(string text) => !Ascii.IsValid(text);
}
