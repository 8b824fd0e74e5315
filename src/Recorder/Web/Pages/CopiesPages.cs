using Recorder.Ledger;
using Recorder.Transfer.Backup;

namespace Recorder.Web.Pages;

/// <summary>Where the archive has copies, and how old they are.</summary>
internal static class CopiesPages
{
    public static void MapCopiesPages(this IEndpointRouteBuilder routes) => routes.MapGet("/admin/copies", Show);

    private static IResult Show(HttpContext http, IMirror mirror, ILedger ledger) => PageResult.Of<CopiesPage>(new
    {
        Frame = PageFrame.For(http, "copies"), Mirror = mirror.Status,
        Backups = (IReadOnlyList<BackupState>)[.. ledger.State.Range<BackupState>(BackupKeys.All).Select(pair => pair.Value).OrderByDescending(backup => backup.At)],
    });
}
