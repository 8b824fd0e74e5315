using System.Threading.Channels;
using Recorder.Archive;
using Recorder.Archive.Copies;
using Recorder.Archive.Disk;
using Recorder.Ledger;

namespace Recorder.Transfer.Backup;

/// <summary>Backups that somebody asked for, each recorded in the ledger.</summary>
public sealed class Backups(ArchiveSource source, ILedger ledger, TimeProvider time)
{
    private static readonly TimeSpan ProgressInterval = TimeSpan.FromMilliseconds(200);

    /// <summary>The lines end with a summary, or with failed. Whoever leaves them stops it: what was copied stays, and the next backup goes on from there.</summary>
    public IAsyncEnumerable<BackupLine> RunAsync(BackupRequest request, Actor actor, CancellationToken cancel) =>
        RunLines.ReadAsync<BackupLine>((lines, stop) => RunAsync(request, actor, lines, stop), cancel: cancel);

    private async Task RunAsync(BackupRequest request, Actor actor, ChannelWriter<BackupLine> lines, CancellationToken cancel)
    {
        var (path, taken) = (Path.GetFullPath(request.Target), time.GetUtcNow());
        try
        {
            var end = await CopyAsync(path, !request.WithoutKeys, lines, cancel);
            await ledger.AppendAsync(Fact(path, end, actor, request, taken), CancellationToken.None);
            lines.TryWrite(end);
        }
        catch (ArchiveException error)
        {
            lines.TryWrite(new BackupLine("failed", Problem: error.Message));
        }
    }

    private async Task<BackupLine> CopyAsync(string path, bool withKeys, ChannelWriter<BackupLine> lines, CancellationToken cancel)
    {
        try
        {
            source.RefuseOwn(path);
            using var target = CopyTarget.Open(new RealDisk(path));
            var report = await source.CopyAsync(target, withKeys, withFileKeys: withKeys, Pace(lines), cancel);
            foreach (var finding in report.Findings) lines.TryWrite(new BackupLine("finding", Path: finding.Path, Problem: finding.Problem));
            return new BackupLine("summary", report.Bytes, report.Bytes, null, null, report.Through, report.Files, report.Bytes,
                report.CopiedFiles, report.CopiedBytes, report.RemovedFiles, report.Findings.Count);
        }
        catch (OperationCanceledException)
        {
            return new BackupLine("failed", Problem: "stopped; the next backup goes on from here");
        }
        catch (Exception error) when (error is CopyRefusedException or IOException or UnauthorizedAccessException)
        {
            return new BackupLine("failed", Problem: error.Message);
        }
    }

    private Action<long, long> Pace(ChannelWriter<BackupLine> lines)
    {
        var told = time.GetTimestamp();
        return (done, total) =>
        {
            if (time.GetElapsedTime(told) < ProgressInterval) return;
            told = time.GetTimestamp();
            lines.TryWrite(new BackupLine("progress", done, total));
        };
    }

    private BackupMade Fact(string path, BackupLine end, Actor actor, BackupRequest request, DateTimeOffset taken) =>
        new(path, end.Through, end.Files, end.Bytes, end.CopiedFiles, end.CopiedBytes, end.RemovedFiles, end.Findings, !request.WithoutKeys,
            end.Kind == "summary" ? null : end.Problem, request.KeptUntil, taken) { Actor = actor, At = time.GetUtcNow() };
}
