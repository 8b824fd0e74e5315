using System.Globalization;
using System.Text;

namespace Recorder.Mail;

/// <summary>What an invitation says to people: what, when, where and with whom (RFC 5545), without the machine's fields.</summary>
internal static class CalendarText
{
    public static string Of(string calendar)
    {
        var words = new StringBuilder();
        var component = "";
        foreach (var line in Unfold(calendar).Split('\n'))
        {
            var (name, parameters, value) = Parse(line.TrimEnd('\r'));
            component = name switch { "BEGIN" => value.ToUpperInvariant(), "END" => "", _ => component };
            // What a time zone and an alarm say is for programs.
            var said = component is "VEVENT" or "VTODO" or "VJOURNAL" or "VFREEBUSY" ? Say(name, parameters, value) : "";
            if (said.Length > 0)
                words.Append(said).Append('\n');
        }
        return words.Length > 0 ? words.ToString() : calendar;
    }

    /// <summary>RFC 5545 §3.1: a line break before white space is none.</summary>
    private static string Unfold(string calendar) =>
        calendar.ReplaceLineEndings("\n").Replace("\n ", "", StringComparison.Ordinal).Replace("\n\t", "", StringComparison.Ordinal);

    private static (string Name, string Parameters, string Value) Parse(string line)
    {
        var quoted = false;
        for (var i = 0; i < line.Length; i++)
        {
            quoted ^= line[i] == '"';
            if (line[i] != ':' || quoted)
                continue;
            var nameEnd = line.AsSpan(0, i).IndexOf(';');
            var name = nameEnd < 0 ? line[..i] : line[..nameEnd];
            return (name.ToUpperInvariant(), nameEnd < 0 ? "" : line[nameEnd..i], line[(i + 1)..].Trim());
        }
        return ("", "", "");
    }

    private static string Say(string name, string parameters, string value) => name switch
    {
        "SUMMARY" or "LOCATION" or "DESCRIPTION" or "COMMENT" or "CONTACT" => Unescape(value),
        "DTSTART" or "DTEND" or "DUE" => Time(value, Parameter(parameters, "TZID")),
        "ORGANIZER" or "ATTENDEE" => $"{Parameter(parameters, "CN")} {Address(value)}".Trim(),
        _ => "",
    };

    // RFC 5545 §3.3.11
    private static string Unescape(string value) =>
        value.Replace("\\n", "\n", StringComparison.OrdinalIgnoreCase).Replace("\\,", ",", StringComparison.Ordinal)
            .Replace("\\;", ";", StringComparison.Ordinal).Replace(@"\\", @"\", StringComparison.Ordinal);

    private static string Time(string value, string zone)
    {
        if (DateTime.TryParseExact(value, "yyyyMMdd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day))
            return day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
        var (digits, where) = value.EndsWith('Z') ? (value[..^1], "UTC") : (value, zone);
        return DateTime.TryParseExact(digits, "yyyyMMdd'T'HHmmss", CultureInfo.InvariantCulture, DateTimeStyles.None, out var time)
            ? $"{time.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture)} {where}".TrimEnd()
            : value;
    }

    private static string Parameter(string parameters, string name)
    {
        var start = parameters.IndexOf($";{name}=", StringComparison.OrdinalIgnoreCase);
        if (start < 0)
            return "";
        var value = parameters.AsSpan(start + name.Length + 2);
        if (value.StartsWith('"'))
            return value[1..] is var rest && rest.IndexOf('"') is >= 0 and var end ? rest[..end].ToString() : "";
        return (value.IndexOf(';') is >= 0 and var next ? value[..next] : value).ToString();
    }

    private static string Address(string value) =>
        value.StartsWith("mailto:", StringComparison.OrdinalIgnoreCase) ? $"<{value[7..]}>" : "";
}
