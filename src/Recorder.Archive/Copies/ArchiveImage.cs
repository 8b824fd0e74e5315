using Recorder.Archive.Disk;
using Recorder.Archive.Log;
using Recorder.Archive.Proofs;
using Recorder.Archive.Segments;

namespace Recorder.Archive.Copies;

/// <summary>An entry by which a log is known again.</summary>
public sealed record LogAnchor(long Sequence, RecordId Id);

/// <summary>
/// A lane as it is at one moment, while it is written: everything up to a committed batch. What it holds is kept readable until
/// it is disposed, but for segments that a purge removes.
/// </summary>
public sealed class ArchiveImage : IDisposable
{
    private readonly List<ActiveFile> _entered = [];
    private readonly List<string> _held = [];
    private readonly SpoolFolder _spool;

    private ArchiveImage(SpoolFolder spool, string lane) => (_spool, Lane) = (spool, lane);

    public string Lane { get; }

    /// <summary>The last entry in it; null for an empty log.</summary>
    public LogAnchor? Last { get; private set; }

    public long Through => Last?.Sequence ?? 0;

    /// <summary>The last sealed entry of the ledger, which outlives the mail; null while nothing of it is sealed.</summary>
    public LogAnchor? Anchor { get; private set; }

    /// <summary>Sealed segments first, the log's own files last, oldest first.</summary>
    public IReadOnlyList<ImageFile> Files { get; private set; } = [];

    internal static ArchiveImage Take(LogFiles files, SpoolFolder spool, SegmentSet segments, HeadFolder heads, string spoolRoot)
    {
        while (true)
        {
            var image = new ArchiveImage(spool, segments.Lane);
            if (image.TryFill(files, segments, heads, spoolRoot)) return image;
            // A file was sealed meanwhile; its segments are in the next look.
            image.Dispose();
        }
    }

    public void Dispose()
    {
        _held.ForEach(_spool.Release);
        _held.Clear();
        _entered.ForEach(file => file.Exit());
        _entered.Clear();
    }

    private bool TryFill(LogFiles files, SegmentSet segments, HeadFolder heads, string spoolRoot)
    {
        // Listed first: what a head was signed over was in the log before it.
        var signed = heads.Files().Select(path => PlainImage.Of(files.Disk, path, path, mayChange: false)).ToList();
        var active = files.All;
        foreach (var file in active)
        {
            if (!file.TryEnter()) return false;
            _entered.Add(file);
        }
        // Once for all that follows: an entry that comes meanwhile must not be in the image without its body.
        var entries = active.Select(file => file.Index.All()).ToList();
        if (TryHoldBodies(files.Disk, entries, spoolRoot) is not { } bodies) return false;
        // What is sealed from these files counts as the files it was.
        var boundary = active[0].Header.FirstSequence - 1;
        var stored = segments.Segments.Where(segment => segment.LastSequence <= boundary).ToList();
        Anchor = LastOf(stored.Where(segment => segment.Kind == SegmentKind.Ledger));
        Last = entries.SelectMany(all => all.TakeLast(1)).Select(at => new LogAnchor(at.Sequence, at.Id)).LastOrDefault() ?? LastOf(stored);
        var aside = files.Disk.List(files.Folder).Where(name => name.Contains(LogFiles.DamagedSuffix, StringComparison.Ordinal))
            .Select(name => PlainImage.Of(files.Disk, $"{files.Folder}/{name}", $"{files.Folder}/{name}"));
        Files = [.. stored.Select(segment => new SegmentImage(files.Disk, segments, segment)), .. signed, .. aside, .. bodies, .. active.Select((file, number) => ImageOf(file, entries[number]))];
        return true;
    }

    private static LogAnchor? LastOf(IEnumerable<SegmentInfo> segments) =>
        segments.MaxBy(segment => segment.LastSequence) is { } last ? new LogAnchor(last.LastSequence, last.LastId) : null;

    /// <returns>null when one of them has gone.</returns>
    private List<ImageFile>? TryHoldBodies(IDisk disk, List<IReadOnlyList<IndexedEntry>> entries, string spoolRoot)
    {
        var bodies = new List<ImageFile>();
        foreach (var head in _entered.SelectMany((file, number) => Spooled(file, entries[number])))
        {
            if (!_spool.TryHold(head.SpoolName)) return null;
            _held.Add(head.SpoolName);
            bodies.Add(new BodyImage(disk, $"{spoolRoot}/{head.SpoolName}", head.Entry));
        }
        return bodies;
    }

    // The count of the last file's spooled bytes follows its index, so it is no short cut there.
    private IEnumerable<EntryHead> Spooled(ActiveFile file, IReadOnlyList<IndexedEntry> entries) => file != _entered[^1] && file.SpooledBytes == 0
        ? [] : entries.Select(at => HeadAt(file, at)).OfType<EntryHead>().Where(head => head.Form == ContentForm.Spooled);

    // Of the last file its index says what is committed for certain; to the others nothing is added any more.
    private ImageFile ImageOf(ActiveFile file, IReadOnlyList<IndexedEntry> entries) => new ActiveImage(file, file == _entered[^1] ? EndOf(file, entries) : file.ValidBytes);

    private static long EndOf(ActiveFile file, IReadOnlyList<IndexedEntry> entries)
    {
        if (entries is not [.., var last]) return Math.Min(file.ValidBytes, ActiveFormat.FileHeaderBytes);
        return HeadAt(file, last) is { } head ? file.EndOfBatch(last, head) : file.ValidBytes;
    }

    private static EntryHead? HeadAt(ActiveFile file, IndexedEntry at)
    {
        try { return file.ReadHead(at); }
        catch (ArchiveException) { return null; }
    }
}
