using System.Globalization;

namespace Recorder.Search.Querying;

/// <summary>Reads dates, ages and sizes as people type them in a query.</summary>
internal static class Values
{
    private static readonly string[] DateForms =
    [
        "yyyy-M-d", "yyyy/M/d", "yyyy.M.d", "yyyy年M月d日", "yyyy-M", "yyyy/M", "yyyy年M月", "yyyy", "yyyy年",
    ];

    private const int MaxAge = 9999;

    /// <summary>The first instant of a day, month or year in the reader's zone; null where it is no date between 1900 and 2199.</summary>
    public static DateTimeOffset? StartOf(string text, TimeZoneInfo zone)
    {
        var read = DateTime.TryParseExact(text, DateForms, CultureInfo.InvariantCulture, DateTimeStyles.None, out var day);
        return read && day.Year is >= 1900 and <= 2199 ? AtZone(day, zone) : null;
    }

    /// <summary>The instant that lies 7d, 2w, 3m or 1y before now, by the reader's calendar.</summary>
    public static DateTimeOffset? Ago(string text, DateTimeOffset now, TimeZoneInfo zone)
    {
        if (text.Length < 2 || !TryCount(text[..^1], out var count) || count > MaxAge) return null;
        var local = TimeZoneInfo.ConvertTime(now, zone).DateTime;
        DateTime? then = char.ToLowerInvariant(text[^1]) switch
        {
            'd' => local.AddDays(-count),
            'w' => local.AddDays(-7 * count),
            'm' => local.AddMonths(-Math.Min(count, 12 * 100)),
            'y' => local.AddYears(-Math.Min(count, 100)),
            _ => null,
        };
        return then is { } moment ? AtZone(moment, zone) : null;
    }

    /// <summary>Bytes; k, M and G are powers of 1,024, with or without a final B.</summary>
    public static long? Bytes(string text)
    {
        var bare = text.TrimEnd('b', 'B');
        if (bare.Length == 0) return null;
        var unit = char.ToLowerInvariant(bare[^1]) switch { 'k' => 1L << 10, 'm' => 1L << 20, 'g' => 1L << 30, _ => 1L };
        var digits = unit == 1 ? bare : bare[..^1];
        var read = decimal.TryParse(digits, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var count);
        return read && count <= 1_000_000_000 ? (long)(count * unit) : null;
    }

    private static bool TryCount(string digits, out int count) =>
        int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out count);

    // GetUtcOffset answers for hours that a change to summer time skips; the converting methods throw there.
    private static DateTimeOffset AtZone(DateTime local, TimeZoneInfo zone)
    {
        var wall = DateTime.SpecifyKind(local, DateTimeKind.Unspecified);
        return new DateTimeOffset(wall - zone.GetUtcOffset(wall), TimeSpan.Zero);
    }
}
