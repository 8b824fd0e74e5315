using System.Net;
using Recorder.Accounts;
using Recorder.Accounts.Sources;

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
            if (imap.CertificateFile.Length > 0 && !File.Exists(imap.CertificateFile)) throw Bad($"{key}:CertificateFile", $"there is no file '{imap.CertificateFile}'");
        }

        for (var i = 0; i < accounts.Ldap.Count; i++)
        {
            CheckServer($"Accounts:Ldap:{i}", accounts.Ldap[i].Host, accounts.Ldap[i].Tls);
            CheckSearch($"Accounts:Ldap:{i}", accounts.Ldap[i]);
        }

        for (var i = 0; i < accounts.Oidc.Count; i++) CheckProvider($"Accounts:Oidc:{i}", accounts.Oidc[i]);
        CheckDomains(accounts, [.. ours.Select(MailDomain.Normalise).OfType<string>()]);
    }

    // A password never crosses a network in clear.
    private static void CheckServer(string key, string host, SignInTls tls)
    {
        if (host.Length == 0) throw Bad($"{key}:Host", "a sign-in source needs the host that knows the passwords");
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

    private static void CheckDomains(AccountsOptions accounts, HashSet<string> ours)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var all = accounts.Imap.Select((one, i) => ($"Accounts:Imap:{i}:Domains", one.Domains)).Concat(accounts.Ldap.Select((one, i) => ($"Accounts:Ldap:{i}:Domains", one.Domains)))
            .Concat(accounts.Oidc.Select((one, i) => ($"Accounts:Oidc:{i}:Domains", one.Domains)));
        foreach (var (key, domains) in all)
        {
            foreach (var written in domains.DefaultIfEmpty(""))
            {
                var domain = written.Length == 0 ? "" : MailDomain.Normalise(written) ?? throw Bad(key, $"'{written}' is not a domain like example.edu");
                if (domain.Length > 0 && ours.Count > 0 && !ours.Contains(domain)) throw Bad(key, $"'{written}' is none of Smtp:Domains");
                if (!seen.Add(domain)) throw Bad(key, domain.Length == 0 ? "only one source may take all domains" : $"'{written}' has a source already");
            }
        }
    }

    private static SettingsException Bad(string key, string reason) => new($"{SettingsCatalog.Root}:{key}", reason);
}
