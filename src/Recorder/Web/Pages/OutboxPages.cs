using Microsoft.AspNetCore.Mvc;
using Recorder.Delivery.Outbox;
using Recorder.Recovery;
using Recorder.Web.Api;

namespace Recorder.Web.Pages;

/// <summary>What waits to be delivered, for administrators; and what a person asked for and did not get.</summary>
internal static class OutboxPages
{
    private const int RowsOfAPage = 50;

    public static void MapOutboxPages(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/admin/outbox", Outbox);
        routes.MapPost("/admin/outbox/{dispatch}/act", ActAsync);
        routes.MapGet("/problems", Problems);
        routes.MapPost("/problems/{problem}/dismiss", DismissAsync);
    }

    private static IResult Outbox(HttpContext http, OutboxDesk desk, string? cursor) => PageResult.Of<Pages.OutboxPage>(new
    {
        Frame = PageFrame.For(http, "outbox"), Page = desk.List(RowsOfAPage, cursor), Cursor = cursor,
    });

    private static async Task<IResult> ActAsync(
        HttpContext http, OutboxDesk desk, string dispatch, CancellationToken cancel, [FromForm] string? act = null, [FromForm] string? reason = null,
        [FromForm] string? cursor = null)
    {
        var actor = http.CurrentReader().Actor;
        var row = act == "give-up" ? await desk.GiveUpAsync(actor, dispatch, reason ?? "", cancel) : await desk.RetryAsync(actor, dispatch, cancel);
        return row is null ? Results.NotFound()
            : Results.LocalRedirect(string.IsNullOrEmpty(cursor) ? "/admin/outbox" : "/admin/outbox?cursor=" + Uri.EscapeDataString(cursor));
    }

    private static IResult Problems(HttpContext http, DeliveryProblems problems) =>
        PageResult.Of<ProblemsPage>(new { Frame = PageFrame.For(http, "problems"), Rows = problems.List(http.CurrentReader()) });

    private static async Task<IResult> DismissAsync(HttpContext http, DeliveryProblems problems, string problem, CancellationToken cancel) =>
        await problems.DismissAsync(http.CurrentReader(), problem, cancel) ? Results.LocalRedirect("/problems") : Results.NotFound();
}
