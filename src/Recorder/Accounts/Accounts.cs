using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;
using Recorder.Ledger;

namespace Recorder.Accounts;

/// <summary>Accounts as the ledger keeps them.</summary>
public sealed class Accounts : IAccounts
{
    private readonly ILedger ledger;
    private readonly IAddressBook book;
    private readonly AccountsOptions options;
    private readonly TimeProvider time;
    private readonly Passwords passwords;
    private volatile bool knowsAdmin;

    /// <summary>
    /// One ledger key for all changes of accounts: whether an address is free and who is the last admin concern more
    /// than one account, and hashing a password costs more than waiting for one's turn.
    /// </summary>
    internal const string LedgerKey = "accounts";

    /// <param name="hasher">The framework's default where null.</param>
    public Accounts(
        ILedger ledger, IAddressBook book, IOptions<AccountsOptions> options, TimeProvider time, PasswordHasher<Account>? hasher = null)
    {
        this.ledger = ledger;
        this.book = book;
        this.options = options.Value;
        this.time = time;
        passwords = new Passwords(hasher);
    }

    /// <summary>An enabled admin exists. Once true it stays so: the last one cannot be disabled.</summary>
    public bool AnyAdmin => knowsAdmin || (knowsAdmin = HasAdmin(ledger.State, except: null));

    public async Task<Account> AddAsync(
        Actor actor, string address, string? password, bool isAdmin, string? displayName, CancellationToken cancel)
    {
        var name = LocalAddress(address);
        var now = time.GetUtcNow();
        var bare = new Account(name, string.IsNullOrWhiteSpace(displayName) ? name : displayName.Trim(), null, isAdmin, false, [], now);
        var hash = password is null ? null : await passwords.HashAsync(bare, password, options.MinPasswordLength, cancel);
        var recorded = await ledger.ActAsync(
            LedgerKey,
            state => Set(actor, bare with { PasswordHash = hash, Addresses = [OwnedAddresses.Fresh(state, name, now)] }),
            cancel);
        return ((AccountSet)recorded!.Value).Account;
    }

    public async Task SetPasswordAsync(Actor actor, string address, string password, CancellationToken cancel)
    {
        var known = Find(address) ?? throw NoSuchAccount(address);
        var hash = await passwords.HashAsync(known, password, options.MinPasswordLength, cancel);
        await ledger.ActAsync(LedgerKey, state => Set(actor, Present(state, known.Address) with { PasswordHash = hash }), cancel);
    }

    public async Task SetDisabledAsync(Actor actor, string address, bool disabled, CancellationToken cancel)
    {
        var known = Find(address) ?? throw NoSuchAccount(address);
        await ledger.ActAsync(LedgerKey, state => Disabled(state, actor, known.Address, disabled), cancel);
    }

    public Account? Find(string address) =>
        book.Normalise(address) is { } name ? ledger.State.Get<Account>(StateKeys.Account(name)) : null;

    public IReadOnlyList<Account> List(string? after = null, int limit = 100) =>
        [.. ledger.State
            .Range<Account>(StateKeys.Accounts, after is null ? null : StateKeys.Account(after), limit)
            .Select(pair => pair.Value)];

    private string LocalAddress(string address)
    {
        var name = book.Normalise(address) ?? throw new ActRefusedException("bad-address", $"{address} is not a mail address");
        return book.IsLocal(name) ? name : throw new ActRefusedException("not-local", $"{name} is in none of our domains");
    }

    private AccountSet? Disabled(IStateSnapshot state, Actor actor, string address, bool disabled)
    {
        var account = Present(state, address);
        if (disabled && account is { IsAdmin: true, IsDisabled: false } && !HasAdmin(state, except: address))
        {
            throw new ActRefusedException("last-admin", $"{address} is the last admin");
        }

        return account.IsDisabled == disabled ? null : Set(actor, account with { IsDisabled = disabled });
    }

    private AccountSet Set(Actor actor, Account account) => new(account) { Actor = actor, At = time.GetUtcNow() };

    private static Account Present(IStateSnapshot state, string address) =>
        state.Get<Account>(StateKeys.Account(address)) ?? throw NoSuchAccount(address);

    internal static bool HasAdmin(IStateSnapshot state, string? except) => state.Range<Account>(StateKeys.Accounts)
        .Any(pair => pair.Value is { IsAdmin: true, IsDisabled: false } && pair.Value.Address != except);

    private static ActRefusedException NoSuchAccount(string address) => new("no-such-account", $"there is no account {address}");
}
