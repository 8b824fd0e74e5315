using System.Buffers.Text;

namespace Recorder.Completeness.MailLogs;

/// <summary>
/// Reads the time in front of a line: RFC 3339, seconds since 1970, or the old form <c>Nov 30 19:16:26</c>, which has neither year nor
/// zone. There the year is the last one in which the file's first line is not after the file's own time, and the turn of
/// the year is seen by the month falling back.
/// </summary>
/// <param name="zone">Of times that name none.</param>
/// <param name="fileTime">When the file was last written.</param>
/// <param name="firstYear">Of the first line, where somebody knows it.</param>
internal sealed class LogClock(TimeZoneInfo zone, DateTimeOffset fileTime, int? firstYear)
{
    private const int HalfAYearMonths = 6;
    private int year, lastMonth;
    private (DateTime Hour, TimeSpan Offset) known = (DateTime.MinValue, TimeSpan.Zero);

    /// <returns>How many bytes the time takes; 0 where the line does not begin with one.</returns>
    public int Read(ReadOnlySpan<byte> line, out DateTimeOffset at)
    {
        if (line.Length >= 15 && line[3] == (byte)' ') return ReadOld(line, out at);
        return line.Length >= 20 && line[4] == (byte)'-' ? ReadRfc3339(line, out at) : ReadUnix(line, out at);
    }

    private int ReadOld(ReadOnlySpan<byte> line, out DateTimeOffset at)
    {
        at = default;
        var month = MonthOf(line);
        var day = line[4] == (byte)' ' ? Digits(line[5..6]) : Digits(line[4..6]);
        if (month == 0 || day is < 1 or > 31 || line[6] != (byte)' ' || Time(line[7..]) is not { } time) return 0;
        if (!MoveTo(month, day)) return 0;
        var local = new DateTime(year, month, day, 0, 0, 0, DateTimeKind.Unspecified) + time;
        var fraction = FractionLength(line[15..]);
        at = new DateTimeOffset(local + Fraction(line.Slice(15, fraction)), OffsetAt(local));
        return 15 + fraction;
    }

    private static int ReadRfc3339(ReadOnlySpan<byte> line, out DateTimeOffset at)
    {
        at = default;
        if (line[7] != (byte)'-' || line[10] is not ((byte)'T' or (byte)' ') || Time(line[11..]) is not { } time) return 0;
        var (year, month, day) = (Digits(line[..4]), Digits(line[5..7]), Digits(line[8..10]));
        if (!IsDay(year, month, day)) return 0;
        var fraction = FractionLength(line[19..]);
        var length = 19 + fraction;
        if (Offset(line[length..], out var offset) is not (> 0 and var zoneLength)) return 0;
        var local = new DateTime(year, month, day, 0, 0, 0, DateTimeKind.Unspecified) + time + Fraction(line.Slice(19, fraction));
        at = new DateTimeOffset(local, offset);
        return length + zoneLength;
    }

    private static int ReadUnix(ReadOnlySpan<byte> line, out DateTimeOffset at)
    {
        at = default;
        if (!Utf8Parser.TryParse(line, out long seconds, out var length) || length is < 9 or > 11 || line.Length <= length || line[length] is not ((byte)'.' or (byte)' ')) return 0;
        var fraction = FractionLength(line[length..]);
        at = DateTimeOffset.FromUnixTimeSeconds(seconds) + Fraction(line.Slice(length, fraction));
        return length + fraction;
    }

    private bool MoveTo(int month, int day)
    {
        if (year == 0) year = firstYear ?? YearBefore(month, day);
        else if (lastMonth - month >= HalfAYearMonths) year++;
        else if (month - lastMonth >= HalfAYearMonths) year--; // two writers at the turn of the year
        lastMonth = month;
        return IsDay(year, month, day);
    }

    private int YearBefore(int month, int day)
    {
        var newest = TimeZoneInfo.ConvertTime(fileTime, zone).DateTime.AddDays(1);
        var guess = newest.Year;
        while (guess > 1970 && (!IsDay(guess, month, day) || new DateTime(guess, month, day) > newest)) guess--;
        return guess;
    }

    private TimeSpan OffsetAt(DateTime local)
    {
        var hour = local.Date.AddHours(local.Hour);
        if (known.Hour != hour) known = (hour, zone.GetUtcOffset(local));
        return known.Offset;
    }

    private static int MonthOf(ReadOnlySpan<byte> line)
    {
        var at = "JanFebMarAprMayJunJulAugSepOctNovDec"u8.IndexOf(line[..3]);
        return at >= 0 && at % 3 == 0 ? at / 3 + 1 : 0;
    }

    /// <summary>hh:mm:ss; a leap second is the second before it.</summary>
    private static TimeSpan? Time(ReadOnlySpan<byte> text)
    {
        if (text.Length < 8 || text[2] != (byte)':' || text[5] != (byte)':') return null;
        var (hours, minutes, seconds) = (Digits(text[..2]), Digits(text[3..5]), Digits(text[6..8]));
        return hours is >= 0 and < 24 && minutes is >= 0 and < 60 && seconds is >= 0 and <= 60 ? new TimeSpan(hours, minutes, Math.Min(seconds, 59)) : null;
    }

    private static int Offset(ReadOnlySpan<byte> text, out TimeSpan offset)
    {
        offset = TimeSpan.Zero;
        if (text.Length > 0 && text[0] == (byte)'Z') return 1;
        if (text.Length < 5 || text[0] is not ((byte)'+' or (byte)'-')) return 0;
        var colon = text.Length > 5 && text[3] == (byte)':' ? 1 : 0;
        var (hours, minutes) = (Digits(text[1..3]), Digits(text.Slice(3 + colon, 2)));
        if (hours is < 0 or > 14 || minutes is < 0 or > 59) return 0;
        offset = new TimeSpan(hours, minutes, 0) * (text[0] == (byte)'-' ? -1 : 1);
        return 5 + colon;
    }

    private static int FractionLength(ReadOnlySpan<byte> text)
    {
        if (text.Length == 0 || text[0] != (byte)'.') return 0;
        var length = 1;
        while (length < text.Length && char.IsAsciiDigit((char)text[length])) length++;
        return length;
    }

    private static TimeSpan Fraction(ReadOnlySpan<byte> text) =>
        text.Length > 1 && Utf8Parser.TryParse(text, out double fraction, out _) ? TimeSpan.FromSeconds(fraction) : TimeSpan.Zero;

    private static bool IsDay(int year, int month, int day) => year is > 0 and < 9999 && month is >= 1 and <= 12 && day >= 1 && day <= DateTime.DaysInMonth(year, month);

    private static int Digits(ReadOnlySpan<byte> text)
    {
        var value = 0;
        foreach (var digit in text)
        {
            if (!char.IsAsciiDigit((char)digit)) return -1;
            value = value * 10 + digit - '0';
        }

        return value;
    }
}
