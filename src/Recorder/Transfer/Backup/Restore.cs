using Recorder.Archive;
using Recorder.Archive.Copies;
using Recorder.Archive.Disk;
using Recorder.Evidence;
using Recorder.Ledger;

namespace Recorder.Transfer.Backup;

/// <summary>
/// Makes a data folder out of copies. The archive gets its name last, so that a folder in which a restore was interrupted is not
/// taken for a whole one; the same call goes on with it.
/// </summary>
public static class Restore
{
    private const string Unfinished = "archive.restoring";
    private static readonly string[] OfUnfinished = [Unfinished, ArchiveSource.KeysFolder, "lock"];

    /// <param name="sources">Folders of backups or mirrors.</param>
    /// <exception cref="CopyRefusedException">The folder holds something, or a source holds no backup.</exception>
    /// <exception cref="IOException">The folder cannot be written.</exception>
    public static async Task<RestoreReport> RunAsync(
        IReadOnlyList<string> sources, DataPlace data, Actor actor, TimeProvider time, Action<long, long>? tell, CancellationToken cancel)
    {
        var opened = sources.Select(Open).ToList();
        RefuseUnlessEmpty(data.Root);
        var disk = new RealDisk(data.Root);
        var report = new ArchiveRestore(opened, disk, InUnfinished, tell).Run(cancel);
        Directory.Move(Path.Combine(data.Root, Unfinished), data.Archive);
        disk.SyncDirectory("");
        await RecordAsync(data, report, string.Join(", ", sources.Select(Path.GetFullPath)), actor, time, cancel);
        return report;
    }

    /// <exception cref="CopyRefusedException">It holds more than a restore that did not come to its end.</exception>
    public static void RefuseUnlessEmpty(string folder)
    {
        if (!Directory.Exists(folder)) return;
        var names = Directory.EnumerateFileSystemEntries(folder).Select(Path.GetFileName).ToList();
        var isUnfinished = names.Contains(Unfinished) && names.TrueForAll(name => OfUnfinished.Contains(name));
        var isNew = names.TrueForAll(name => name is "lock" or ArchiveSource.KeysFolder && IsEmpty(Path.Combine(folder, name)));
        if (!isUnfinished && !isNew) throw new CopyRefusedException($"{folder} is not empty; restore into a new folder");
    }

    private static bool IsEmpty(string path) => File.Exists(path) ? new FileInfo(path).Length == 0 : !Directory.EnumerateFileSystemEntries(path).Any();

    private static RestoreSource Open(string folder) => Directory.Exists(folder)
        ? RestoreSource.Open(folder, new RealDisk(folder)) : throw new CopyRefusedException($"there is no folder {folder}");

    private static string InUnfinished(string path) =>
        path.StartsWith(ArchiveCopier.Folder + "/", StringComparison.Ordinal) ? Unfinished + path[ArchiveCopier.Folder.Length..] : path;

    // Opening it is the last proof; what the log says of itself begins with where it came from.
    private static async Task RecordAsync(DataPlace data, RestoreReport report, string source, Actor actor, TimeProvider time, CancellationToken cancel)
    {
        using var key = Directory.Exists(data.Keys) ? SigningKey.Load(new RealDisk(data.Keys)) : null;
        await using var archive = await MailArchive.OpenAsync(
            new ArchiveOptions { ActiveFileMaxBytes = data.ActiveFileMaxBytes }, new RealDisk(data.Archive), time, cancel, key: key?.LogKey);
        var fact = new ArchiveRestored(source, report.MadeAt, report.Through, report.Files, report.Bytes, report.Findings.Count) { Actor = actor, At = time.GetUtcNow() };
        await archive.AppendAsync(new NewEvent(LedgerJson.Encode(fact)), cancel);
    }
}
