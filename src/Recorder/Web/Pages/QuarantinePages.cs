using Microsoft.AspNetCore.Mvc;
using Recorder.Archive;
using Recorder.Ledger;
using Recorder.Recovery;
using Recorder.Web.Api;
using Recorder.Web.Security;

namespace Recorder.Web.Pages;

/// <summary>What is held and what a person does about it; the administrators' answers to requests.</summary>
internal static class QuarantinePages
{
    private const int RowsOfAPage = 50;

    public static void MapQuarantinePages(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/quarantine", ListAsync);
        routes.MapPost("/mail/{id}/act", ActAsync);
        routes.MapGet("/admin/requests", RequestsAsync);
        routes.MapGet("/admin/requests/{request}", RequestAsync);
        routes.MapPost("/admin/requests/{request}/decide", DecideAsync);
    }

    private static async Task<IResult> ListAsync(HttpContext http, IRecovery recovery, IRecordActs acts, string? cursor, CancellationToken cancel)
    {
        var (reader, frame) = (http.CurrentReader(), PageFrame.For(http, "quarantine"));
        var list = await recovery.FindAsync(reader, "is:held", RowsOfAPage, cursor, frame.Zone, cancel);
        return PageResult.Of<QuarantinePage>(new
        {
            Frame = frame, List = list, Standings = await acts.SeeAsync(reader, list.Items.Select(row => row.Hit.Id), cancel), Cursor = cursor,
        });
    }

    private static async Task<IResult> ActAsync(
        HttpContext http, IRecovery recovery, IRecordActs acts, ViewTickets tickets, string id, CancellationToken cancel,
        [FromForm] string? act = null, [FromForm] string? words = null, [FromForm] string? back = null)
    {
        var reader = http.CurrentReader();
        if (!RecordId.TryParse(id, out var record) || (await acts.SeeAsync(reader, [record.ToString()], cancel)).Count == 0)
        {
            return Results.NotFound();
        }

        await (act switch
        {
            "release" => recovery.ReleaseAsync(reader, record, cancel),
            "release-allow" => acts.ReleaseAndAllowAsync(reader, record, cancel),
            "safe-copy" => acts.SafeCopyAsync(reader, record, cancel),
            "ask" => acts.AskAsync(reader, record, words, cancel),
            "allow" => acts.ListSenderAsync(reader, record, ListKind.Allow, cancel),
            "block" => acts.ListSenderAsync(reader, record, ListKind.Block, cancel),
            "unlist" => acts.UnlistSenderAsync(reader, record, cancel),
            "spam" => acts.ReportAsync(reader, record, ReportKind.Spam, cancel),
            "not-spam" => acts.ReportAsync(reader, record, ReportKind.NotSpam, cancel),
            "hide" => acts.HideAsync(reader, record, true, cancel),
            "unhide" => acts.HideAsync(reader, record, false, cancel),
            _ => (Task)Task.FromException(new ActRefusedException("bad-act", "there is no such act")),
        });
        return AccountPages.LocalPath(back) is var place && place.StartsWith("/quarantine", StringComparison.Ordinal)
            ? Results.LocalRedirect(place)
            : MailPages.BackTo(http, tickets, record);
    }

    private static async Task<IResult> RequestsAsync(HttpContext http, IReleaseRequests requests, string? state, string? cursor, CancellationToken cancel)
    {
        var page = await requests.ListAsync(http.CurrentReader(), state == "decided", cursor, cancel);
        return PageResult.Of<RequestsPage>(new { Frame = PageFrame.For(http, "requests"), Rows = page.Items, page.Next, Decided = state == "decided" });
    }

    private static async Task<IResult> RequestAsync(HttpContext http, IReleaseRequests requests, string request, CancellationToken cancel) =>
        await requests.OpenAsync(http.CurrentReader(), request, cancel) is { } opened
            ? PageResult.Of<RequestPage>(new { Frame = PageFrame.For(http, "requests"), opened.Row, opened.Message })
            : Results.NotFound();

    private static async Task<IResult> DecideAsync(
        HttpContext http, IReleaseRequests requests, string request, CancellationToken cancel, [FromForm] bool approve = false, [FromForm] string? words = null) =>
        await requests.DecideAsync(http.CurrentReader(), request, approve, words ?? "", cancel) is not null
            ? Results.LocalRedirect("/admin/requests")
            : Results.NotFound();
}
