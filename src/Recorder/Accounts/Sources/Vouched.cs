namespace Recorder.Accounts.Sources;

/// <summary>Somebody whom an OpenID Connect provider has signed in.</summary>
/// <param name="Address">The address that the provider says it has verified.</param>
/// <param name="Issuer">Who says so.</param>
/// <param name="Subject">What the issuer never gives to another person (OpenID Connect Core §2, sub).</param>
public sealed record Vouched(string Address, string Issuer, string Subject, string? DisplayName)
{
    public PasswordAnswer Answer => new(PasswordVerdict.Right, ProviderIdentity.Of(Issuer, Subject), DisplayName);
}

/// <summary>Identities of providers, told from each other's and from those of a directory.</summary>
internal static class ProviderIdentity
{
    private const string Prefix = "oidc:";

    public static string Of(string issuer, string subject) => $"{Prefix}{issuer}#{subject}";

    /// <summary>
    /// Both say who somebody is in the same place, so that they can contradict each other. A site that changes where its people sign in
    /// hands over no address by it.
    /// </summary>
    public static bool AreComparable(string one, string other) => IssuerOf(one) == IssuerOf(other);

    // An issuer's address has no fragment (OpenID Connect Core §2, iss).
    private static string IssuerOf(string identity) =>
        identity.StartsWith(Prefix, StringComparison.Ordinal) && identity.IndexOf('#') is var hash and > 0 ? identity[..hash] : "";
}
