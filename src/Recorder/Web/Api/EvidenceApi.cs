using Recorder.Archive;
using Recorder.Evidence;
using Recorder.Recovery;
using Recorder.Web.Pages;

namespace Recorder.Web.Api;

/// <param name="Reason">At least 10 characters; the owners read it.</param>
public sealed record EvidenceBody(string? Reason = null);

/// <summary>What proves the archive, and evidence of single messages.</summary>
internal static class EvidenceApi
{
    public static void MapEvidenceApi(this RouteGroupBuilder api)
    {
        api.MapGet("/admin/evidence", (IEvidence evidence) => evidence.Status).WithSummary("The signing key, the newest signed head, and how the reading of the whole archive goes.");
        api.MapPost("/admin/evidence/{record}", TakeAsync).WithSummary("Everything that proves a message to an outsider, as a zip; its owners can read the reason.")
            .Produces<byte[]>(StatusCodes.Status200OK, "application/zip");
        api.MapPost("/inspect/messages/{id}/evidence", InspectAsync).WithSummary("For auditors: the same of a mailbox's message; its owners can read the reason.")
            .Produces<byte[]>(StatusCodes.Status200OK, "application/zip");
    }

    private static async Task<IResult> TakeAsync(string record, EvidenceBody body, IEvidence evidence, TakingLimit takings, HttpContext http, CancellationToken cancel)
    {
        takings.Check(http.CurrentReader());
        return RecordId.TryParse(record, out var id) && await evidence.TakeAsync(http.CurrentReader().Actor, id, body.Reason ?? "", cancel) is { } write
            ? EvidenceFile.Of(http, id, write) : ApiProblems.NoSuchMessage();
    }

    private static async Task<IResult> InspectAsync(
        string id, AuditRequest request, Inspections audit, IEvidence evidence, TakingLimit takings, HttpContext http, CancellationToken cancel)
    {
        takings.Check(http.CurrentReader());
        return RecordId.TryParse(id, out var record) && await audit.MayTakeAsync(http.CurrentReader(), request.Mailbox ?? "", record, request.Reason ?? "", cancel)
            && await evidence.TakeAsync(http.CurrentReader().Actor with { Kind = "auditor" }, record, request.Reason ?? "", cancel) is { } write
            ? EvidenceFile.Of(http, record, write) : ApiProblems.NoSuchMessage();
    }
}
