using System.Text.RegularExpressions;
using Recorder.Benchmarks.Compare;

namespace Recorder.Benchmarks.Pages;

/// <summary>What each page brings over the wire to a browser that asks for compression: with all its files the first time, and later.</summary>
internal static partial class PageWeights
{
    private const int MostBytes = 150_000;

    private static readonly string[] Plain = ["/mail", "/quarantine", "/lists", "/settings", "/settings/access", "/activity", "/problems", "/jobs", "/help",
        "/admin", "/admin/setup", "/admin/settings", "/admin/audit", "/admin/outbox", "/admin/retention", "/admin/lists"];

    /// <param name="admin">Signed in; has mail.</param>
    public static async Task<IReadOnlyList<string>> LinesAsync(Uri web, Visitor admin, CancellationToken cancel)
    {
        List<string> lines = ["| page | first visit, with style sheet, modules and icon | afterwards |", "|---|---|---|"];
        using var stranger = new Visitor(web, "");
        lines.Add(await LineAsync(stranger, "/signin", cancel));
        var filesBefore = admin.ReceivedBytes;
        var list = await admin.GetAsync("/mail", cancel);
        var first = admin.ReceivedBytes;
        await admin.LoadFilesAsync(list, cancel);
        var files = admin.ReceivedBytes - first;
        foreach (var path in Plain.Concat([.. Row().Matches(list).Take(8).Select(row => $"/mail/{row.Groups[1].Value}")]))
        {
            var before = admin.ReceivedBytes;
            await admin.OpenAsync(path, cancel);
            var bytes = admin.ReceivedBytes - before;
            lines.Add($"| {path} | {Kilobytes(bytes + files)} | {Kilobytes(bytes)} |{(bytes + files > MostBytes ? " OVER 150 KB" : "")}");
        }

        lines.Add($"files alone: {Kilobytes(files)}; the first list {Kilobytes(first - filesBefore)}");
        return lines;
    }

    private static async Task<string> LineAsync(Visitor visitor, string path, CancellationToken cancel)
    {
        var page = await visitor.GetAsync(path, cancel);
        var alone = visitor.ReceivedBytes;
        await visitor.LoadFilesAsync(page, cancel);
        return $"| {path} | {Kilobytes(visitor.ReceivedBytes)} | {Kilobytes(alone)} |";
    }

    private static string Kilobytes(long bytes) => $"{Number.Text(bytes / 1e3)} KB";

    [GeneratedRegex("class=\"row\" href=\"/mail/([0-9a-f-]{36})\"")]
    private static partial Regex Row();
}
