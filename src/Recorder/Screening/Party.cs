using Recorder.Ledger;

namespace Recorder.Screening;

/// <summary>Somebody a recipient's copy is for: whose lists and threshold count.</summary>
/// <param name="Account">Primary address; null where no account holds the address.</param>
/// <param name="Domain">Of the address itself, whose list is the second level.</param>
public sealed record Party(string? Account, string Domain)
{
    /// <summary>
    /// One for each owner. An alias that belongs to no account speaks only where no other owner does: else nobody's allow
    /// would count for mail to an alias.
    /// </summary>
    /// <param name="owners">Normalised local addresses.</param>
    /// <param name="at">Addresses belong to accounts for a time.</param>
    public static IReadOnlyList<Party> Of(IStateSnapshot state, IReadOnlyList<string> owners, DateTimeOffset at)
    {
        List<Party> parties = [.. owners.Select(owner => new Party(HolderOf(state, owner, at), owner[(owner.LastIndexOf('@') + 1)..])).Distinct()];
        return parties.Exists(party => party.Account is not null) ? parties.FindAll(party => party.Account is not null) : parties;
    }

    private static string? HolderOf(IStateSnapshot state, string address, DateTimeOffset at) =>
        state.Get<AddressHistory>(StateKeys.Address(address))?.Accounts.LastOrDefault(name => Holds(state, name, address, at));

    private static bool Holds(IStateSnapshot state, string account, string address, DateTimeOffset at) =>
        state.Get<Account>(StateKeys.Account(account)) is { } known && known.Addresses.Any(owned =>
            owned.Address == address && (owned.From is not { } from || at >= from) && (owned.Until is not { } until || at < until));
}
