using Recorder.Archive.Disk;
using Recorder.Archive.Proofs;
using Recorder.Archive.Segments;

namespace Recorder.Archive.Copies;

/// <summary>
/// Holds an archive against a copy of it, a backup or a mirror: names what the copy has and the archive has not, or has
/// otherwise. Only such a witness shows that the end of a log was cut off after the last signed head. Reads nothing but manifests,
/// footers and heads, and writes nothing.
/// </summary>
public sealed class CopyWitness(MailArchive archive, string name, IDisk copy, Func<string, bool> wasRemoved)
{
    private const string SegmentsFolder = $"{ArchiveCopier.Folder}/segments/", HeadsFolder = $"{ArchiveCopier.Folder}/heads/";
    private readonly List<VerifyFinding> _findings = [];

    /// <exception cref="CopyRefusedException">It has no manifest that can be read.</exception>
    public async Task<IReadOnlyList<VerifyFinding>> CompareAsync(CancellationToken cancel)
    {
        var manifest = RestoreSource.Open(name, copy).Manifest;
        if (manifest.Head.Lane != archive.Lane) throw new CopyRefusedException($"{name} is a copy of the lane {manifest.Head.Lane}, not of {archive.Lane}");
        await CheckEndAsync(manifest.Head, cancel);
        await Task.Run(() => CheckFiles(manifest.Entries.Keys), cancel);
        return _findings;
    }

    private async Task CheckEndAsync(CopyHead head, CancellationToken cancel)
    {
        var last = archive.DurableSequence;
        if (head.Through > last)
            Report("", last + 1, $"the log ends at {last}, and {name} has entries up to {head.Through}: the end of the log was cut off");
        foreach (var anchor in head.Anchors.Where(anchor => anchor.Sequence <= last))
            if (await archive.HasAsync(anchor, cancel) is false) Report("", anchor.Sequence, $"the log has another entry at {anchor.Sequence} than {name}");
    }

    private void CheckFiles(IEnumerable<string> paths)
    {
        var store = new CopiedFiles(archive.PlainOf(copy));
        foreach (var path in paths)
        {
            if (path.StartsWith(SegmentsFolder, StringComparison.Ordinal) && SegmentName.TryParse(path[SegmentsFolder.Length..]) is not null) CheckSegment(store, path);
            else if (path.StartsWith(HeadsFolder, StringComparison.Ordinal) && path.EndsWith(".head", StringComparison.Ordinal)) CheckHead(store, path);
        }
    }

    private void CheckSegment(CopiedFiles store, string path)
    {
        var segment = path[SegmentsFolder.Length..];
        var current = archive.Current(segment);
        if (current is null && wasRemoved(segment)) return;
        try
        {
            var theirs = SegmentReader.Open(store, path, new LruCache<BlockKey, byte[]>(0)).Info;
            if (current is not { } ours)
            {
                Report(segment, theirs.FirstSequence, $"the segment is missing, and {name} has it; it held {theirs.EntryCount} entries from {theirs.FirstSequence} to {theirs.LastSequence}");
            }
            else if (!ours.MerkleRoot.Span.SequenceEqual(theirs.MerkleRoot.Span))
            {
                Report(segment, theirs.FirstSequence, $"its entries are not those that {name} has");
            }
        }
        catch (Exception e) when (e is ArchiveException or IOException)
        {
            // A purge wrote it again since, and destroyed the key of what the copy still has.
            if (archive.IsEncrypting && current is not null && current.Name != segment) return;
            Report($"{name}: {segment}", null, $"the copy itself cannot be read: {e.Message}");
        }
    }

    private void CheckHead(CopiedFiles store, string path)
    {
        var bytes = new byte[store.LengthOf(path)];
        store.ReadRange(path, 0, bytes);
        if (SignedHead.Decode(bytes) is not { } theirs)
        {
            Report($"{name}: {path}", null, "the copy itself cannot be read");
            return;
        }

        var ours = archive.Heads.FirstOrDefault(head => head.Statement.Number == theirs.Statement.Number);
        if (ours?.Sha256Hex != theirs.Sha256Hex)
            Report(path[(ArchiveCopier.Folder.Length + 1)..], null, ours is null ? $"the signed head is missing, and {name} has it" : $"it is another signed head than the one {name} has");
    }

    private void Report(string where, long? sequence, string problem) =>
        _findings.Add(new VerifyFinding(null, sequence is { } at ? new Position(archive.Lane, at) : null, where, problem));

    /// <summary>The copy's files as they are, to read.</summary>
    private sealed class CopiedFiles(IDisk disk) : ISegmentStore
    {
        public int ReadRange(string name, long offset, Span<byte> buffer)
        {
            using var file = disk.Open(name, DiskMode.Read);
            return file.Read(offset, buffer);
        }

        public long LengthOf(string name)
        {
            using var file = disk.Open(name, DiskMode.Read);
            return file.Length;
        }

        public void Put(string name, Action<Stream> write) => throw new NotSupportedException();
        public IReadOnlyList<string> List(string prefix) => throw new NotSupportedException();
        public void Delete(string name) => throw new NotSupportedException();
    }
}
