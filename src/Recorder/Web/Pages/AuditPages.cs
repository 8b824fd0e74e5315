using System.Globalization;
using System.Text.Json;
using Recorder.Audit;
using Recorder.Web.Api;

namespace Recorder.Web.Pages;

/// <summary>The audit for administrators: a form, rows, and the same as a file.</summary>
internal static class AuditPages
{
    private const int Rows = 100;

    public static void MapAuditPages(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/admin/audit", SearchAsync);
        routes.MapGet("/admin/audit/export", ExportAsync);
    }

    private static async Task<IResult> SearchAsync(
        HttpContext http, IAudit audit, CancellationToken cancel, string? who = null, string? what = null, string? from = null, string? until = null,
        string? record = null, string? mailbox = null, string? cursor = null)
    {
        var frame = PageFrame.For(http, "audit");
        var fields = new AuditFields(who, what, from, until, record, mailbox);
        var page = await audit.SearchAsync(http.CurrentReader().Actor, fields.Filter(frame.Zone), "page", Rows, cursor, cancel);
        return PageResult.Of<AuditPage>(new { Frame = frame, Fields = fields, Found = page, IsFirst = cursor is null });
    }

    private static async Task<IResult> ExportAsync(
        HttpContext http, IAudit audit, CancellationToken cancel, string? who = null, string? what = null, string? from = null, string? until = null,
        string? record = null, string? mailbox = null, string format = "csv")
    {
        if (format is not ("csv" or "json")) return Results.NotFound();
        var filter = new AuditFields(who, what, from, until, record, mailbox).Filter(ReaderZone.Of(http));
        return AuditFile.Of(http, await audit.ExportAsync(http.CurrentReader().Actor, filter, format, cancel), format);
    }
}

/// <summary>The form as it was filled in; days are the reader's, and the last one is meant whole.</summary>
public sealed record AuditFields(string? Who, string? What, string? From, string? Until, string? Record, string? Mailbox)
{
    public AuditFilter Filter(TimeZoneInfo zone) => new(Who, What, Day(From, zone, 0), Day(Until, zone, 1), Record, Mailbox);

    /// <param name="more">Further parameters, name and value.</param>
    public string Url(string path, params (string Name, string? Value)[] more)
    {
        (string Name, string? Value)[] all = [("who", Who), ("what", What), ("from", From), ("until", Until), ("record", Record), ("mailbox", Mailbox), .. more];
        var given = all.Where(one => !string.IsNullOrWhiteSpace(one.Value)).Select(one => $"{one.Name}={Uri.EscapeDataString(one.Value!.Trim())}").ToList();
        return given.Count == 0 ? path : $"{path}?{string.Join('&', given)}";
    }

    private static DateTimeOffset? Day(string? text, TimeZoneInfo zone, int later)
    {
        if (!DateTime.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day) || day.Year is < 1970 or > 9000) return null;
        day = day.AddDays(later);
        return new DateTimeOffset(day, zone.GetUtcOffset(day));
    }
}

/// <summary>An event's own values as short words.</summary>
internal static class AuditWords
{
    private const int MaxLength = 300;

    // In columns of their own.
    private static readonly string[] Shown = ["type", "actor", "at", "recordId", "mailbox", "sessionHash"];

    /// <summary>Names are those of the log, in every language; times are the reader's.</summary>
    public static string Of(AuditRow row, PageFrame frame)
    {
        var values = JsonElement.Parse(row.Details).EnumerateObject().Where(one => !Shown.Contains(one.Name));
        var words = string.Join(" · ", values.Select(one => $"{one.Name}: {Value(one.Value, frame)}"));
        return words.Length <= MaxLength ? words : words[..MaxLength] + "…";
    }

    private static string Value(JsonElement value, PageFrame frame) => value.ValueKind switch
    {
        JsonValueKind.String when value.TryGetDateTimeOffset(out var at) => Show.Moment(at, frame),
        JsonValueKind.String => value.GetString()!,
        JsonValueKind.Array => $"[{string.Join(", ", value.EnumerateArray().Take(5).Select(one => Value(one, frame)))}{(value.GetArrayLength() > 5 ? ", …" : "")}]",
        JsonValueKind.Object => $"{{{string.Join(", ", value.EnumerateObject().Select(one => $"{one.Name}: {Value(one.Value, frame)}"))}}}",
        _ => value.GetRawText(),
    };
}
