using System.Globalization;
using Recorder.Recovery;
using Recorder.Web.Texts;

namespace Recorder.Web.Pages;

/// <param name="Heading">Today, yesterday, or the date in the reader's language.</param>
public sealed record DayGroup(string Heading, IReadOnlyList<MessageRow> Rows);

/// <summary>How things look in the reader's language and time zone.</summary>
internal static class Show
{
    /// <summary>Rows come newest first, so each day is one run.</summary>
    public static IEnumerable<DayGroup> Days(IReadOnlyList<MessageRow> rows, PageFrame frame)
    {
        var today = DayOf(frame.Now, frame);
        return rows.GroupBy(row => DayOf(row.Hit.ReceivedAt, frame)).Select(day => new DayGroup(Heading(day.Key, today, frame.Text), [.. day]));
    }

    public static string Time(DateTimeOffset moment, PageFrame frame) =>
        TimeZoneInfo.ConvertTime(moment, frame.Zone).ToString("HH:mm", CultureInfo.InvariantCulture);

    public static string Day(DateTimeOffset moment, PageFrame frame) =>
        DayOf(moment, frame).ToString(frame.Text.Tag == "en" ? "d MMM yy" : "yyyy/M/d", frame.Text.Culture);

    public static string Moment(DateTimeOffset moment, PageFrame frame) =>
        TimeZoneInfo.ConvertTime(moment, frame.Zone).ToString(frame.Text.Tag == "en" ? "d MMM yyyy, HH:mm:ss zzz" : "yyyy年M月d日 HH:mm:ss zzz", frame.Text.Culture);

    public static string Size(long bytes, Text text) => bytes switch
    {
        < 1_000 => $"{bytes} B",
        < 1_000_000 => (bytes / 1_000.0).ToString("0.#", text.Culture) + " kB",
        < 1_000_000_000 => (bytes / 1_000_000.0).ToString("0.#", text.Culture) + " MB",
        < 1_000_000_000_000 => (bytes / 1_000_000_000.0).ToString("0.#", text.Culture) + " GB",
        _ => (bytes / 1_000_000_000_000.0).ToString("0.#", text.Culture) + " TB",
    };

    /// <summary>A length of time in the largest unit that fits.</summary>
    public static string Span(TimeSpan span, Text text) => span switch
    {
        { TotalDays: >= 2 } => text["spanDays", (int)span.TotalDays],
        { TotalHours: >= 2 } => text["spanHours", (int)span.TotalHours],
        _ => text["spanMinutes", Math.Max(0, (int)span.TotalMinutes)],
    };

    public static string Subject(string subject, Text text) => string.IsNullOrWhiteSpace(subject) ? text["noSubject"] : subject;

    /// <summary>"Name &lt;address&gt;" in two, so that a list can show the name large and still never hide the address.</summary>
    public static (string Name, string Address) Sender(string sender, Text text)
    {
        var open = sender.LastIndexOf(" <", StringComparison.Ordinal);
        return string.IsNullOrWhiteSpace(sender) ? (text["noSender"], "")
            : open > 0 && sender.EndsWith('>') ? (sender[..open], sender[(open + 2)..^1])
            : (sender, "");
    }

    public static string ListUrl(string query, string? cursor, bool best = false)
    {
        var parts = new List<string>();
        if (query.Length > 0)
        {
            parts.Add("q=" + Uri.EscapeDataString(query));
        }

        if (cursor is not null)
        {
            parts.Add("cursor=" + Uri.EscapeDataString(cursor));
        }

        if (best)
        {
            parts.Add("order=best");
        }

        return parts.Count == 0 ? "/mail" : "/mail?" + string.Join('&', parts);
    }

    private static DateOnly DayOf(DateTimeOffset moment, PageFrame frame) =>
        DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(moment, frame.Zone).DateTime);

    private static string Heading(DateOnly day, DateOnly today, Text text) =>
        day == today ? text["today"]
        : day == today.AddDays(-1) ? text["yesterday"]
        : day.ToString(text.Tag == "en" ? "dddd d MMMM yyyy" : "yyyy年M月d日 dddd", text.Culture);
}

/// <summary>Turns the search's hint codes into sentences.</summary>
internal static class Hints
{
    public static string Sentence(Text text, string hint)
    {
        var (code, words) = hint.IndexOf(':', StringComparison.Ordinal) is var colon and > 0 ? (hint[..colon], hint[(colon + 1)..]) : (hint, "");
        return text.Or("hint." + code, "") is { Length: > 0 } form
            ? string.Format(text.Culture, form, words)
            : text["hint.other", words.Length > 0 ? words : code];
    }
}
