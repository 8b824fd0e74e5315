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

    public Actor Actor => new(IsByLink ? "link" : Account.IsAdmin ? "admin" : "user", Account.Address, Source);
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
    Task<StartedSession?> SignInAsync(string address, string password, string channel, string source, CancellationToken cancel);

    /// <returns>null when the token is unknown, ended or expired, or the account is disabled.</returns>
    Reader? Validate(string token, string source);

    Task EndAsync(Reader reader, CancellationToken cancel);
}
