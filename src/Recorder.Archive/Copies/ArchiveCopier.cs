using Recorder.Archive.Disk;
using Recorder.Archive.Segments;

namespace Recorder.Archive.Copies;

/// <summary>
/// Brings a copy up to an image: copies what the copy does not have, reads it back, makes the new manifest durable, and only
/// then takes away what has left the archive. At any moment the folder's manifest and the files it names are a whole copy.
/// </summary>
/// <param name="wasRemoved">Of the name of a segment that the copy has and the archive has not: whether its removal is on record.</param>
/// <param name="tell">Bytes dealt with so far, of so many.</param>
public sealed class ArchiveCopier(CopyTarget target, Func<string, bool> wasRemoved, TimeProvider time, Action<long, long>? tell = null)
{
    /// <summary>Under which a copy has the archive's files.</summary>
    public const string Folder = "archive";
    private const string SegmentsFolder = $"{Folder}/segments/", HeadsFolder = $"{Folder}/heads/";

    private readonly List<CopyFinding> _findings = [];
    private readonly Dictionary<string, CopyEntry> _entries = new(StringComparer.Ordinal);
    private int _copiedFiles;
    private long _copiedBytes, _done, _total;

    /// <param name="beside">Files outside of the archive, under paths of their own.</param>
    /// <exception cref="IOException">The target failed; what it held before still counts, and the next run goes on.</exception>
    public CopyReport Run(ArchiveImage image, IReadOnlyList<ImageFile> beside, CancellationToken cancel)
    {
        _total = image.Files.Concat(beside).Sum(file => file.LengthBytes);
        foreach (var file in beside) Take(file, file.Path, cancel);
        foreach (var file in image.Files) Take(file, file.Under(Folder), cancel);
        KeepWhatWasLost();
        var removed = Publish(image, cancel);
        return new CopyReport(
            image.Through, _entries.Count, _entries.Values.Sum(entry => entry.Bytes), _copiedFiles, _copiedBytes, removed, _findings);
    }

    private IReadOnlyDictionary<string, CopyEntry> Before => target.Manifest?.Entries ?? new Dictionary<string, CopyEntry>();

    private void Take(ImageFile file, string path, CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        var known = Before.GetValueOrDefault(path);
        var good = known is { Problem: null } && target.LengthOf(path) is { } length && (length == known.Bytes || (file.Grows && length > known.Bytes)) ? known : null;
        if (EntryFor(new CopiedFile(target.Disk, file, path), good, isNew: known is null, cancel) is { } entry) _entries[path] = entry;
        _done += file.LengthBytes;
        tell?.Invoke(_done, _total);
    }

    private CopyEntry? EntryFor(CopiedFile copied, CopyEntry? good, bool isNew, CancellationToken cancel)
    {
        try
        {
            if (copied.Reuse(good, isNew, cancel) is { } kept) return kept;
            var entry = copied.Copy(good, cancel);
            _copiedFiles++;
            _copiedBytes += copied.WrittenBytes;
            if (entry.Problem is { } problem) _findings.Add(new CopyFinding(copied.Path, problem));
            return entry;
        }
        catch (SourceException e)
        {
            // Purged since the image was taken: the next copy is without it, and so is this one.
            if (!copied.File.IsStillMeant()) return null;
            _findings.Add(new CopyFinding(copied.Path, good is null ? e.Message : $"{e.Message}; the copy from before is kept"));
            return good;
        }
    }

    // A segment that is gone without a reason is one that was lost, and then the copy is what is left of it.
    private void KeepWhatWasLost()
    {
        var present = _entries.Keys.Where(IsSegment).Select(StemOf).ToHashSet(StringComparer.Ordinal);
        foreach (var (path, entry) in Before.Where(one => IsSegment(one.Key) && !present.Contains(StemOf(one.Key)) && !wasRemoved(NameOf(one.Key))))
        {
            _entries[path] = entry;
            _findings.Add(new CopyFinding(path, "it is no longer in the archive, and no removal of it is on record; the copy from before is kept"));
        }

        foreach (var (path, entry) in Before.Where(one => one.Key.StartsWith(HeadsFolder, StringComparison.Ordinal) && !_entries.ContainsKey(one.Key)))
        {
            _entries[path] = entry;
            _findings.Add(new CopyFinding(path, "the signed head is no longer in the archive, which never removes one; the copy from before is kept"));
        }
    }

    private int Publish(ArchiveImage image, CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        var gone = Before.Keys.Count(path => !_entries.ContainsKey(path));
        if (_copiedFiles > 0 || gone > 0 || target.Manifest?.Head.Through != image.Through)
        {
            var manifest = CopyManifest.Of(CopyHead.Of(image, time.GetUtcNow()), _entries.Values);
            manifest.Save(target.Disk);
            target.Manifest = manifest;
        }
        foreach (var folder in Before.Keys.Select(DurableFile.FolderOf).Append(Folder).Distinct().Where(folder => folder.Length > 0)) Sweep(folder.Split('/')[0]);
        return gone;
    }

    // Also what an interrupted copy left and what nobody names any more.
    private void Sweep(string folder)
    {
        foreach (var path in target.Disk.List(folder).Select(name => $"{folder}/{name}"))
        {
            if (_entries.ContainsKey(path)) continue;
            if (Path.HasExtension(path))
            {
                target.Disk.Delete(path);
                continue;
            }
            Sweep(path);
            if (target.Disk.List(path).Count == 0) target.Disk.Delete(path);
        }
        target.Disk.SyncDirectory(folder);
    }

    private static bool IsSegment(string path) => path.StartsWith(SegmentsFolder, StringComparison.Ordinal);
    private static string NameOf(string path) => path[SegmentsFolder.Length..];
    private static string StemOf(string path) => SegmentCatalog.StemOf(NameOf(path));
}
