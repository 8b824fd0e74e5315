namespace Recorder.Accounts.Sources;

/// <summary>What a source of passwords says to an attempt.</summary>
public enum PasswordVerdict
{
    Right,
    Wrong,

    /// <summary>It could not be asked, or could not tell: no word about the password.</summary>
    Unavailable,
}

/// <param name="Identity">What stays the same for one person (LDAP entryUUID); null where the source knows none.</param>
public sealed record PasswordAnswer(PasswordVerdict Verdict, string? Identity = null, string? DisplayName = null)
{
    public static PasswordAnswer Wrong { get; } = new(PasswordVerdict.Wrong);

    public static PasswordAnswer Unavailable { get; } = new(PasswordVerdict.Unavailable);
}

/// <param name="Login">A normalised address that <see cref="SourceLogin"/> allows.</param>
/// <param name="ClientAddress">Whose attempt it is, for the source's own limits.</param>
public sealed record PasswordQuestion(string Login, string Password, string ClientAddress)
{
    /// <summary>No part of a password reaches a log by way of this record.</summary>
    public override string ToString() => Login;
}

/// <summary>A server elsewhere that knows passwords. Nothing of a password is kept or logged.</summary>
public interface IPasswordSource
{
    /// <returns>Never throws for what the server does; only when <paramref name="cancel"/> says stop.</returns>
    Task<PasswordAnswer> CheckAsync(PasswordQuestion question, CancellationToken cancel);
}

/// <summary>Which addresses may be asked about elsewhere at all.</summary>
internal static class SourceLogin
{
    private const int MaxPasswordChars = 1_000;

    /// <summary>
    /// Letters, digits and the marks that local parts really have. What mail servers read as more than a name is refused:
    /// Dovecot's master users (<c>user*master</c>), routes and domains (<c>%</c>, <c>!</c>), quoted strings.
    /// </summary>
    public static bool IsAllowed(string address) =>
        address.LastIndexOf('@') is var at and > 0 && address.IndexOf('@') == at
        && address.AsSpan(0, at).IndexOfAnyExcept("._-='+") is not -1
        && address[..at].All(letter => char.IsLetterOrDigit(letter) || "._-='+".Contains(letter, StringComparison.Ordinal))
        && address[(at + 1)..].All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '.' or '-');

    /// <summary>An empty password is an anonymous bind to a directory, and succeeds (RFC 4513 §5.1.2); NUL ends a field of SASL PLAIN (RFC 4616 §2).</summary>
    public static bool IsAllowedPassword(string password) => password.Length is > 0 and <= MaxPasswordChars && !password.Any(letter => letter is '\0' or '\r' or '\n');
}
