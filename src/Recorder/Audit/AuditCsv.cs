using System.Globalization;
using System.Text;

namespace Recorder.Audit;

/// <summary>Rows for a spreadsheet (RFC 4180). What would be a formula there is text: it gets an apostrophe in front.</summary>
public static class AuditCsv
{
    private const string LineEnd = "\r\n";

    /// <summary>With the mark by which spreadsheets know UTF-8.</summary>
    public static string Head { get; } = "\uFEFF" + Line(["at", "what", "who", "kind", "from", "record", "mailbox", "sequence", "id", "details"]);

    public static string LineOf(AuditRow row) => Line(
    [
        row.At.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture), row.What, row.Actor.Name, row.Actor.Kind, row.Actor.Source ?? "",
        row.RecordId, row.Mailbox, row.Sequence.ToString(CultureInfo.InvariantCulture), row.Id, row.Details,
    ]);

    private static string Line(IEnumerable<string> cells) => string.Join(',', cells.Select(Cell)) + LineEnd;

    private static string Cell(string text)
    {
        var cell = new StringBuilder(text.Length + 2).Append('"');
        if (text.TrimStart(' ') is ['=' or '+' or '-' or '@' or '\t' or '\r' or '\n' or '＝' or '＋' or '－' or '＠', ..]) cell.Append('\'');
        return cell.Append(text.Replace("\"", "\"\"", StringComparison.Ordinal)).Append('"').ToString();
    }
}
