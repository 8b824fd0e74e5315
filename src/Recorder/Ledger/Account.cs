namespace Recorder.Ledger;

/// <summary>An address in the time it belonged to an account. Both ends optional; until is exclusive.</summary>
public sealed record OwnedAddress(string Address, DateTimeOffset? From = null, DateTimeOffset? Until = null);

/// <param name="Address">Primary address, normalised: the name people sign in with.</param>
/// <param name="PasswordHash">The framework's hasher; null where another source signs in.</param>
/// <param name="Addresses">Primary and further ones, present and past.</param>
/// <param name="Language">en, zh-Hant, or null to follow the browser.</param>
public sealed record Account(
    string Address, string DisplayName, string? PasswordHash, bool IsAdmin, bool IsDisabled,
    IReadOnlyList<OwnedAddress> Addresses, DateTimeOffset CreatedAt, string? Language = null);
