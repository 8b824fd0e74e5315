using Microsoft.Extensions.Options;
using Recorder.Accounts;
using Recorder.Ledger;

namespace Recorder.Digests;

/// <summary>What a person chose, and what follows from it.</summary>
/// <param name="Schedule">In force now: the own one, or the site's.</param>
/// <param name="NextDigest">null when none will come.</param>
/// <param name="DigestsAreOn">The site sends digests at all.</param>
public sealed record PreferencesSight(
    Preferences Chosen, string? Language, DigestSchedule Schedule, DigestSchedule Site, DateTimeOffset? NextDigest, DigestMark? LastDigest, bool DigestsAreOn);

/// <summary>All preferences as they shall be; null members follow the site.</summary>
/// <param name="Times">Minutes after midnight; empty: no digests.</param>
/// <param name="Language">en or zh-Hant.</param>
public sealed record PreferencesWish(
    IReadOnlyList<int>? Times, IReadOnlyList<DayOfWeek>? Days, string? Phrase, string? TimeZone, double? SpamThreshold, string? Language);

/// <summary>Reads and changes what a person may choose for the own account.</summary>
public sealed class PersonalPreferences(ILedger ledger, DigestSchedules schedules, IOptions<DigestOptions> options, TimeProvider clock)
{
    public const int MaxTimes = 6, MinPhrase = 4, MaxPhrase = 80;

    /// <summary>Of the scales of the filters in use, 5 to 15 is usual; what is far off would be a mistake.</summary>
    public const double MinThreshold = 0.1, MaxThreshold = 1_000;

    public PreferencesSight Of(Account account)
    {
        var state = ledger.State;
        var chosen = state.Get<Preferences>(StateKeys.Preferences(account.Address));
        var schedule = schedules.For(chosen);
        var isOn = options.Value.PublicUrl.Length > 0;
        return new PreferencesSight(
            chosen ?? new Preferences(account.Address), state.Get<Account>(StateKeys.Account(account.Address))?.Language, schedule, schedules.Site,
            isOn ? schedule.NextAfter(clock.GetUtcNow()) : null, state.Get<DigestMark>(StateKeys.DigestMark(account.Address)), isOn);
    }

    /// <exception cref="ActRefusedException">too-many-times, bad-time-zone, bad-phrase, bad-threshold, bad-language: nothing was changed.</exception>
    public async Task SetAsync(Reader reader, PreferencesWish wish, CancellationToken cancel)
    {
        var checkedWish = Check(wish);
        var key = StateKeys.Preferences(reader.Account.Address);
        await ledger.ActAsync(key, state => Change(state.Get<Preferences>(key), reader, checkedWish), cancel);
        await SetLanguageAsync(reader, wish.Language, cancel);
    }

    private PreferencesSet? Change(Preferences? before, Reader reader, PreferencesWish wish)
    {
        var now = clock.GetUtcNow();
        var after = (before ?? new Preferences(reader.Account.Address)) with
        {
            DigestTimes = wish.Times, DigestDays = wish.Days is { Count: > 0 } ? wish.Days : null, DigestPhrase = wish.Phrase,
            TimeZone = wish.TimeZone, SpamThreshold = wish.SpamThreshold,
        };
        if (before is not null && Same(before, after)) return null;
        // What a new schedule would have sent earlier today is no missed digest.
        var isNewSchedule = before is null || !SameSchedule(before, after);
        return new PreferencesSet(isNewSchedule ? after with { DigestsSince = now } : after) { Actor = reader.Actor, At = now };
    }

    private Task SetLanguageAsync(Reader reader, string? language, CancellationToken cancel) => ledger.ActAsync(
        Accounts.Accounts.LedgerKey,
        state => state.Get<Account>(StateKeys.Account(reader.Account.Address)) is { } account && account.Language != language
            ? new AccountSet(account with { Language = language }) { Actor = reader.Actor, At = clock.GetUtcNow() } : null,
        cancel);

    private static bool Same(Preferences one, Preferences other) => SameSchedule(one, other)
        && (one.DigestPhrase, one.SpamThreshold) == (other.DigestPhrase, other.SpamThreshold);

    private static bool SameSchedule(Preferences one, Preferences other) => one.TimeZone == other.TimeZone
        && (one.DigestTimes is null) == (other.DigestTimes is null)
        && (one.DigestTimes ?? []).SequenceEqual(other.DigestTimes ?? [])
        && (one.DigestDays ?? []).SequenceEqual(other.DigestDays ?? []);

    private static PreferencesWish Check(PreferencesWish wish)
    {
        var phrase = string.IsNullOrWhiteSpace(wish.Phrase) ? null : wish.Phrase.Trim();
        if (wish.Times is { } times && (times.Count > MaxTimes || times.Any(minutes => minutes is < 0 or >= DigestSchedule.MinutesOfADay)))
        {
            throw new ActRefusedException("too-many-times", $"write at most {MaxTimes} times of day, like 08:00, 17:00");
        }

        if (phrase is not null && (phrase.Length is < MinPhrase or > MaxPhrase || Shown.Line(phrase, MaxPhrase).Replace("\u200B", "", StringComparison.Ordinal) != phrase))
        {
            throw new ActRefusedException("bad-phrase", $"the phrase is one line of {MinPhrase} to {MaxPhrase} characters");
        }

        if (wish.TimeZone is not null && (wish.TimeZone.Length > 64 || !TimeZoneInfo.TryFindSystemTimeZoneById(wish.TimeZone, out _)))
        {
            throw new ActRefusedException("bad-time-zone", "there is no such time zone; write one like Asia/Taipei");
        }

        if (wish.SpamThreshold is { } score && score is not (>= MinThreshold and <= MaxThreshold))
        {
            throw new ActRefusedException("bad-threshold", $"the spam threshold is a number from {MinThreshold} to {MaxThreshold}");
        }

        return wish.Language is null or "en" or "zh-Hant"
            ? wish with { Phrase = phrase } : throw new ActRefusedException("bad-language", "the language is en, zh-Hant, or none");
    }
}
