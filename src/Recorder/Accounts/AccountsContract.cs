using Recorder.Ledger;
using Recorder.Search;

namespace Recorder.Accounts;

/// <summary>A signed-in person: what they may see and how the ledger names them.</summary>
/// <param name="SessionHash">Names the session that can be ended.</param>
/// <param name="Source">Client IP.</param>
public sealed record Reader(Account Account, IReadOnlyList<OwnerScope> Scope, string SessionHash, string Source)
{
    /// <summary>Not signed in: a link of a digest speaks for the account, and only for what the link is for.</summary>
    public bool IsByLink { get; init; }

    /// <summary>The program's token that was shown; null for a person's session.</summary>
    public ApiToken? Token { get; init; }

    /// <summary>Rights of the account sleep until it has a second factor.</summary>
    public bool LacksSecondFactor { get; init; }

    /// <summary>Mailboxes of others, by grants; their mail is in <see cref="Scope"/> too.</summary>
    public IReadOnlyList<Delegated> Delegated { get; init; } = [];

    /// <summary>An auditor's words for opening other people's mail; null for everybody else.</summary>
    public string? AuditReason { get; init; }

    public Actor Actor => new(IsByLink ? "link" : AuditReason is not null ? "auditor" : Account.IsAdmin ? "admin" : "user", Account.Address, Source);
}

/// <param name="Token">Shown once: cookie value or bearer.</param>
public sealed record StartedSession(string Token, Reader Reader, DateTimeOffset ExpiresAt);

/// <summary>Turns addresses into the names of mailboxes: case, NFC, A-labels, plus-delimiter, domains.</summary>
public interface IAddressBook
{
    /// <summary>The canonical form, or null for what is no address.</summary>
    string? Normalise(string address);

    /// <summary>True where we answer for the domain. With no domains configured every domain is ours.</summary>
    bool IsLocal(string address);

    /// <summary>The local owners an envelope recipient stands for (envelope address and ORCPT); empty outside our domains.</summary>
    IReadOnlyList<string> OwnersOf(string recipient, string? originalRecipient);
}

public interface IAccounts
{
    /// <exception cref="ActRefusedException">address-taken, bad-address, not-local, weak-password.</exception>
    Task<Account> AddAsync(Actor actor, string address, string? password, bool isAdmin, string? displayName, CancellationToken cancel);

    /// <exception cref="ActRefusedException">no-such-account, weak-password.</exception>
    Task SetPasswordAsync(Actor actor, string address, string password, CancellationToken cancel);

    /// <exception cref="ActRefusedException">no-such-account, last-admin.</exception>
    Task SetDisabledAsync(Actor actor, string address, bool disabled, CancellationToken cancel);

    Account? Find(string address);
    IReadOnlyList<Account> List(string? after = null, int limit = 100);
    bool AnyAdmin { get; }
}

public interface ISessions
{
    /// <summary>Same duration and answer for an unknown address and a wrong password. Rate-limited per address and source.</summary>
    /// <returns>null when refused.</returns>
    /// <exception cref="SecondFactors.SecondFactorNeededException">The password is right; go on with <see cref="ConfirmAsync"/>.</exception>
    /// <exception cref="ActRefusedException">too-many-attempts; sign-in-unavailable: the server that knows the password does
    /// not answer; address-taken: it is a further address of another account.</exception>
    Task<StartedSession?> SignInAsync(string address, string password, string channel, string source, CancellationToken cancel);

    /// <summary>For whoever a provider of the address's domain has signed in; the caller has checked what the provider said.</summary>
    /// <returns>null for a disabled account.</returns>
    /// <exception cref="SecondFactors.SecondFactorNeededException">Go on with <see cref="ConfirmAsync"/>.</exception>
    /// <exception cref="ActRefusedException">too-many-attempts; local-password: the account signs in with its own; address-taken.</exception>
    Task<StartedSession?> WelcomeAsync(Sources.Vouched vouched, string channel, string source, CancellationToken cancel);

    /// <summary>The second half of a sign-in.</summary>
    /// <returns>null for a wrong code.</returns>
    /// <exception cref="ActRefusedException">sign-in-again, too-many-attempts.</exception>
    Task<StartedSession?> ConfirmAsync(string ticket, string code, string channel, string source, CancellationToken cancel);

    /// <returns>null when the token is unknown, ended or expired, or the account is disabled.</returns>
    Reader? Validate(string token, string source);

    Task EndAsync(Reader reader, CancellationToken cancel);

    /// <summary>Ends one of the reader's own sessions.</summary>
    /// <returns>false for any other.</returns>
    Task<bool> EndAsync(Reader reader, string hash, CancellationToken cancel);

    /// <summary>The reader's own sessions, this one first.</summary>
    IReadOnlyList<SessionState> Open(Reader reader);
}
