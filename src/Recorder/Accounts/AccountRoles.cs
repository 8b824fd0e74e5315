using Recorder.Ledger;

namespace Recorder.Accounts;

/// <param name="AdminOf">Null leaves it; empty takes it away.</param>
public sealed record RoleWish(bool? IsAdmin = null, bool? IsAuditor = null, IReadOnlyList<string>? AdminOf = null);

/// <summary>What accounts may beside reading their own mail, and handing an address to its next holder.</summary>
public sealed class AccountRoles(ILedger ledger, IAddressBook book, TimeProvider time)
{
    /// <exception cref="ActRefusedException">no-such-account, last-admin, not-local.</exception>
    public async Task<Account> SetAsync(Actor actor, string address, RoleWish wish, CancellationToken cancel)
    {
        var name = book.Normalise(address) ?? address;
        var domains = wish.AdminOf?.Select(Local).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToList();
        await ledger.ActAsync(Accounts.LedgerKey, state => Set(state, actor, Present(state, name), wish, domains), cancel);
        return ledger.State.Get<Account>(StateKeys.Account(name))!;
    }

    /// <summary>From now on the address is somebody else's, who sees nothing of before.</summary>
    /// <exception cref="ActRefusedException">no-such-account, last-admin.</exception>
    public async Task<Account> HandOverAsync(Actor actor, string address, string? displayName, CancellationToken cancel)
    {
        var name = book.Normalise(address) ?? address;
        await ledger.ActAsync(
            Accounts.LedgerKey,
            state =>
            {
                var former = Present(state, name);
                CheckLastAdmin(state, former, staysAdmin: false);
                return HandOver.Of(former, string.IsNullOrWhiteSpace(displayName) ? name : displayName.Trim(), null, actor, time.GetUtcNow());
            },
            cancel);
        return ledger.State.Get<Account>(StateKeys.Account(name))!;
    }

    private AccountSet? Set(IStateSnapshot state, Actor actor, Account account, RoleWish wish, IReadOnlyList<string>? domains)
    {
        CheckLastAdmin(state, account, wish.IsAdmin ?? account.IsAdmin);
        var changed = account with
        {
            IsAdmin = wish.IsAdmin ?? account.IsAdmin, IsAuditor = wish.IsAuditor ?? account.IsAuditor,
            AdminOf = domains is null ? account.AdminOf : domains.Count == 0 ? null : domains,
        };
        return changed == account ? null : new AccountSet(changed) { Actor = actor, At = time.GetUtcNow() };
    }

    private static void CheckLastAdmin(IStateSnapshot state, Account account, bool staysAdmin)
    {
        if (account is { IsAdmin: true, IsDisabled: false } && !staysAdmin && !Accounts.HasAdmin(state, except: account.Address))
        {
            throw new ActRefusedException("last-admin", $"{account.Address} is the last admin");
        }
    }

    private string Local(string domain) => MailDomain.Normalise(domain) is { } name && book.IsLocal($"x@{name}")
        ? name : throw new ActRefusedException("not-local", $"{domain} is none of our domains");

    private static Account Present(IStateSnapshot state, string name) =>
        state.Get<Account>(StateKeys.Account(name)) ?? throw new ActRefusedException("no-such-account", $"there is no account {name}");
}
