using System.Globalization;
using System.Text;

namespace Recorder.Retention;

/// <summary>The report for a spreadsheet (RFC 4180): a row for each month and category.</summary>
public static class RetentionCsv
{
    public static string Of(RetentionReport report)
    {
        var lines = new StringBuilder("\uFEFF" + "\"month\",\"category\",\"records\",\"bytes as received\",\"bytes on the disk\",\"counted\"\r\n");
        foreach (var month in report.Months)
        {
            var name = month.Month.ToString("yyyy-MM", CultureInfo.InvariantCulture);
            // The disk knows no categories: bodies of all lie in the same blocks.
            Add(lines, name, "all", new KeptCount(month.Records, month.ContentBytes), month.StoredBytes, month.IsCounted);
            foreach (var (category, count) in month.Categories) Add(lines, name, category, count, null, month.IsCounted);
        }

        return lines.ToString();
    }

    private static void Add(StringBuilder lines, string month, string category, KeptCount count, long? storedBytes, bool isCounted) =>
        lines.Append(CultureInfo.InvariantCulture, $"\"{month}\",\"{category}\",{count.Records},{count.ContentBytes},{storedBytes},{(isCounted ? "yes" : "no")}\r\n");
}
