using System.Globalization;
using System.Text.RegularExpressions;

namespace Recorder.Search.Querying;

/// <summary>A day, week, month or year on the reader's calendar, or several: the end is exclusive.</summary>
internal readonly record struct Period(DateTime Start, DateTime End)
{
    public static Period Day(DateTime day) => new(day.Date, day.Date.AddDays(1));

    public static Period Week(DateTime day) => Days(day.Date.AddDays(-(((int)day.DayOfWeek + 6) % 7)), 7); // ISO 8601: Monday

    public static Period Month(DateTime day) => new(new DateTime(day.Year, day.Month, 1), new DateTime(day.Year, day.Month, 1).AddMonths(1));

    public static Period Year(int year) => new(new DateTime(year, 1, 1), new DateTime(year + 1, 1, 1));

    private static Period Days(DateTime start, int count) => new(start, start.AddDays(count));
}

/// <summary>
/// Reads dates as people write them: ISO and Taiwanese forms, months by name, years of the Republic, words such as
/// yesterday or 上週. What may be read in two ways is not read.
/// </summary>
internal sealed partial class Periods(DateTimeOffset now, TimeZoneInfo zone)
{
    private const int MaxChars = 40, FirstYear = 1900, LastYear = 2199, RepublicOffset = 1911;

    private static readonly string[] DayForms = ["yyyy-M-d", "yyyy/M/d", "yyyy.M.d", "yyyy年M月d日", "yyyy年M月d號", "d MMM yyyy", "d MMMM yyyy", "MMM d yyyy", "MMMM d yyyy", "d.M.yyyy"];
    private static readonly string[] MonthForms = ["yyyy-M", "yyyy/M", "yyyy年M月", "MMM yyyy", "MMMM yyyy"];
    private static readonly string[] YearForms = ["yyyy", "yyyy年"];
    private static readonly string[] DayOfYearForms = ["M/d", "M月d日", "M月d號", "d MMM", "d MMMM", "MMM d", "MMMM d"];
    private static readonly string[] MonthOfYearForms = ["M月", "MMM", "MMMM"];

    private static readonly Dictionary<string, Func<DateTime, Period>> Words = new(StringComparer.OrdinalIgnoreCase)
    {
        ["today"] = Period.Day, ["今天"] = Period.Day, ["今日"] = Period.Day, ["本日"] = Period.Day,
        ["yesterday"] = DaysAgo(1), ["昨天"] = DaysAgo(1), ["昨日"] = DaysAgo(1),
        ["前天"] = DaysAgo(2), ["前日"] = DaysAgo(2), ["大前天"] = DaysAgo(3),
        ["this week"] = Period.Week, ["本週"] = Period.Week, ["這週"] = Period.Week, ["這星期"] = Period.Week, ["本周"] = Period.Week, ["這周"] = Period.Week, ["這禮拜"] = Period.Week,
        ["last week"] = LastWeek, ["上週"] = LastWeek, ["上星期"] = LastWeek, ["上周"] = LastWeek, ["上個星期"] = LastWeek, ["上禮拜"] = LastWeek,
        ["this month"] = Period.Month, ["本月"] = Period.Month, ["這個月"] = Period.Month,
        ["last month"] = LastMonth, ["上月"] = LastMonth, ["上個月"] = LastMonth,
        ["this year"] = day => Period.Year(day.Year), ["今年"] = day => Period.Year(day.Year), ["本年"] = day => Period.Year(day.Year),
        ["last year"] = day => Period.Year(day.Year - 1), ["去年"] = day => Period.Year(day.Year - 1),
        ["前年"] = day => Period.Year(day.Year - 2),
    };

    private readonly DateTime _today = TimeZoneInfo.ConvertTime(now, zone).DateTime;

    /// <summary>Null where it is no date, or none between 1900 and 2199.</summary>
    public Period? Read(string text)
    {
        if (text.Length > MaxChars) return null;
        var plain = Spaces().Replace(text.Trim(), " ");
        if (plain.IndexOf("..", StringComparison.Ordinal) is > 0 and var dots) return Span(plain[..dots], plain[(dots + 2)..]);
        return Word(plain) ?? Republic(plain) ?? Written(plain) ?? Slashed(plain);
    }

    /// <summary>The instant before now by an age such as 7d or 3個月; null where it is none.</summary>
    public DateTimeOffset? Ago(string text) => Values.Before(_today, text.Trim()) is { } then ? Instant(then) : null;

    // GetUtcOffset answers for hours that a change to summer time skips; the converting methods throw there.
    public DateTimeOffset Instant(DateTime local)
    {
        var wall = DateTime.SpecifyKind(local, DateTimeKind.Unspecified);
        return new DateTimeOffset(wall - zone.GetUtcOffset(wall), TimeSpan.Zero);
    }

    private Period? Span(string from, string until) =>
        Read(from) is { } first && Read(until) is { } last && first.Start < last.End ? new Period(first.Start, last.End) : null;

