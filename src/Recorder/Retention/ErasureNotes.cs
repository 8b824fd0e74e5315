using Recorder.Archive;
using Recorder.Archive.Copies;
using Recorder.Archive.Disk;
using Recorder.Ledger;

namespace Recorder.Retention;

/// <summary>
/// Notes erasures beside backups that were made before and have the record still. Who restores such a backup has no newer
/// ledger to ask, so the note must lie where the copy lies.
/// </summary>
public sealed partial class ErasureNotes(ILedger ledger, TimeProvider time, ILogger<ErasureNotes> log)
{
    private readonly SemaphoreSlim one = new(1);

    /// <summary>Of every erasure, beside every older backup that can be reached and has no note yet. Doing it again is harmless.</summary>
    public async Task WriteAsync(CancellationToken cancel)
    {
        await one.WaitAsync(cancel);
        try
        {
            var state = ledger.State;
            var done = state.Range<Erasure>(RetentionKeys.Erasures).Select(pair => pair.Value).Where(erasure => erasure.DoneAt is not null).ToList();
            foreach (var (_, backup) in done.Count == 0 ? [] : state.Range<BackupState>(BackupKeys.All).ToList())
                await WriteAsync(backup, [.. done.Where(erasure => erasure.DoneAt >= backup.At && erasure.Noted?.Contains(backup.Target) != true)]);
        }
        finally
        {
            one.Release();
        }
    }

    private async Task WriteAsync(BackupState backup, List<Erasure> erasures)
    {
        if (erasures.Count == 0 || !Directory.Exists(backup.Target)) return;
        try
        {
            var disk = new RealDisk(backup.Target);
            if (!disk.Exists(CopyManifest.FileName)) return;
            ErasedNote.Add(disk, [.. erasures.Select(erasure => RecordId.TryParse(erasure.RecordId, out var id) ? new ErasedNote(id, erasure.DoneAt!.Value) : null).OfType<ErasedNote>()]);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            LogNotWritten(log, backup.Target, error.Message);
            return;
        }

        foreach (var erasure in erasures)
            await ledger.AppendAsync(new ErasureNoted(erasure.RecordId, [backup.Target]) { Actor = Actor.System("retention"), At = time.GetUtcNow() }, CancellationToken.None);
    }

    [LoggerMessage(2713, LogLevel.Warning, "The backup in {Path} cannot be given a note of what was erased since: {Problem}. It is tried again")]
    private static partial void LogNotWritten(ILogger log, string path, string problem);
}
