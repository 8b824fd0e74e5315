using System.Net;
using Recorder.Accounts;
using Recorder.Accounts.Sources;
using Recorder.Mailboxes;

namespace Recorder.Settings;

/// <summary>Whether the sign-in sources can be used as they are written.</summary>
internal static class SignInChecks
{
    public static void Run(AccountsOptions accounts, IList<string> ours)
    {
        for (var i = 0; i < accounts.Imap.Count; i++)
        {
            var (key, imap) = ($"Accounts:Imap:{i}", accounts.Imap[i]);
            CheckServer(key, imap.Host, imap.Tls);
            CheckFile($"{key}:CertificateFile", imap.CertificateFile);
        }

        for (var i = 0; i < accounts.Ldap.Count; i++)
        {
            CheckServer($"Accounts:Ldap:{i}", accounts.Ldap[i].Host, accounts.Ldap[i].Tls);
            CheckSearch($"Accounts:Ldap:{i}", accounts.Ldap[i]);
        }

        for (var i = 0; i < accounts.Oidc.Count; i++) CheckProvider($"Accounts:Oidc:{i}", accounts.Oidc[i]);
        CheckDomains(accounts.Imap.Select((one, i) => ($"Accounts:Imap:{i}:Domains", one.Domains)).Concat(accounts.Ldap.Select((one, i) => ($"Accounts:Ldap:{i}:Domains", one.Domains)))
            .Concat(accounts.Oidc.Select((one, i) => ($"Accounts:Oidc:{i}:Domains", one.Domains))), ours);
    }

    /// <summary>The servers into whose folders mail is put.</summary>
    public static void Run(IReadOnlyList<MailboxServerOptions> mailboxes, IList<string> ours)
    {
        for (var i = 0; i < mailboxes.Count; i++)
        {
            var (key, one) = ($"{MailboxServerOptions.Section}:{i}", mailboxes[i]);
            CheckServer(key, one.Host, one.Tls);
            CheckFile($"{key}:CertificateFile", one.CertificateFile);
            if (one.UserName.Length == 0) throw Bad($"{key}:UserName", "name the login that the server lets act for every mailbox");
            if (one.Password.Length == 0) throw Bad($"{key}:Password", "the login needs its password; better given as environment");
            if (one.UserName.Contains('\0') || one.Password.Contains('\0')) throw Bad($"{key}:Password", "neither name nor password may hold a NUL");
        }

        CheckDomains(mailboxes.Select((one, i) => ($"{MailboxServerOptions.Section}:{i}:Domains", one.Domains)), ours);
    }

    private static void CheckFile(string key, string file)
    {
        if (file.Length > 0 && !File.Exists(file)) throw Bad(key, $"there is no file '{file}'");
    }

    // A password never crosses a network in clear.
    private static void CheckServer(string key, string host, SignInTls tls)
    {
        if (host.Length == 0) throw Bad($"{key}:Host", "name the host of the server");
        var isHere = host == "localhost" || (IPAddress.TryParse(host, out var address) && IPAddress.IsLoopback(address));
        if (tls == SignInTls.None && !isHere) throw Bad($"{key}:Tls", "None is for this machine only; write StartTls or Implicit");
    }

    private static void CheckSearch(string key, LdapSignInOptions ldap)
    {
        if (ldap.UserDn.Length == 0 && ldap.BaseDn.Length == 0) throw Bad($"{key}:UserDn", "write the name of a person's entry, or BaseDn to search for it");
        if (ldap.UserDn.Length > 0 && !HasLogin(ldap.UserDn)) throw Bad($"{key}:UserDn", "needs {user} or {address}");
        if (ldap.UserDn.Length == 0 && !HasLogin(ldap.Filter)) throw Bad($"{key}:Filter", "needs {user} or {address}");
    }

    // Tokens are believed because of where they come from.
    private static void CheckProvider(string key, OidcSignInOptions oidc)
    {
        if (!IsSafe(oidc.Authority)) throw Bad($"{key}:Authority", $"'{oidc.Authority}' is not an address like https://login.example.edu/realms/staff");
        if (oidc.PublicUrl.Length > 0 && !IsSafe(oidc.PublicUrl)) throw Bad($"{key}:PublicUrl", $"'{oidc.PublicUrl}' is not an address like https://archive.example.edu");
        if (oidc.ClientId.Length == 0) throw Bad($"{key}:ClientId", "a provider needs the name under which it knows this service");
        if (oidc.Domains.Count == 0) throw Bad($"{key}:Domains", "name the domains whose people sign in there");
    }

    private static bool IsSafe(string address) =>
        Uri.TryCreate(address, UriKind.Absolute, out var url) && (url.Scheme == Uri.UriSchemeHttps || (url.Scheme == Uri.UriSchemeHttp && url.IsLoopback)) && url is { Query: "", Fragment: "", UserInfo: "" };

    private static bool HasLogin(string template) => template.Contains("{user}", StringComparison.Ordinal) || template.Contains("{address}", StringComparison.Ordinal);

    private static void CheckDomains(IEnumerable<(string Key, IList<string> Domains)> all, IList<string> written)
    {
        var (seen, ours) = (new HashSet<string>(StringComparer.Ordinal), written.Select(MailDomain.Normalise).OfType<string>().ToHashSet());
        foreach (var (key, domains) in all)
        {
            foreach (var name in domains.DefaultIfEmpty(""))
            {
                var domain = name.Length == 0 ? "" : MailDomain.Normalise(name) ?? throw Bad(key, $"'{name}' is not a domain like example.edu");
                if (domain.Length > 0 && ours.Count > 0 && !ours.Contains(domain)) throw Bad(key, $"'{name}' is none of Smtp:Domains");
                if (!seen.Add(domain)) throw Bad(key, domain.Length == 0 ? "only one source may take all domains" : $"'{name}' has a source already");
            }
        }
    }

    private static SettingsException Bad(string key, string reason) => new($"{SettingsCatalog.Root}:{key}", reason);
}
