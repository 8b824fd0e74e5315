using System.Globalization;

namespace Recorder.Search.Querying;

/// <summary>Reads ages and sizes as people type them in a query.</summary>
internal static class Values
{
    private const int MaxAge = 9999;

    private static readonly (string[] Names, Func<DateTime, int, DateTime> Back)[] Units =
    [
        (["h", "hour", "hours", "小時"], static (from, count) => from.AddHours(-count)),
        (["d", "day", "days", "天"], static (from, count) => from.AddDays(-count)),
        (["w", "week", "weeks", "週", "周", "星期", "個星期", "禮拜", "個禮拜"], static (from, count) => from.AddDays(-7 * count)),
        (["m", "mo", "month", "months", "個月"], static (from, count) => from.AddMonths(-Math.Min(count, 12 * 100))),
        (["y", "year", "years", "年"], static (from, count) => from.AddYears(-Math.Min(count, 100))),
    ];

    /// <summary>The local time that lies 7d, 2w, 3m, 1y, 12h, 2 weeks or 3個月 before another; null where it is no age.</summary>
    public static DateTime? Before(DateTime local, string text)
    {
        var digits = text.TakeWhile(char.IsAsciiDigit).Count();
        if (digits is 0 or > 4 || int.Parse(text.AsSpan(0, digits), NumberStyles.None, CultureInfo.InvariantCulture) is not (<= MaxAge and var count)) return null;
        var name = text[digits..].Trim().ToLowerInvariant();
        foreach (var (names, back) in Units)
            if (names.Contains(name)) return back(local, count);
        return null;
    }

    /// <summary>Bytes; k, M and G are powers of 1,024, with or without a final B or iB.</summary>
    public static long? Bytes(string text)
    {
        var bare = text.Trim().ToLowerInvariant();
        bare = bare.EndsWith("ib", StringComparison.Ordinal) ? bare[..^2] : bare.TrimEnd('b');
        if (bare.Length == 0) return null;
        var unit = bare[^1] switch { 'k' => 1L << 10, 'm' => 1L << 20, 'g' => 1L << 30, _ => 1L };
        var digits = unit == 1 ? bare : bare[..^1].TrimEnd();
        var read = decimal.TryParse(digits, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var count);
        return read && count <= 1_000_000_000 ? (long)(count * unit) : null;
    }
}