    private Period? Word(string text)
    {
        // People who cannot type a space inside a value write last-week or last_week.
        if (Words.TryGetValue(text.Replace('-', ' ').Replace('_', ' '), out var known)) return known(_today);
        if (Weekday(text) is { } day) return Period.Day(_today.AddDays(-(((int)_today.DayOfWeek - (int)day + 7) % 7)));
        var ago = AgoWord().Match(text);
        return ago.Success && Values.Before(_today, ago.Groups["age"].Value) is { } then ? Period.Day(then) : null;
    }

    private static DayOfWeek? Weekday(string text)
    {
        var chinese = ChineseWeekday().Match(text);
        if (chinese.Success) return (DayOfWeek)("日一二三四五六".IndexOf(chinese.Groups[1].Value.Replace('天', '日'), StringComparison.Ordinal));
        for (var day = DayOfWeek.Sunday; day <= DayOfWeek.Saturday; day++)
            if (text.Equals(day.ToString(), StringComparison.OrdinalIgnoreCase) || text.Equals(day.ToString()[..3], StringComparison.OrdinalIgnoreCase)) return day;
        return null;
    }

    /// <summary>民國115年11月20日, 民國115年11月, 民國115年, 115/11/20.</summary>
    private static Period? Republic(string text)
    {
        var match = RepublicDate().Match(text);
        if (!match.Success) return null;
        var (year, month, day) = (Number(match, "year"), Number(match, "month"), Number(match, "day"));
        // Without the era's name only a whole date of three-digit years is taken for one.
        return match.Groups["era"].Length > 0 || (year >= 100 && day > 0) ? Of(year + RepublicOffset, month, day) : null;
    }

    private Period? Written(string text) =>
        Exact(text, DayForms) is { } day ? Period.Day(day)
        : Exact(text, MonthForms) is { } month ? Period.Month(month)
        : Exact(text, YearForms) is { } year ? Period.Year(year.Year)
        : Latest(text, DayOfYearForms, Period.Day) ?? Latest(text, MonthOfYearForms, Period.Month);

    /// <summary>11/20/2026 and 20/11/2026, where only one reading is a date.</summary>
    private static Period? Slashed(string text)
    {
        var (american, european) = (Exact(text, ["M/d/yyyy", "M-d-yyyy"]), Exact(text, ["d/M/yyyy", "d-M-yyyy"]));
        if (american is not null && european is not null && american != european) return null;
        return (american ?? european) is { } day ? Period.Day(day) : null;
    }

    /// <summary>The last one that has begun.</summary>
    private Period? Latest(string text, string[] forms, Func<DateTime, Period> period)
    {
        // 29 February is a date in some year: four years back there is one.
        for (var year = _today.Year; year > _today.Year - 9; year--)
            if (Exact($"{year} {text}", [.. forms.Select(form => "yyyy " + form)]) is { } found && found <= _today) return period(found);
        return null;
    }

    private static DateTime? Exact(string text, string[] forms) =>
        DateTime.TryParseExact(text.Replace(",", ""), forms, CultureInfo.InvariantCulture, DateTimeStyles.None, out var day)
        && day.Year is >= FirstYear and <= LastYear ? day : null;

    private static Period? Of(int year, int month, int day)
    {
        if (year is < FirstYear or > LastYear || month > 12) return null;
        if (month == 0) return Period.Year(year);
        if (day == 0) return Period.Month(new DateTime(year, month, 1));
        return day <= DateTime.DaysInMonth(year, month) ? Period.Day(new DateTime(year, month, day)) : null;
    }

    private static int Number(Match match, string group) =>
        match.Groups[group].Length == 0 ? 0 : int.Parse(match.Groups[group].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture);

    private static Func<DateTime, Period> DaysAgo(int days) => day => Period.Day(day.AddDays(-days));

    private static Period LastWeek(DateTime day) => Period.Week(day.AddDays(-7));

    private static Period LastMonth(DateTime day) => Period.Month(Period.Month(day).Start.AddDays(-1));

    [GeneratedRegex(@"\s+")]
    private static partial Regex Spaces();

    [GeneratedRegex(@"^(?<age>[0-9]{1,4} ?\p{L}+?)(?: ?ago|前|之前|以前)?$", RegexOptions.IgnoreCase)]
    private static partial Regex AgoWord();

    [GeneratedRegex("^(?:星期|週|周|禮拜)([日天一二三四五六])$")]
    private static partial Regex ChineseWeekday();

    [GeneratedRegex("^(?<era>民國|中華民國)? ?(?<year>[0-9]{2,3})(?:年|[/.-])(?:(?<month>[0-9]{1,2})(?:月|[/.-]|$)(?:(?<day>[0-9]{1,2})[日號]?)?)?$")]
    private static partial Regex RepublicDate();
}
