using System.ComponentModel.DataAnnotations;

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

    /// <summary>Failed sign-ins of one address in 15 minutes before it must wait.</summary>
    [Range(3, 1_000)]
    public int MaxFailuresPerAddress { get; set; } = 10;

    /// <summary>Failed sign-ins from one source in 15 minutes before it must wait.</summary>
    [Range(3, 10_000)]
    public int MaxFailuresPerSource { get; set; } = 100;
}
