using Microsoft.AspNetCore.Mvc;
using Recorder.Ledger;
using Recorder.Recovery.Bulk;
using Recorder.Transfer.Export;
using Recorder.Web.Api;

namespace Recorder.Web.Pages;

/// <summary>Acts on a whole query: start, watch, pause, cancel.</summary>
internal static class BulkPages
{
    private const int RefreshSeconds = 2;

    public static void MapBulkPages(this IEndpointRouteBuilder routes)
    {
        routes.MapPost("/bulk", StartAsync);
        routes.MapGet("/jobs", (HttpContext http, IBulkJobs jobs) =>
            PageResult.Of<JobsPage>(new { Frame = PageFrame.For(http, "bulkTitle"), Jobs = jobs.List(http.CurrentReader()) }));
        routes.MapGet("/jobs/{job}", Job);
        routes.MapPost("/jobs/{job}/act", ActAsync);
    }

    private static async Task<IResult> StartAsync(
        HttpContext http, IBulkJobs jobs, Exports exports, CancellationToken cancel, [FromForm] string? act = null, [FromForm] string? q = null)
    {
        string[] ids = [.. http.Request.Form["ids"].OfType<string>()];
        if (act == ExportApi.Act) return await ExportPages.AskAsync(http, exports, q ?? "", ids, cancel);
        var named = BulkActs.Named(act) ?? throw new ActRefusedException("bad-act", "there is no such act");
        var job = await jobs.StartAsync(http.CurrentReader(), named, q ?? "", ids.Length > 0 ? ids : null, ReaderZone.Of(http), cancel);
        return Results.LocalRedirect($"/jobs/{job.Id}");
    }

    private static IResult Job(HttpContext http, IBulkJobs jobs, string job)
    {
        if (jobs.Find(http.CurrentReader(), job) is not { } status)
        {
            return Results.NotFound();
        }

        var frame = PageFrame.For(http, "bulkTitle");
        return PageResult.Of<JobPage>(new { Frame = status.IsOpen ? frame with { Refresh = $"{RefreshSeconds}" } : frame, Job = status });
    }

    private static async Task<IResult> ActAsync(HttpContext http, IBulkJobs jobs, string job, CancellationToken cancel, [FromForm] string? act = null)
    {
        var reader = http.CurrentReader();
        var status = act == "cancel" ? await jobs.CancelAsync(reader, job, cancel) : await jobs.PauseAsync(reader, job, act == "pause", cancel);
        return status is null ? Results.NotFound() : Results.LocalRedirect($"/jobs/{status.Id}");
    }
}
