using Microsoft.AspNetCore.Http.HttpResults;
using Recorder.Ledger;
using Recorder.Transfer.Backup;

namespace Recorder.Web.Api;

/// <param name="Mirror">Null where none is set.</param>
/// <param name="Backups">The newest whole backup in each folder.</param>
public sealed record CopiesAnswer(MirrorStatus? Mirror, IReadOnlyList<BackupState> Backups);

/// <summary>Where the archive has copies.</summary>
internal static class CopiesApi
{
    public static void MapCopiesApi(this RouteGroupBuilder api) =>
        api.MapGet("/admin/copies", Find).WithSummary("The mirror with its lag, and every folder that a backup was made into.");

    private static Ok<CopiesAnswer> Find(IMirror mirror, ILedger ledger) =>
        TypedResults.Ok(new CopiesAnswer(mirror.Status, [.. ledger.State.Range<BackupState>(BackupKeys.All).Select(pair => pair.Value)]));
}
