using Recorder.Archive;
using Recorder.Archive.Copies;
using Recorder.Archive.Disk;
using Recorder.Archive.Encryption;
using Recorder.Evidence;
using Recorder.Ledger;

namespace Recorder.Transfer.Backup;

/// <param name="Erased">Records left out because they were erased after the copy was made.</param>
public sealed record RestoreOutcome(RestoreReport Report, int Erased);

/// <summary>
/// Makes a data folder out of copies. The archive gets its name last, so that a folder in which a restore was interrupted is not
/// taken for a whole one; the same call goes on with it.
/// </summary>
public static class Restore
{
    private const string Unfinished = "archive.restoring";
    private static readonly string[] OfUnfinished = [Unfinished, ArchiveSource.KeysFolder, "lock"];

    /// <param name="sources">Folders of backups or mirrors.</param>
    /// <param name="older">A newer mirror may be passed over.</param>
    /// <param name="openKeys">The keys of encrypted files, once those that are in the copies are restored; null: they are not looked for.</param>
    /// <exception cref="CopyRefusedException">The folder holds something, a source holds no backup, or the mirror is newer than all of them.</exception>
    /// <exception cref="IOException">The folder cannot be written, or a source not be read.</exception>
    public static async Task<RestoreOutcome> RunAsync(
        IReadOnlyList<string> sources, DataPlace data, Actor actor, TimeProvider time, bool older, Action<long, long>? tell, CancellationToken cancel, Func<FileKeys>? openKeys = null)
    {
        var opened = sources.Select(Open).ToList();
        RefuseUnlessEmpty(data.Root);
        if (!older) RefuseWhereMirrorIsNewer(opened, data.Mirror);
        var erased = opened.SelectMany(source => ErasedNote.Read(source.Disk)).DistinctBy(note => note.Id).ToList();
        var disk = new RealDisk(data.Root);
        BeginAnewIfOpened(Path.Combine(data.Root, Unfinished));
        var report = new ArchiveRestore(opened, disk, InUnfinished, tell, $"{ArchiveSource.KeysFolder}/{FileKeys.FileName}").Run(cancel);
        var left = await RecordAsync(data, report, string.Join(", ", sources.Select(Path.GetFullPath)), erased, actor, time, openKeys, cancel);
        Directory.Move(Path.Combine(data.Root, Unfinished), data.Archive);
        disk.SyncDirectory("");
        return new RestoreOutcome(report, left);
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

    // What was erased, held or decided after an older copy is known to the newer one alone.
    private static void RefuseWhereMirrorIsNewer(List<RestoreSource> sources, string mirror)
    {
        if (mirror.Length == 0 || !Directory.Exists(mirror) || CopyManifest.Load(new RealDisk(mirror)) is not { } theirs) return;
        var newest = sources.MaxBy(source => source.Manifest.Head.Through)!.Manifest.Head;
        if (theirs.Head.Lane == newest.Lane && theirs.Head.Through > newest.Through)
            throw new CopyRefusedException($"the mirror in {mirror} goes on to entry {theirs.Head.Through} and these copies to {newest.Through}: name it too with --also, or say --older to do without what came after");
    }

    private static bool IsEmpty(string path) => File.Exists(path) ? new FileInfo(path).Length == 0 : !Directory.EnumerateFileSystemEntries(path).Any();

    private static RestoreSource Open(string folder) => Directory.Exists(folder)
        ? RestoreSource.Open(folder, new RealDisk(folder)) : throw new CopyRefusedException($"there is no folder {folder}");

    private static string InUnfinished(string path) =>
        path.StartsWith(ArchiveCopier.Folder + "/", StringComparison.Ordinal) ? Unfinished + path[ArchiveCopier.Folder.Length..] : path;

    // An archive that was opened is no plain copy any more, so its files would not be known again.
    private static void BeginAnewIfOpened(string unfinished)
    {
        if (Directory.Exists(unfinished) && Directory.EnumerateFiles(unfinished, "lock", SearchOption.AllDirectories).Any()) Directory.Delete(unfinished, recursive: true);
    }

    // Opening it is the last proof; what the log says of itself begins with where it came from. All of it before the archive has
    // its name: nobody sees a record that was erased, and nothing is purged from an archive that does not know it was restored.
    private static async Task<int> RecordAsync(
        DataPlace data, RestoreReport report, string source, IReadOnlyList<ErasedNote> erased, Actor actor, TimeProvider time, Func<FileKeys>? openKeys, CancellationToken cancel)
    {
        using var key = Directory.Exists(data.Keys) ? SigningKey.Load(new RealDisk(data.Keys)) : null;
        using var keys = openKeys?.Invoke();
        await using var archive = await MailArchive.OpenAsync(
            new ArchiveOptions { ActiveFileMaxBytes = data.ActiveFileMaxBytes }, new RealDisk(Path.Combine(data.Root, Unfinished)), time, cancel, key: key?.LogKey, keys: keys);
        await AppendAsync(archive, new ArchiveRestored(source, report.MadeAt, report.Through, report.Files, report.Bytes, report.Findings.Count) { Actor = actor, At = time.GetUtcNow() });
        return await new ErasedAgain(archive, actor, time).RunAsync(erased, cancel);
    }

    internal static Task AppendAsync(MailArchive archive, LedgerEvent fact) => archive.AppendAsync(new NewEvent(LedgerJson.Encode(fact)), CancellationToken.None);
}
