using System.ComponentModel.DataAnnotations;

namespace Recorder.Accounts.Sources;

/// <summary>How the way to a sign-in server is protected.</summary>
public enum SignInTls
{
    /// <summary>In clear first, then TLS before anything else is said.</summary>
    StartTls,

    /// <summary>TLS from the first byte.</summary>
    Implicit,

    /// <summary>In clear: to this machine only.</summary>
    None,
}

/// <summary>Section <c>Accounts:Imap:N</c>: the mail server that knows the passwords of some domains (docs/accounts.md).</summary>
public sealed class ImapSignInOptions
{
    /// <summary>Domains whose people sign in there. Empty: every domain that no other source takes.</summary>
    public IList<string> Domains { get; set; } = [];

    /// <summary>Host name or address; the certificate must be for it.</summary>
    public string Host { get; set; } = "";

    /// <summary>993 for Implicit.</summary>
    [Range(1, 65535)]
    public int Port { get; set; } = 143;

    /// <summary>StartTls, Implicit, or None to this machine only.</summary>
    public SignInTls Tls { get; set; } = SignInTls.StartTls;

    /// <summary>PEM file of certificates or authorities to trust besides the machine's own.</summary>
    public string CertificateFile { get; set; } = "";

    /// <summary>Seconds for one attempt, waiting for a place included. Dovecot delays answers to a client that failed before by up to 15.</summary>
    [Range(1, 120)]
    public int TimeoutSeconds { get; set; } = 30;

    /// <summary>Attempts with this server at once; more wait.</summary>
    [Range(1, 1_000)]
    public int MaxConnections { get; set; } = 20;
}

/// <summary>Section <c>Accounts:Ldap:N</c>: the directory that knows the passwords of some domains (docs/accounts.md).</summary>
public sealed class LdapSignInOptions
{
    /// <summary>Domains whose people sign in there. Empty: every domain that no other source takes.</summary>
    public IList<string> Domains { get; set; } = [];

    /// <summary>Host name or address; the certificate must be for it.</summary>
    public string Host { get; set; } = "";

    /// <summary>636 for Implicit.</summary>
    [Range(1, 65535)]
    public int Port { get; set; } = 389;

    /// <summary>StartTls, Implicit, or None to this machine only.</summary>
    public SignInTls Tls { get; set; } = SignInTls.StartTls;

    /// <summary>Name of a person's entry, e.g. <c>uid={user},ou=people,dc=example,dc=edu</c>; {user} is the part before the at sign, {address} all of it. Empty: search for it.</summary>
    public string UserDn { get; set; } = "";

    /// <summary>Where to search, e.g. <c>ou=people,dc=example,dc=edu</c>.</summary>
    public string BaseDn { get; set; } = "";

    /// <summary>What to search for; exactly one entry must match.</summary>
    public string Filter { get; set; } = "(mail={address})";

    /// <summary>Who searches; empty: anonymous.</summary>
    public string BindDn { get; set; } = "";

    /// <summary>Better given as environment Recorder__Accounts__Ldap__0__BindPassword.</summary>
    public string BindPassword { get; set; } = "";

    /// <summary>Attribute that stays the same for one person and is never given to another (RFC 4530); Active Directory: objectGUID.</summary>
    public string IdentityAttribute { get; set; } = "entryUUID";

    /// <summary>Attribute of the display name.</summary>
    public string NameAttribute { get; set; } = "cn";

    /// <summary>Seconds for one attempt, waiting for a place included.</summary>
    [Range(1, 120)]
    public int TimeoutSeconds { get; set; } = 15;

    /// <summary>Attempts with this directory at once; more wait.</summary>
    [Range(1, 1_000)]
    public int MaxConnections { get; set; } = 20;
}
