using System.Globalization;

namespace Recorder.Digests;

/// <summary>When digests are due: some times of day on some days of the week, in a time zone.</summary>
/// <param name="Times">Minutes after midnight; empty: never.</param>
/// <param name="Days">Empty: every day.</param>
public sealed record DigestSchedule(IReadOnlyList<int> Times, IReadOnlyList<DayOfWeek> Days, TimeZoneInfo Zone)
{
    public const int MinutesOfADay = 24 * 60;

    /// <summary>The last moment, now included, at which a digest was due; null when there is none.</summary>
    public DateTimeOffset? LatestAt(DateTimeOffset now)
    {
        var today = Today(now);
        // A week and a day reach back to the same day of the week whatever the hour.
        for (var back = 0; back <= 8; back++)
        {
            if (MomentsOf(today.AddDays(-back)).Where(at => at <= now).Select(at => (DateTimeOffset?)at).Max() is { } latest) return latest;
        }
        return null;
    }

    /// <summary>The next moment after now; null when there is none.</summary>
    public DateTimeOffset? NextAfter(DateTimeOffset now)
    {
        var today = Today(now);
        for (var ahead = 0; ahead <= 8; ahead++)
        {
            if (MomentsOf(today.AddDays(ahead)).Where(at => at > now).Select(at => (DateTimeOffset?)at).Min() is { } next) return next;
        }
        return null;
    }

    private DateOnly Today(DateTimeOffset now) => DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(now, Zone).DateTime);

    private IEnumerable<DateTimeOffset> MomentsOf(DateOnly day) =>
        Days.Count > 0 && !Days.Contains(day.DayOfWeek) ? [] : Times.Select(minutes => MomentOf(day, minutes));

    // Each time on the wall is one moment: one that the clock jumps over comes as much later, one that it shows twice is the first.
    private DateTimeOffset MomentOf(DateOnly day, int minutes)
    {
        var wall = day.ToDateTime(TimeOnly.MinValue).AddMinutes(minutes);
        if (Zone.IsInvalidTime(wall)) return new DateTimeOffset(wall, Zone.GetUtcOffset(day.ToDateTime(TimeOnly.MinValue).AddHours(-12)));
        return new DateTimeOffset(wall, Zone.IsAmbiguousTime(wall) ? Zone.GetAmbiguousTimeOffsets(wall).Max() : Zone.GetUtcOffset(wall));
    }

    /// <summary>"08:00, 17:30" as minutes after midnight, in order.</summary>
    /// <returns>null for what is no list of times.</returns>
    public static IReadOnlyList<int>? ReadTimes(string text)
    {
        var parts = text.Split([',', ' ', ';', '、', '，'], StringSplitOptions.RemoveEmptyEntries);
        var times = parts.Select(part => TimeOnly.TryParseExact(part, ["H:mm", "HH:mm"], CultureInfo.InvariantCulture, DateTimeStyles.None, out var time)
            ? (int)time.ToTimeSpan().TotalMinutes : -1).ToList();
        return times.Contains(-1) ? null : [.. times.Distinct().Order()];
    }

    public static string WriteTimes(IEnumerable<int> times) =>
        string.Join(", ", times.Select(minutes => string.Create(CultureInfo.InvariantCulture, $"{minutes / 60:00}:{minutes % 60:00}")));

    /// <returns>null for what is no list of days.</returns>
    public static IReadOnlyList<DayOfWeek>? ReadDays(string text)
    {
        var days = new List<DayOfWeek>();
        foreach (var part in text.Split([',', ' '], StringSplitOptions.RemoveEmptyEntries))
        {
            if (!Enum.TryParse<DayOfWeek>(part, ignoreCase: true, out var day) || !Enum.IsDefined(day) || char.IsAsciiDigit(part[0])) return null;
            days.Add(day);
        }
        return days;
    }
}

/// <summary>Whose schedule is which: the person's choice, or the site's.</summary>
public sealed class DigestSchedules
{
    private readonly DigestSchedule site;

    /// <exception cref="FormatException">Times or days that cannot be read.</exception>
    /// <exception cref="TimeZoneNotFoundException">No such time zone.</exception>
    public DigestSchedules(DigestOptions options) => site = new DigestSchedule(
        DigestSchedule.ReadTimes(options.Times) ?? throw new FormatException("Times"),
        DigestSchedule.ReadDays(options.Days) ?? throw new FormatException("Days"),
        options.TimeZone.Length == 0 ? TimeZoneInfo.Local : TimeZoneInfo.FindSystemTimeZoneById(options.TimeZone));

    /// <summary>For whoever chose nothing.</summary>
    public DigestSchedule Site => site;

    public DigestSchedule For(Ledger.Preferences? chosen) => chosen is null ? site : new DigestSchedule(
        chosen.DigestTimes ?? site.Times,
        chosen.DigestTimes is null ? site.Days : chosen.DigestDays ?? [],
        ZoneOf(chosen));

    /// <summary>A name that this machine does not know (any more) counts as none.</summary>
    public TimeZoneInfo ZoneOf(Ledger.Preferences? chosen) =>
        chosen?.TimeZone is { } name && TimeZoneInfo.TryFindSystemTimeZoneById(name, out var zone) ? zone : site.Zone;
}
