namespace Recorder.Ledger;

/// <summary>What a person chose; null members follow the site.</summary>
/// <param name="Address">Primary address of the account.</param>
/// <param name="SpamThreshold">Score from which mail is held for this person.</param>
/// <param name="DigestTimes">Local times of day at which a digest is due, minutes after midnight; empty: none.</param>
/// <param name="DigestDays">Days of the week of a digest; null or empty: every day.</param>
/// <param name="DigestPhrase">Appears in each digest, so that a fake is seen.</param>
/// <param name="TimeZone">IANA name.</param>
/// <param name="DigestsSince">When the schedule was chosen: digests due before that are none of it. Null: as the account.</param>
public sealed record Preferences(
    string Address, double? SpamThreshold = null, IReadOnlyList<int>? DigestTimes = null, IReadOnlyList<DayOfWeek>? DigestDays = null,
    string? DigestPhrase = null, string? TimeZone = null, DateTimeOffset? DigestsSince = null);

/// <summary>The whole preferences after the act.</summary>
public sealed record PreferencesSet(Preferences Preferences) : LedgerEvent;
