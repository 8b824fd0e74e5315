using Recorder.Accounts;
using Recorder.Flow;

namespace Recorder.Screening.Sources;

/// <summary>
/// Whether a proven domain speaks for the author's (RFC 7489 §3.1, relaxed). Organisational domains would need the public
/// suffix list; ours are aligned when they are equal or one lies below the other, and the upper one has at least two labels.
/// </summary>
internal static class Alignment
{
    /// <returns>The domain of the one author in the header, in normal form; null where there is none or several.</returns>
    public static string? AuthorDomain(ReceivedMessage message) => message.Header.SoleAuthor is { } author ? DomainOf(author) : null;

    /// <summary>The domain of an address, in normal form; a bare domain is its own.</summary>
    public static string? DomainOf(string address)
    {
        var domain = address[(address.LastIndexOf('@') + 1)..];
        return domain is { Length: > 0 and <= 255 } && !domain.StartsWith('[') ? MailDomain.Normalise(domain) : null;
    }

    /// <param name="proven">A domain as a filter wrote it, or an address in it.</param>
    /// <param name="authorDomain">In normal form.</param>
    public static bool IsAligned(string proven, string? authorDomain)
    {
        if (authorDomain is null || DomainOf(proven) is not { } domain) return false;
        var (upper, lower) = domain.Length <= authorDomain.Length ? (domain, authorDomain) : (authorDomain, domain);
        return upper.Contains('.', StringComparison.Ordinal)
            && (upper == lower || lower.EndsWith("." + upper, StringComparison.Ordinal));
    }
}
