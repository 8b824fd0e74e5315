using Recorder.Transfer.Export;
using Recorder.Web.Api;

namespace Recorder.Web.Pages;

/// <summary>The page with the link to a zip of one's own mail.</summary>
internal static class ExportPages
{
    public static void MapExportPages(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/exports/{export}", Show);
        routes.MapGet("/exports/{export}/mail.zip", ExportApi.Download);
    }

    public static async Task<IResult> AskAsync(HttpContext http, Exports exports, string query, string[] ids, CancellationToken cancel)
    {
        var asked = await exports.AskAsync(http.CurrentReader(), query, ids.Length > 0 ? ids : null, ReaderZone.Of(http), cancel);
        return Results.LocalRedirect($"/exports/{asked.Export}");
    }

    private static IResult Show(HttpContext http, Exports exports, string export) => exports.Find(http.CurrentReader(), export) is { } found
        ? PageResult.Of<ExportPage>(new { Frame = PageFrame.For(http, "bulk.export"), Export = found })
        : Results.NotFound();
}
