using System.ComponentModel.DataAnnotations;
using Recorder.Accounts.Sources;

namespace Recorder.Accounts;

/// <summary>Section <c>Accounts</c>: addresses, passwords, sessions.</summary>
public sealed class AccountsOptions
{
    public const string Section = "Accounts";

    /// <summary>Separates a detail from the mailbox name (RFC 5233): user+detail@. Empty for none.</summary>
    [MaxLength(1)]
    public string PlusDelimiter { get; set; } = "+";

    /// <summary>Shortest local password.</summary>
    [Range(6, 128)]
    public int MinPasswordLength { get; set; } = 10;

    /// <summary>How long a session lasts without a sign-out.</summary>
    [Range(1, 720)]
    public int SessionHours { get; set; } = 12;

    /// <summary>Failed sign-ins of one address from one source in 15 minutes before it must wait.</summary>
    [Range(3, 1_000)]
    public int MaxFailuresPerAddress { get; set; } = 10;

    /// <summary>Failed sign-ins of one address from everywhere in 15 minutes. Beyond it only sources from which the address signed in lately are let try: a person is not locked out by others.</summary>
    [Range(10, 100_000)]
    public int MaxFailuresPerAddressEverywhere { get; set; } = 200;

    /// <summary>Failed sign-ins from one source in 15 minutes before it must wait.</summary>
    [Range(3, 10_000)]
    public int MaxFailuresPerSource { get; set; } = 100;

    /// <summary>Rights of admins, domain admins and auditors sleep until the account has a second factor.</summary>
    public bool AdminsNeedSecondFactor { get; set; }

    /// <summary>Longest life of a token for programs.</summary>
    [Range(1, 3_650)]
    public int MaxTokenDays { get; set; } = 365;

    /// <summary>Mail servers that know passwords.</summary>
    public IList<ImapSignInOptions> Imap { get; set; } = [];

    /// <summary>Directories that know passwords.</summary>
    public IList<LdapSignInOptions> Ldap { get; set; } = [];

    /// <summary>OpenID Connect providers.</summary>
    public IList<OidcSignInOptions> Oidc { get; set; } = [];
}
