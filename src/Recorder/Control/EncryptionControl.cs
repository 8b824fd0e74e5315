using Recorder.Encryption;
using Recorder.Ledger;

namespace Recorder.Control;

/// <summary>What the command line does about encryption.</summary>
internal static class EncryptionControl
{
    public static void MapEncryption(this RouteGroupBuilder control)
    {
        control.MapGet("/encryption", (EncryptionDesk desk) => desk.Status);
        control.MapPost("/encryption/rotate", (EncryptionDesk desk, CancellationToken cancel) => RotateAsync(desk, cancel));
    }

    private static async Task<IResult> RotateAsync(EncryptionDesk desk, CancellationToken cancel)
    {
        try
        {
            return Results.Ok(await desk.RotateAsync(ControlEndpoints.Cli, cancel));
        }
        catch (MasterKeyException problem)
        {
            return Refused("bad-master-key", $"Encryption:{problem.Setting}: {problem.Message}");
        }
        catch (ActRefusedException refusal)
        {
            return Refused(refusal.Code, refusal.Message);
        }
        catch (Exception error) when (error is Archive.ArchiveException or IOException)
        {
            return Results.Json(new Refusal("failed", error.Message), statusCode: StatusCodes.Status409Conflict);
        }
    }

    private static IResult Refused(string reason, string message) => Results.Json(new Refusal(reason, message), statusCode: StatusCodes.Status400BadRequest);
}
