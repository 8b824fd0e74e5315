namespace Recorder.Ledger;

/// <summary>An address in the time it belonged to an account. Both ends optional; until is exclusive.</summary>
public sealed record OwnedAddress(string Address, DateTimeOffset? From = null, DateTimeOffset? Until = null);

/// <param name="Address">Primary address, normalised: the name people sign in with.</param>
/// <param name="PasswordHash">The framework's hasher; null where another source signs in.</param>
/// <param name="Addresses">Primary and further ones, present and past.</param>
/// <param name="Language">en, zh-Hant, or null to follow the browser.</param>
/// <param name="Identity">What a directory says stays the same for one person (LDAP entryUUID); null where no source said.</param>
/// <param name="IsAuditor">Sees facts of all mail, and bodies with a reason that the owner can see.</param>
/// <param name="AdminOf">Domains whose lists, accounts and release requests this account looks after; null for none.</param>
public sealed record Account(
    string Address, string DisplayName, string? PasswordHash, bool IsAdmin, bool IsDisabled,
    IReadOnlyList<OwnedAddress> Addresses, DateTimeOffset CreatedAt, string? Language = null,
    string? Identity = null, bool IsAuditor = false, IReadOnlyList<string>? AdminOf = null);

/// <summary>
/// A primary address came to somebody else. The former account keeps its mail and its past addresses under no name;
/// sessions, tokens, second factor, lists, preferences, grants, jobs and exports of the address are gone with it.
/// </summary>
/// <param name="Former">As it was, with its open addresses ended.</param>
/// <param name="Account">The new one, whose addresses begin now.</param>
public sealed record AccountHandedOver(Account Former, Account Account) : LedgerEvent;
