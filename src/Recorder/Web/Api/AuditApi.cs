using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;
using Recorder.Audit;
using Recorder.Ledger;

namespace Recorder.Web.Api;

/// <param name="What">The event's stable name.</param>
/// <param name="Kind">user, admin, link, system, setup, cli or peer.</param>
/// <param name="Source">Client address; null for the system and the command line.</param>
/// <param name="Details">The whole event.</param>
public sealed record AuditItem(
    string Id, long Sequence, DateTimeOffset At, string What, string Who, string Kind, string? Source, string? RecordId, string? Mailbox, JsonElement Details)
{
    internal static AuditItem Of(AuditRow row) => new(
        row.Id, row.Sequence, row.At, row.What, row.Actor.Name, row.Actor.Kind, row.Actor.Source,
        row.RecordId.Length > 0 ? row.RecordId : null, row.Mailbox.Length > 0 ? row.Mailbox : null, JsonElement.Parse(row.Details));
}

/// <param name="IndexLag">Entries of the log that are not searchable yet.</param>
public sealed record AuditAnswer(IReadOnlyList<AuditItem> Items, string? Next, long IndexLag);

/// <summary>Who did what, when, to which record.</summary>
internal static class AuditApi
{
    public static void MapAuditApi(this RouteGroupBuilder api)
    {
        api.MapGet("/admin/audit", SearchAsync).WithSummary("Every act in the log, newest first; the look is recorded.");
        api.MapGet("/admin/audit/export", ExportAsync).WithSummary("The same as a file, with format=csv or json; the look is recorded.")
            .Produces<string>(StatusCodes.Status200OK, "text/csv").Produces<IReadOnlyList<AuditItem>>(StatusCodes.Status200OK, "application/json");
    }

    private static async Task<Ok<AuditAnswer>> SearchAsync(
        IAudit audit, HttpContext http, CancellationToken cancel, string? who = null, string? what = null, DateTimeOffset? from = null, DateTimeOffset? until = null,
        string? record = null, string? mailbox = null, int limit = 100, string? cursor = null)
    {
        var page = await audit.SearchAsync(http.CurrentReader().Actor, new AuditFilter(who, what, from, until, record, mailbox), "api", limit, cursor, cancel);
        return TypedResults.Ok(new AuditAnswer([.. page.Items.Select(AuditItem.Of)], page.Next, page.Lag));
    }

    private static async Task<IResult> ExportAsync(
        IAudit audit, HttpContext http, CancellationToken cancel, string? who = null, string? what = null, DateTimeOffset? from = null, DateTimeOffset? until = null,
        string? record = null, string? mailbox = null, string format = "csv") => format is "csv" or "json"
        ? AuditFile.Of(http, await audit.ExportAsync(http.CurrentReader().Actor, new AuditFilter(who, what, from, until, record, mailbox), format, cancel), format)
        : ApiProblems.Problem(StatusCodes.Status400BadRequest, "bad-format", "Say format=csv or format=json.");
}

/// <summary>Rows of the audit as a file, written as they are found.</summary>
internal static class AuditFile
{
    public static IResult Of(HttpContext http, IAsyncEnumerable<AuditRow> rows, string format)
    {
        http.Response.Headers.ContentDisposition = $"attachment; filename=\"audit.{format}\"";
        return Results.Stream(output => WriteAsync(rows, format, output, http.RequestAborted), format == "csv" ? "text/csv; charset=utf-8" : "application/json");
    }

    private static async Task WriteAsync(IAsyncEnumerable<AuditRow> rows, string format, Stream output, CancellationToken cancel)
    {
        await using var writer = new StreamWriter(output, new System.Text.UTF8Encoding(encoderShouldEmitUTF8Identifier: false), leaveOpen: true);
        var isCsv = format == "csv";
        await writer.WriteAsync(isCsv ? AuditCsv.Head : "[");
        var between = "\n";
        await foreach (var row in rows.WithCancellation(cancel))
        {
            await writer.WriteAsync(isCsv ? AuditCsv.LineOf(row) : between + JsonSerializer.Serialize(AuditItem.Of(row), JsonSerializerOptions.Web));
            between = ",\n";
        }

        if (!isCsv) await writer.WriteAsync("\n]\n");
    }
}
