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
