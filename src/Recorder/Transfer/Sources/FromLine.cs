using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Recorder.Transfer.Sources;

/// <summary>
/// The line before each message of an mbox: "From ", an address, and a time as asctime() writes it (RFC 4155 appendix A),
/// which some programs give a zone before or behind the year. A line of text that only begins with "From " has no such time.
/// Some writers leave the time or the empty line before it out: that counts only where a header field follows.
/// </summary>
internal static partial class FromLine
{
    public const int MaxBytes = 1024;

    /// <summary>Whether a message begins behind this line.</summary>
    /// <param name="afterBlank">The line before is empty, or there is none. Without, both a time and a header field are asked for.</param>
    /// <param name="next">The line behind it.</param>
    /// <param name="time">Null where the line names none.</param>
    public static bool Is(ReadOnlySpan<byte> line, bool afterBlank, ReadOnlySpan<byte> next, out DateTimeOffset? time)
    {
        var isTimed = TryParse(line, out var named);
        time = isTimed ? named : null;
        if (isTimed && afterBlank) return true;
        // Nobody writes "From -" but an old mail program.
        var isBare = line.StartsWith("From -"u8) || afterBlank;
        return (isTimed || (isBare && Bare().IsMatch(Encoding.Latin1.GetString(line)))) && Field().IsMatch(Encoding.Latin1.GetString(next));
    }

    public static bool TryParse(ReadOnlySpan<byte> line, out DateTimeOffset time)
    {
        time = default;
        if (!line.StartsWith("From "u8) || line.Length > MaxBytes) return false;
        var match = Time().Match(Encoding.Latin1.GetString(line).TrimEnd('\r', '\n', ' '));
        return match.Success && TryRead(match, out time);
    }

    private static bool TryRead(Match match, out DateTimeOffset time)
    {
        var clock = match.Groups["clock"].Value;
        var text = $"{match.Groups["month"].Value} {match.Groups["day"].Value} {match.Groups["year"].Value} {(clock.Length < 6 ? clock + ":00" : clock)}";
        if (!DateTimeOffset.TryParseExact(text, "MMM d yyyy H:mm:ss", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out time)) return false;
        if (match.Groups["zone"].Value is { Length: 5 } zone) time -= Offset(zone);
        return true;
    }

    private static TimeSpan Offset(string zone)
    {
        var size = new TimeSpan(int.Parse(zone.AsSpan(1, 2), CultureInfo.InvariantCulture), int.Parse(zone.AsSpan(3, 2), CultureInfo.InvariantCulture), 0);
        return zone[0] == '-' ? -size : size;
    }

    [GeneratedRegex(@"^From .*\b(Mon|Tue|Wed|Thu|Fri|Sat|Sun),? +(?<month>[A-Z][a-z]{2}) +(?<day>\d{1,2}) +(?<clock>\d{1,2}:\d{2}(:\d{2})?) +((?<zone>[+-]\d{4}|[A-Z]{1,5}) +)?(?<year>\d{4})( +(?<zone>[+-]\d{4}|[A-Z]{1,5}))?$")]
    private static partial Regex Time();

    [GeneratedRegex(@"^From (-|[^\s:]+@[^\s:]+)\s*$")]
    private static partial Regex Bare();

    [GeneratedRegex(@"^[!-9;-~]+:")]
    private static partial Regex Field();
}
