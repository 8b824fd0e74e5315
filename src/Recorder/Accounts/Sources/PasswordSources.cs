namespace Recorder.Accounts.Sources;

/// <summary>Who knows the password of an address, by its domain.</summary>
public sealed class PasswordSources
{
    private readonly ByDomain<IPasswordSource?> byDomain;

    /// <param name="sources">Domains and source; no domains: every domain that none other takes.</param>
    /// <param name="withoutPasswords">Domains whose people sign in otherwise: local passwords alone count there.</param>
    public PasswordSources(IEnumerable<(IEnumerable<string> Domains, IPasswordSource Source)> sources, IEnumerable<string>? withoutPasswords = null) =>
        byDomain = new([(withoutPasswords ?? [], null), .. sources]);

    public static PasswordSources None { get; } = new([]);

    public static PasswordSources Of(AccountsOptions options, ILoggerFactory logs)
    {
        List<(IEnumerable<string> Domains, IPasswordSource Source, int MaxConnections, int TimeoutSeconds)> all =
        [
            .. options.Imap.Select(imap => ((IEnumerable<string>)imap.Domains, (IPasswordSource)new ImapSource(imap), imap.MaxConnections, imap.TimeoutSeconds)),
            .. options.Ldap.Select(ldap => ((IEnumerable<string>)ldap.Domains, (IPasswordSource)new LdapSource(ldap), ldap.MaxConnections, ldap.TimeoutSeconds)),
        ];
        var probed = all.Select(one => (IProbed)one.Source).ToList();
        return new PasswordSources(
            all.Zip(probed, (one, named) => (one.Domains, (IPasswordSource)new BoundedSource(
                named.Name, one.Source, one.MaxConnections, TimeSpan.FromSeconds(one.TimeoutSeconds), logs.CreateLogger<BoundedSource>()))),
            options.Oidc.SelectMany(oidc => oidc.Domains))
        {
            Probed = [.. probed, .. options.Oidc.Select(oidc => new OidcDiscovery(oidc))],
        };
    }

    /// <summary>Every server that says who somebody is.</summary>
    internal IReadOnlyList<IProbed> Probed { get; private init; } = [];

    /// <returns>null where only local passwords count.</returns>
    public IPasswordSource? Find(string address) => byDomain.Find(address);
}
