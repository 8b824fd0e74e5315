using System.Security.Cryptography;
using Recorder.Archive.Disk;

namespace Recorder.Archive.Copies;

/// <summary>A copy to restore from.</summary>
/// <param name="Name">As the person named it.</param>
public sealed record RestoreSource(string Name, IDisk Disk, CopyManifest Manifest)
{
    /// <exception cref="CopyRefusedException">It has no manifest that can be read.</exception>
    public static RestoreSource Open(string name, IDisk disk)
    {
        try
        {
            return new RestoreSource(name, disk, CopyManifest.Load(disk) ?? throw new CopyRefusedException($"{name} holds no finished backup"));
        }
        catch (ArchiveException e)
        {
            throw new CopyRefusedException($"{name}: {e.Message}");
        }
    }
}

/// <param name="Findings">Files that no source has whole.</param>
public sealed record RestoreReport(long Through, DateTimeOffset MadeAt, int Files, long Bytes, IReadOnlyList<CopyFinding> Findings);

/// <summary>
/// Writes an archive anew from the newest of several copies, checking every byte. What is damaged in that one is taken from the
/// others; what it no longer has was removed, and does not come back.
/// </summary>
/// <param name="rename">From the folder of a path in the copy to the one it gets.</param>
/// <param name="fromAny">Path of a file that any of the copies may have where the newest has not: the newest copy of it counts, and one that is there already stays.</param>
public sealed class ArchiveRestore(IReadOnlyList<RestoreSource> sources, IDisk into, Func<string, string> rename, Action<long, long>? tell = null, string? fromAny = null)
{
    private readonly List<RestoreSource> _newestFirst = [.. sources.OrderByDescending(source => source.Manifest.Head.Through).ThenByDescending(source => source.Manifest.Head.MadeAt)];
    private readonly List<CopyFinding> _findings = [];

    public RestoreReport Run(CancellationToken cancel)
    {
        var manifest = _newestFirst[0].Manifest;
        var (done, total, files) = (0L, manifest.Entries.Values.Sum(entry => entry.Bytes), 0);
        // The log's own files come last: where they are, everything before them is.
        foreach (var entry in Wanted(manifest).OrderBy(entry => entry.Path.StartsWith($"{ArchiveCopier.Folder}/log/", StringComparison.Ordinal)).ThenBy(entry => entry.Path, StringComparer.Ordinal))
        {
            cancel.ThrowIfCancellationRequested();
            if (TryRestore(entry, cancel)) files++;
            tell?.Invoke(done += entry.Bytes, total);
        }
        return new RestoreReport(manifest.Head.Through, manifest.Head.MadeAt, files, total, _findings);
    }

    private IEnumerable<CopyEntry> Wanted(CopyManifest newest)
    {
        if (fromAny is null) return newest.Entries.Values;
        var others = newest.Entries.Values.Where(entry => entry.Path != fromAny);
        var one = into.Exists(rename(fromAny)) ? null : _newestFirst.Select(source => source.Manifest.Entries.GetValueOrDefault(fromAny)).FirstOrDefault(entry => entry is not null);
        return one is null ? others : others.Append(one);
    }

    private bool TryRestore(CopyEntry entry, CancellationToken cancel)
    {
        var path = rename(entry.Path);
        if (IsThere(path, entry, cancel)) return true;
        string? problem = null;
        foreach (var source in _newestFirst.Where(source => Has(source, entry)).OrderBy(source => source.Manifest.Entries[entry.Path].Problem is not null))
        {
            try
            {
                Copy(source, source.Manifest.Entries[entry.Path], path, cancel);
                if (entry.Problem is not null && source.Manifest.Entries[entry.Path].Problem is { } known) _findings.Add(new CopyFinding(entry.Path, $"it was damaged when it was copied: {known}"));
                return true;
            }
            catch (SourceException e) { problem = problem is null ? $"{source.Name}: {e.Message}" : $"{problem}; {source.Name}: {e.Message}"; }
        }
        _findings.Add(new CopyFinding(entry.Path, problem ?? "no copy has it whole"));
        return false;
    }

    /// <summary>The same bytes; or, where the newest copy is of a damaged file, one that was whole.</summary>
    private static bool Has(RestoreSource source, CopyEntry entry) =>
        source.Manifest.Entries.TryGetValue(entry.Path, out var theirs)
        && ((theirs.Sha256 == entry.Sha256 && theirs.Bytes == entry.Bytes) || (entry.Problem is not null && theirs.Problem is null));

    private bool IsThere(string path, CopyEntry entry, CancellationToken cancel)
    {
        if (!into.Exists(path)) return false;
        using var file = into.Open(path, DiskMode.Read);
        return file.Length == entry.Bytes && Convert.ToHexStringLower(FileHash.Of(file, entry.Bytes, cancel)) == entry.Sha256;
    }

    private void Copy(RestoreSource source, CopyEntry entry, string path, CancellationToken cancel)
    {
        DurableFile.EnsureFolder(into, DurableFile.FolderOf(path));
        using var file = OpenSource(source, entry);
        DurableFile.Write(into, path, stream =>
        {
            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            var bytes = FileHash.Add(hash, new SourceView(file), 0, entry.Bytes, cancel, part => stream.Write(part.Span));
            if (bytes != entry.Bytes || Convert.ToHexStringLower(hash.GetHashAndReset()) != entry.Sha256)
                throw new SourceException("its bytes are not those of the manifest", new InvalidDataException());
        }, replace: true);
    }

    private static IDiskFile OpenSource(RestoreSource source, CopyEntry entry)
    {
        try { return source.Disk.Open(entry.Path, DiskMode.Read); }
        catch (IOException e) { throw new SourceException(e.Message, e); }
    }

    /// <summary>Tells a source that cannot be read from a target that cannot be written.</summary>
    private sealed class SourceView(IDiskFile file) : IDiskFile
    {
        public long Length => file.Length;

        public int Read(long offset, Span<byte> buffer)
        {
            try { return file.Read(offset, buffer); }
            catch (IOException e) { throw new SourceException(e.Message, e); }
        }

        public void Write(long offset, ReadOnlySpan<byte> bytes) => throw new NotSupportedException();
        public void Truncate(long length) => throw new NotSupportedException();
        public void Sync() => throw new NotSupportedException();
        public void Dispose() { }
    }
}
