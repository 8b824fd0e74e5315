using System.Text;
using Microsoft.AspNetCore.Mvc;
using Recorder.Archive;
using Recorder.Evidence;
using Recorder.Ledger;
using Recorder.Recovery;
using Recorder.Web.Api;
using Recorder.Web.Texts;

namespace Recorder.Web.Pages;

/// <summary>What proves the archive: key, signed heads, the reading of everything; and evidence of one message.</summary>
internal static class EvidencePages
{
    public static void MapEvidencePages(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/admin/evidence", (HttpContext http, IEvidence evidence) => Page(http, evidence));
        routes.MapGet("/admin/evidence/key.pem", (IEvidence evidence) => Results.File(Encoding.ASCII.GetBytes(evidence.Status.PublicPem), "application/x-pem-file", "recorder-signing-key.pem"));
        routes.MapPost("/admin/evidence", TakeAsync);
        routes.MapPost("/inspect/{id}/evidence", InspectAsync);
    }

    private static IResult Page(HttpContext http, IEvidence evidence, string? problem = null, string? record = null) =>
        PageResult.Of<EvidencePage>(new { Frame = PageFrame.For(http, "evidence") with { Here = "/admin/evidence" }, Status = evidence.Status, Problem = problem, Record = record });

    private static async Task<IResult> TakeAsync(
        HttpContext http, IEvidence evidence, TakingLimit takings, CancellationToken cancel, [FromForm] string? record = null, [FromForm] string? reason = null)
    {
        takings.Check(http.CurrentReader());
        try
        {
            return RecordId.TryParse(record?.Trim(), out var id) && await evidence.TakeAsync(http.CurrentReader().Actor, id, reason ?? "", cancel) is { } write
                ? EvidenceFile.Of(http, id, write) : Page(http, evidence, Text.For(http)["evidenceNoRecord"], record);
        }
        catch (ActRefusedException refused) when (refused.Code is "bad-reason" or "too-fresh")
        {
            return Page(http, evidence, Text.For(http)[$"refused.{refused.Code}", EvidenceDesk.MinReason], record);
        }
    }

    // What keeps an auditor from reading keeps the bytes from leaving with one.
    private static async Task<IResult> InspectAsync(
        HttpContext http, Inspections audit, IEvidence evidence, TakingLimit takings, string id, CancellationToken cancel,
        [FromForm] string? mailbox = null, [FromForm] string? reason = null)
    {
        takings.Check(http.CurrentReader());
        return RecordId.TryParse(id, out var record) && await audit.MayTakeAsync(http.CurrentReader(), mailbox ?? "", record, reason ?? "", cancel)
            && await evidence.TakeAsync(http.CurrentReader().Actor with { Kind = "auditor" }, record, reason ?? "", cancel) is { } write
            ? EvidenceFile.Of(http, record, write) : Results.NotFound();
    }
}

/// <summary>A bundle on its way out, written as it is made.</summary>
internal static class EvidenceFile
{
    public static IResult Of(HttpContext http, RecordId id, Func<Stream, CancellationToken, Task> write)
    {
        http.Response.Headers.CacheControl = "no-store";
        return Results.Stream(into => write(into, http.RequestAborted), "application/zip", $"evidence-{id}.zip");
    }
}
