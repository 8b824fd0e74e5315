using Recorder.Ledger;

namespace Recorder.Accounts;

/// <summary>
/// Gives addresses to accounts and takes them back. The first account that ever has an address sees its mail from the
/// start; a later one from now on, so that a reused address never shows its former holder's mail.
/// </summary>
public sealed class OwnedAddresses(ILedger ledger, IAddressBook book, TimeProvider time)
{
    /// <exception cref="ActRefusedException">no-such-account, bad-address, not-local, address-taken.</exception>
    public async Task GiveAsync(Actor actor, string account, string address, CancellationToken cancel)
    {
        var name = book.Normalise(address) ?? throw new ActRefusedException("bad-address", $"{address} is not a mail address");
        if (!book.IsLocal(name))
        {
            throw new ActRefusedException("not-local", $"{name} is in none of our domains");
        }

        await ChangeAsync(actor, account, (state, holder, now) => [.. holder.Addresses, Fresh(state, name, now)], cancel);
    }

    /// <summary>Ends an interval now; the primary address stays with its account.</summary>
    /// <exception cref="ActRefusedException">no-such-account, not-own-address.</exception>
    public async Task TakeAsync(Actor actor, string account, string address, CancellationToken cancel)
    {
        var name = book.Normalise(address) ?? address;
        await ChangeAsync(actor, account, (_, holder, now) => Ended(holder, name, now), cancel);
    }

    /// <summary>A further address goes from one account to another, without a moment at which it is nobody's.</summary>
    /// <exception cref="ActRefusedException">no-such-account, not-own-address, address-taken.</exception>
    public async Task MoveAsync(Actor actor, string from, string to, string address, CancellationToken cancel)
    {
        var (name, at) = (book.Normalise(address) ?? address, time.GetUtcNow());
        await ChangeAsync(actor, from, (_, holder, _) => Ended(holder, name, at), cancel);
        await ChangeAsync(actor, to, (state, holder, now) => [.. holder.Addresses, Fresh(state, name, now) with { From = at }], cancel);
    }

    /// <summary>
    /// Says from when to when an address belonged to an account, its primary one too. Intervals of two accounts never
    /// overlap: what came to one holder is not for another.
    /// </summary>
    /// <param name="from">Null: from the start.</param>
    /// <param name="until">Exclusive; null: still.</param>
    /// <exception cref="ActRefusedException">no-such-account, bad-address, not-local, bad-interval, address-taken.</exception>
    public async Task SetAsync(Actor actor, string account, string address, DateTimeOffset? from, DateTimeOffset? until, CancellationToken cancel)
    {
        var name = book.Normalise(address) ?? throw new ActRefusedException("bad-address", $"{address} is not a mail address");
        if (!book.IsLocal(name)) throw new ActRefusedException("not-local", $"{name} is in none of our domains");
        if (from >= until) throw new ActRefusedException("bad-interval", "the interval ends before it begins");
        var wish = new OwnedAddress(name, from, until);
        await ChangeAsync(
            actor, account,
            (state, holder, _) => OthersOverlap(state, holder, wish) ? throw new ActRefusedException("address-taken", $"{name} belongs to another account in that time")
                : [.. holder.Addresses.Where(owned => owned.Address != name), wish],
            cancel);
    }

    private static bool OthersOverlap(IStateSnapshot state, Account holder, OwnedAddress wish) =>
        (state.Get<AddressHistory>(StateKeys.Address(wish.Address))?.Accounts ?? []).Append(holder.Address).Distinct(StringComparer.Ordinal)
            .SelectMany(name => Others(state, name, holder))
            .SelectMany(other => other.Addresses)
            .Any(owned => owned.Address == wish.Address && (wish.Until is null || owned.From is null || owned.From < wish.Until) && (owned.Until is null || wish.From is null || wish.From < owned.Until));

    // Of one name: who has it, and who had it before.
    private static IEnumerable<Account> Others(IStateSnapshot state, string name, Account holder)
    {
        foreach (var (_, former) in state.Range<Account>(StateKeys.FormerAccounts(name))) yield return former;
        if (name != holder.Address && state.Get<Account>(StateKeys.Account(name)) is { } other) yield return other;
    }

    /// <summary>A new interval for an address, checked against all who ever held it.</summary>
    internal static OwnedAddress Fresh(IStateSnapshot state, string address, DateTimeOffset now)
    {
        var holders = (state.Get<AddressHistory>(StateKeys.Address(address))?.Accounts ?? [])
            .Select(name => state.Get<Account>(StateKeys.Account(name)))
            .OfType<Account>()
            .ToList();
        var isTaken = state.Get<Account>(StateKeys.Account(address)) is not null
            || holders.Exists(holder => Ownership.AddressesAt(holder, now).Contains(address));
        return isTaken
            ? throw new ActRefusedException("address-taken", $"{address} belongs to an account")
            : new OwnedAddress(address, From: holders.Count == 0 ? null : now);
    }

    private static IReadOnlyList<OwnedAddress> Ended(Account holder, string address, DateTimeOffset now)
    {
        var isOpen = address != holder.Address && Ownership.AddressesAt(holder, now).Contains(address);
        return isOpen
            ? [.. holder.Addresses.Select(owned => owned.Address == address && owned.Until is null ? owned with { Until = now } : owned)]
            : throw new ActRefusedException("not-own-address", $"{address} is no further address of {holder.Address}");
    }

    private Task ChangeAsync(
        Actor actor, string account, Func<IStateSnapshot, Account, DateTimeOffset, IReadOnlyList<OwnedAddress>> change, CancellationToken cancel)
    {
        var name = book.Normalise(account) ?? account;
        return ledger.ActAsync(
            Accounts.LedgerKey,
            state =>
            {
                var holder = state.Get<Account>(StateKeys.Account(name))
                    ?? throw new ActRefusedException("no-such-account", $"there is no account {account}");
                var now = time.GetUtcNow();
                return new AccountSet(holder with { Addresses = change(state, holder, now) }) { Actor = actor, At = now };
            },
            cancel);
    }
}
