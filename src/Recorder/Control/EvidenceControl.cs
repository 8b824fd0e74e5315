using Recorder.Archive;
using Recorder.Archive.Copies;
using Recorder.Evidence;
using Recorder.Ledger;

namespace Recorder.Control;

/// <summary>What the command line does to prove the archive.</summary>
internal static class EvidenceControl
{
    public static void MapEvidence(this RouteGroupBuilder control)
    {
        control.MapPost("/verify", VerifyAsync);
        control.MapGet("/key", (SigningKey key) => new KeyAnswer(key.KeyId, key.PublicPem));
        control.MapPost("/evidence", (EvidenceRequest request, Bundles bundles, SigningKey key, CancellationToken cancel) => TakeAsync(request, bundles, key, cancel));
    }

    private static async Task VerifyAsync(HttpContext http, VerifyRequest request, MailArchive archive, ArchiveTrust trust, CancellationToken cancel)
    {
        try
        {
            var run = new VerifyRun(archive, trust.Now(), request);
            run.CheckWitness();
            await ControlEndpoints.StreamAsync(http, run.LinesAsync(cancel), cancel);
        }
        catch (CopyRefusedException refusal)
        {
            http.Response.StatusCode = StatusCodes.Status400BadRequest;
            await http.Response.WriteAsJsonAsync(new Refusal("no-witness", refusal.Message), cancel);
        }
    }

    private static async Task<IResult> TakeAsync(EvidenceRequest request, Bundles bundles, SigningKey key, CancellationToken cancel)
    {
        if (!RecordId.TryParse(request.RecordId, out var id)) return NotFound(request.RecordId);
        if (File.Exists(request.Path)) return Results.Json(new Refusal("exists", $"{request.Path} exists already"), statusCode: StatusCodes.Status400BadRequest);
        try
        {
            return await bundles.PrepareAsync(ControlEndpoints.Cli, id, request.Reason, cancel) is { } draft
                ? Results.Ok(new EvidenceAnswer(request.RecordId, request.Path, await WriteAsync(bundles, draft, request.Path, cancel), key.KeyId)) : NotFound(request.RecordId);
        }
        catch (ActRefusedException refusal)
        {
            return Results.Json(new Refusal(refusal.Code, refusal.Message), statusCode: StatusCodes.Status409Conflict);
        }
        catch (Exception error) when (error is ArchiveException or IOException or UnauthorizedAccessException)
        {
            return Results.Json(new Refusal("failed", error.Message), statusCode: StatusCodes.Status409Conflict);
        }
    }

    // A zip that was cut short must not be taken for evidence.
    private static async Task<long> WriteAsync(Bundles bundles, Bundles.Draft draft, string path, CancellationToken cancel)
    {
        try
        {
            await using var file = new FileStream(path, FileMode.CreateNew, FileAccess.Write);
            await bundles.WriteAsync(draft, file, cancel);
            await file.FlushAsync(cancel);
            return file.Length;
        }
        catch
        {
            File.Delete(path);
            throw;
        }
    }

    private static IResult NotFound(string id) => Results.Json(new Refusal("no-such-message", $"there is no message {id}"), statusCode: StatusCodes.Status404NotFound);
}
