using System.Text;
using Recorder.Accounts;
using Recorder.Ledger;

namespace Recorder.Screening.Lists;

public enum PatternForm
{
    /// <summary><c>a@b</c></summary>
    Address,

    /// <summary><c>b</c>: exactly that domain.</summary>
    Domain,

    /// <summary><c>*.b</c>: every domain below b, not b itself.</summary>
    Below,

    /// <summary>Stars for any text, question marks for one character, in the local part or the domain; always with an at sign.</summary>
    Wildcard,
}

/// <summary>Why a text is no pattern; each has its words.</summary>
public enum PatternProblem
{
    Empty,
    TooLong,
    BadDomain,
    BadLocalPart,

    /// <summary>It would match nearly everybody.</summary>
    TooWide,

    /// <summary>Fit for blocking only: everybody can have a sender below a top-level domain.</summary>
    TooWideToAllow,

    /// <summary>A label that has both a wildcard and letters beyond ASCII has no A-label form.</summary>
    WildcardInUnicodeLabel,
    TooManyStars,
}

/// <summary>Whom an entry names, in the one form in which entries are stored and compared.</summary>
/// <param name="Text">Local part NFC and lower case; domain as A-labels, lower case.</param>
public sealed record SenderPattern(PatternForm Form, string Text)
{
    /// <summary>RFC 5321 §4.5.3.1: 64 octets, the at sign, 255 octets.</summary>
    public const int MaxLength = 320;

    /// <summary>Keeps the time of matching a wildcard small.</summary>
    public const int MaxWildcardLength = 128;

    private const int MaxStars = 6;
    private const int MinLiteralCharacters = 3;

    /// <summary>Reads what a person types or pastes: any case, Unicode or A-labels, <c>Name &lt;a@b&gt;</c>, <c>@b</c>, <c>*@b</c>, <c>.b</c>.</summary>
    public static SenderPattern? TryRead(string written, ListKind kind, out PatternProblem problem)
    {
        var text = Plain(written);
        problem = text.Length == 0 ? PatternProblem.Empty : PatternProblem.TooLong;
        if (text.Length is 0 or > MaxLength) return null;
        var at = text.LastIndexOf('@');
        var (local, domain) = at < 0 ? ("*", text) : (text[..at], text[(at + 1)..]);
        if (local.Length == 0) local = "*";
        var isBelow = domain.StartsWith("*.", StringComparison.Ordinal) || domain.StartsWith('.');
        var name = isBelow ? domain[(domain.IndexOf('.', StringComparison.Ordinal) + 1)..] : domain;
        return local == "*" && !HasWildcard(name) ? OfDomain(name, isBelow, kind, out problem)
            : HasWildcard(local) || HasWildcard(domain) ? OfWildcard(local, isBelow ? "*." + name : domain, kind, out problem)
            : isBelow ? OfWildcard(local, "*." + name, kind, out problem)
            : OfAddress(local, domain, out problem);
    }

    /// <exception cref="ActRefusedException">bad-pattern, with words on what to do.</exception>
    public static SenderPattern Read(string written, ListKind kind) =>
        TryRead(written, kind, out var problem) ?? throw new ActRefusedException("bad-pattern", Words(problem));

    /// <summary>A stored pattern, which is canonical already.</summary>
    public static SenderPattern Stored(string text) => new(
        ListEntry.IsWildcardPattern(text) ? PatternForm.Wildcard
            : text.Contains('@', StringComparison.Ordinal) ? PatternForm.Address
            : text.StartsWith("*.", StringComparison.Ordinal) ? PatternForm.Below : PatternForm.Domain,
        text);

    /// <summary>The part behind the at sign, or the domain that the pattern names.</summary>
    public string Domain => Form == PatternForm.Below ? Text[2..] : Text[(Text.LastIndexOf('@') + 1)..];

    /// <summary>True where surely every sender that the other matches is matched; of two wildcards nothing is said.</summary>
    public bool Covers(SenderPattern other) => this == other || Form switch
    {
        PatternForm.Domain => other.Form is PatternForm.Address or PatternForm.Wildcard && other.Domain == Domain,
        PatternForm.Below => other.Domain.EndsWith("." + Domain, StringComparison.Ordinal),
        PatternForm.Wildcard => other.Form == PatternForm.Address && Wildcard.Matches(Text, SenderAddress.Read(other.Text)!),
        _ => false,
    };

