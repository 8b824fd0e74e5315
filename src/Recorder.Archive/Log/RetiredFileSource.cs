using System.Security.Cryptography;
using Recorder.Archive.Segments;

namespace Recorder.Archive.Log;

/// <summary>A retired file as the sealer reads it; the file is entered for as long.</summary>
internal sealed class RetiredFileSource : ISealSource
{
    private readonly ActiveFile _file;
    private readonly SpoolFolder _spool;

    private RetiredFileSource(ActiveFile file, SpoolFolder spool, IReadOnlyList<SealEntry> entries, IReadOnlyList<Position> damaged) =>
        (_file, _spool, Entries, Damaged) = (file, spool, entries, damaged);

    public IReadOnlyList<SealEntry> Entries { get; }

    /// <summary>Entries left out because they cannot be read.</summary>
    public IReadOnlyList<Position> Damaged { get; }

    public static RetiredFileSource Of(ActiveFile file, SpoolFolder spool)
    {
        var entries = new List<SealEntry>();
        var damaged = new List<Position>();
        foreach (var at in file.Index.All())
        {
            try { entries.Add(SealEntryOf(file.ReadHead(at))); }
            catch (ArchiveException) { damaged.Add(new Position(file.Header.Lane, at.Sequence)); }
        }
        return new RetiredFileSource(file, spool, entries, damaged);
    }

    public Stream OpenContent(SealEntry entry)
    {
        if (_file.Index.Find(entry.Entry.Position.Sequence) is not { } at)
            throw new ArchiveException(ArchiveFault.Missing, $"{entry.Entry.Position} is not in {_file.Path}");
        return _file.OpenContent(at, _file.ReadHead(at), _spool);
    }

    /// <summary>The same without the mail whose bytes are not what was recorded. Reads all of them.</summary>
    public RetiredFileSource WithoutDamaged(CancellationToken cancel)
    {
        var broken = Entries.Where(entry => entry.Entry.Kind == EntryKind.Mail && !IsWhole(entry, cancel)).ToHashSet();
        return new RetiredFileSource(
            _file, _spool, Entries.Where(entry => !broken.Contains(entry)).ToList(),
            [.. Damaged, .. broken.Select(entry => entry.Entry.Position)]);
    }

    private bool IsWhole(SealEntry entry, CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        try
        {
            using var content = OpenContent(entry);
            return content.Length == entry.Entry.ContentLengthBytes
                && SHA256.HashData(content).AsSpan().SequenceEqual(entry.Entry.ContentSha256.Span);
        }
        catch (Exception e) when (e is ArchiveException or FileNotFoundException)
        {
            return false;
        }
    }

    private static SealEntry SealEntryOf(EntryHead head) => new(head.Entry, head.ClusterKey, head.Nonce);
}
