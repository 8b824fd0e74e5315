using Recorder.Ledger;
using Recorder.Search;

namespace Recorder.Accounts;

/// <summary>Which mail an account's addresses open: an address counts only for the time it belonged to the account.</summary>
public static class Ownership
{
    /// <summary>Everything the account may see, past addresses included.</summary>
    public static IReadOnlyList<OwnerScope> ScopeOf(Account account) =>
        [.. account.Addresses.Select(owned => new OwnerScope(owned.Address, owned.From, owned.Until))];

    /// <summary>True from its start until, exclusive, its end.</summary>
    public static bool Covers(OwnerScope owned, DateTimeOffset at) =>
        (owned.From is not { } from || at >= from) && (owned.Until is not { } until || at < until);

    /// <summary>Whether an address was the account's own at a time.</summary>
    public static bool Held(Account account, string address, DateTimeOffset at) =>
        account.Addresses.Any(owned => owned.Address == address && Covers(new OwnerScope(owned.Address, owned.From, owned.Until), at));

    /// <summary>Addresses that belong to the account at a time, the primary one first.</summary>
    public static IReadOnlyList<string> AddressesAt(Account account, DateTimeOffset at) =>
        [.. account.Addresses
            .Where(owned => Covers(new OwnerScope(owned.Address, owned.From, owned.Until), at))
            .Select(owned => owned.Address)
            .Distinct(StringComparer.Ordinal)
            .OrderByDescending(address => address == account.Address)];
}
