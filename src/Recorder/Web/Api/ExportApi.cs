using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.HttpResults;
using Recorder.Ledger;
using Recorder.Transfer.Export;
using Recorder.Web.Security;

namespace Recorder.Web.Api;

/// <param name="Total">Messages that the query found when it was asked; exact up to 10,000.</param>
/// <param name="Download">Where the zip is, until <paramref name="ExpiresAt"/>; for whoever asked alone.</param>
public sealed record ExportAnswer(
    string Id, string Act, string State, string Query, long Total, string Download, DateTimeOffset StartedAt, DateTimeOffset ExpiresAt, int Downloads)
{
    internal static ExportAnswer Of(ExportState export) => new(
        export.Export, ExportApi.Act, "ready", export.Query, export.Total, $"{ApiPaths.Root}/exports/{export.Export}/mail.zip", export.AskedAt, export.ExpiresAt, export.Downloads);
}

/// <summary>One's own mail to take away.</summary>
internal static class ExportApi
{
    /// <summary>The name of the act among the bulk acts.</summary>
    public const string Act = "export";

    public static void MapExportApi(this RouteGroupBuilder api)
    {
        api.MapGet("/exports/{export}", Find).WithSummary("An export of yours: where its zip is, and until when.");
        api.MapGet("/exports/{export}/mail.zip", Download).WithSummary("The zip: exact bytes as .eml files and a manifest of SHA-256. Made while it is read; recorded.")
            .Produces<byte[]>(StatusCodes.Status200OK, "application/zip");
    }

    public static async Task<IResult> AskAsync(BulkRequest request, Exports exports, HttpContext http, CancellationToken cancel)
    {
        var asked = ExportAnswer.Of(await exports.AskAsync(http.CurrentReader(), request.Query ?? "", request.Ids, null, cancel));
        return TypedResults.Accepted($"{ApiPaths.Root}/exports/{asked.Id}", asked);
    }

    public static IResult Download(string export, Exports exports, HttpContext http)
    {
        var reader = http.CurrentReader();
        if (exports.Find(reader, export) is not { } found) return NoSuchExport();
        // A zip's directory is written without waiting; so few download at once that their threads may.
        if (http.Features.Get<IHttpBodyControlFeature>() is { } body) body.AllowSynchronousIO = true;
        return Results.Stream(output => exports.DownloadAsync(reader, found, output, http.RequestAborted), "application/zip", $"mail-{found.AskedAt.UtcDateTime:yyyyMMdd-HHmmss}.zip");
    }

    private static Results<Ok<ExportAnswer>, ProblemHttpResult> Find(string export, Exports exports, HttpContext http) =>
        exports.Find(http.CurrentReader(), export) is { } found ? TypedResults.Ok(ExportAnswer.Of(found)) : NoSuchExport();

    private static ProblemHttpResult NoSuchExport() => ApiProblems.Problem(StatusCodes.Status404NotFound, "no-such-export", "There is no such export of yours, or its day is over.");
}
