using System.Globalization;
using System.Text;
using Recorder.Ledger;

namespace Recorder.Screening.Lists;

/// <summary>One entry as a file has it.</summary>
/// <param name="Number">From 1.</param>
/// <param name="Problem">null, or why the line cannot be read: bad-line, bad-expiry.</param>
public sealed record ListLine(int Number, string Text, ListKind Kind, string Pattern, string? Comment = null, DateTimeOffset? ExpiresAt = null, string? Problem = null);

/// <summary>Lists as files: CSV with <c>kind,pattern,comment,expires</c>, or one address a line; both may stand in one file.</summary>
public static class ListFile
{
    private const string Header = "kind,pattern,comment,expires";

    /// <summary>Every line that is neither empty, nor a comment (#), nor the header.</summary>
    /// <param name="kind">Of lines that are an address alone.</param>
    public static IEnumerable<ListLine> Read(TextReader file, ListKind kind)
    {
        var number = 0;
        while (file.ReadLine() is { } line)
        {
            number++;
            var text = line.Trim().TrimStart('\uFEFF');
            if (text.Length == 0 || text[0] == '#' || text.StartsWith("kind,pattern", StringComparison.OrdinalIgnoreCase)) continue;
            yield return OfLine(number, text, kind);
        }
    }

    public static void Write(TextWriter file, IEnumerable<ListEntry> entries)
    {
        file.Write(Header + "\r\n");
        foreach (var entry in entries)
        {
            var expires = entry.ExpiresAt?.UtcDateTime.ToString("O", CultureInfo.InvariantCulture) ?? "";
            file.Write(string.Join(',', entry.Kind == ListKind.Allow ? "allow" : "block", Cell(entry.Pattern), Cell(entry.Comment ?? ""), expires) + "\r\n");
        }
    }

    private static ListLine OfLine(int number, string text, ListKind kind)
    {
        var comma = text.IndexOf(',', StringComparison.Ordinal);
        if (comma < 0 || !Enum.TryParse<ListKind>(text[..comma].Trim(), ignoreCase: true, out var named) || !Enum.IsDefined(named))
            return new ListLine(number, text, kind, text);
        if (Cells(text) is not { Count: >= 2 and <= 4 } cells) return new ListLine(number, text, named, "", Problem: "bad-line");
        var line = new ListLine(number, text, named, cells[1].Trim(), cells.ElementAtOrDefault(2));
        return cells.ElementAtOrDefault(3)?.Trim() is not { Length: > 0 } until ? line
            : Moment(until) is { } end ? line with { ExpiresAt = end } : line with { Problem = "bad-expiry" };
    }

    /// <summary>A day alone means to its end, in UTC.</summary>
    public static DateTimeOffset? Moment(string text) =>
        DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day) && day < DateOnly.MaxValue
            ? new DateTimeOffset(day.AddDays(1), TimeOnly.MinValue, TimeSpan.Zero)
            : DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var moment) ? moment : null;

    private static string Cell(string text) => text.AsSpan().IndexOfAny(",\"") < 0 ? text : $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    // RFC 4180 §2, one record a line: notes have no line ends.
    private static List<string>? Cells(string line)
    {
        List<string> cells = [];
        var (cell, quoted) = (new StringBuilder(), false);
        for (var at = 0; at < line.Length; at++)
        {
            if (line[at] == '"' && quoted && at + 1 < line.Length && line[at + 1] == '"') cell.Append(line[at++]);
            else if (line[at] == '"' && (quoted || cell.Length == 0)) quoted = !quoted;
            else if (line[at] == ',' && !quoted) { cells.Add(cell.ToString()); cell.Clear(); }
            else cell.Append(line[at]);
        }
        cells.Add(cell.ToString());
        return quoted ? null : cells;
    }
}