    public static string Words(PatternProblem problem) => problem switch
    {
        PatternProblem.Empty => "write an address (name@example.org), a domain (example.org) or everything below one (*.example.org)",
        PatternProblem.TooLong => $"that is longer than any address: at most {MaxLength} characters, with wildcards {MaxWildcardLength}",
        PatternProblem.BadLocalPart => "the part before the @ is not that of an address",
        PatternProblem.TooWide => "that would match nearly every sender: name a domain, or at least three letters of the sender",
        PatternProblem.TooWideToAllow => "anybody can have such an address: to allow senders, name a domain like example.org",
        PatternProblem.WildcardInUnicodeLabel => "next to a wildcard, write the domain in its xn-- form, or name the whole domain",
        PatternProblem.TooManyStars => $"at most {MaxStars} stars",
        _ => "the part after the @ is not a domain; write it like example.org",
    };

    private static SenderPattern? OfDomain(string name, bool isBelow, ListKind kind, out PatternProblem problem)
    {
        problem = name.Length == 0 ? PatternProblem.TooWide : PatternProblem.BadDomain;
        // One word alone is a slip rather than a domain.
        if (DomainName.Read(name) is not { } domain || !(isBelow || domain.AsSpan().IndexOfAny('.', '[') >= 0)) return null;
        problem = PatternProblem.TooWideToAllow;
        if (isBelow && kind == ListKind.Allow && !domain.Contains('.', StringComparison.Ordinal)) return null;
        return isBelow ? new SenderPattern(PatternForm.Below, "*." + domain) : new SenderPattern(PatternForm.Domain, domain);
    }

    private static SenderPattern? OfAddress(string local, string domain, out PatternProblem problem)
    {
        problem = PatternProblem.BadLocalPart;
        if (LocalPart.Read(local) is not { } read) return null;
        problem = PatternProblem.BadDomain;
        return DomainName.Read(domain) is { } name ? new SenderPattern(PatternForm.Address, $"{LocalPart.Write(SenderAddress.Folded(read))}@{name}") : null;
    }

    private static SenderPattern? OfWildcard(string local, string domain, ListKind kind, out PatternProblem problem)
    {
        problem = PatternProblem.TooManyStars;
        var (localPart, name) = (Wildcard.OneStar(local), Wildcard.OneStar(domain));
        if ((localPart + name).Count(letter => letter == '*') > MaxStars) return null;
        problem = PatternProblem.BadLocalPart;
        if (LocalPart.Read(localPart) is not { } read) return null;
        if (DomainName.ReadWildcard(name, out problem) is not { } canonical) return null;
        var text = $"{LocalPart.Write(SenderAddress.Folded(read))}@{canonical}";
        problem = PatternProblem.TooLong;
        if (text.Length > MaxWildcardLength) return null;
        problem = PatternProblem.TooWide;
        if (text.Count(letter => letter is not ('*' or '?' or '.' or '@' or '-')) < MinLiteralCharacters) return null;
        problem = PatternProblem.TooWideToAllow;
        return kind == ListKind.Allow && !DomainName.EndsInName(canonical) ? null : new SenderPattern(PatternForm.Wildcard, text);
    }

    private static bool HasWildcard(string text) => text.AsSpan().IndexOfAny('*', '?') >= 0;

    // What is pasted from a mail program, and what a Chinese keyboard writes for the signs.
    private static string Plain(string written)
    {
        var text = new StringBuilder(written.Trim()).Replace('\uFF20', '@').Replace('\uFF0A', '*').Replace('\uFF1F', '?').Replace('\uFF0E', '.').Replace('\u3002', '.').ToString();
        var open = text.LastIndexOf('<');
        text = open >= 0 && text.EndsWith('>') ? text[(open + 1)..^1] : text;
        return text.StartsWith("mailto:", StringComparison.OrdinalIgnoreCase) ? text["mailto:".Length..] : text;
    }
}
