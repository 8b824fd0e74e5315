using System.Security.Cryptography;
using Recorder.Archive.Disk;
using Recorder.Archive.Encryption;
using Recorder.Archive.Segments;

namespace Recorder.Archive.Log;

/// <summary>Opens the active files of a lane as a crash may have left them. The cost depends on them alone.</summary>
internal sealed class LogRecovery(ArchiveOptions options, IDisk disk, SpoolFolder spool, SegmentSet segments, TimeProvider time)
{
    private readonly LogFiles _files = new(disk, options.Lane);
    private readonly BodyIndex _bodies = new();
    private readonly List<CutTail> _cut = [];
    private readonly List<DamagedRange> _damaged = [];
    private readonly List<MissingRange> _missing = [];
    private RootChain? _roots;
    private RecordId? _lastId;
    private long _entries;

    /// <summary>Names of segments that have a root in the files at hand.</summary>
    public HashSet<string> Rooted { get; } = new(StringComparer.Ordinal);

    /// <exception cref="IOException">The disk fails; nothing was lost by trying.</exception>
    public (LogState State, RecoveryReport Report) Run()
    {
        DeleteLeftovers();
        var opened = _files.Numbers().Select(OpenFile).OfType<OpenedFile>().ToList();
        _roots = opened is [var oldest, ..] ? new RootChain(oldest.Header.LastRootSequence, oldest.Header.LastRootSha256) : RootsOfSegments();
        _lastId = segments.Segments.Select(segment => (RecordId?)segment.LastId).Max();
        var lastSequence = 0L;
        for (var i = 0; i < opened.Count; i++) lastSequence = Recover(opened[i], i + 1 < opened.Count ? opened[i + 1] : null);
        lastSequence = Continue(lastSequence);
        // While bytes are damaged, or a damaged file waits for a person, a body that seems to be nobody's may belong to an entry that cannot be read.
        var orphans = _damaged.Count == 0 && !_files.HasDamaged() ? spool.DeleteOrphans() : 0;
        var report = new RecoveryReport(opened.Count, _entries, _cut, _damaged, _missing, orphans);
        return (new LogState(_files, _bodies, new LogTail(lastSequence), _roots, _lastId), report);
    }

    private sealed record OpenedFile(IDiskFile File, string Path, FileHeader Header, long LengthBytes, bool LinkIsKnown);

    private void DeleteLeftovers()
    {
        foreach (var name in disk.List(_files.Folder).Where(name => name.EndsWith(DurableFile.TemporarySuffix, StringComparison.Ordinal)))
            disk.Delete($"{_files.Folder}/{name}");
    }

    private OpenedFile? OpenFile(long number)
    {
        var path = _files.PathOf(number);
        var file = disk.Open(path, DiskMode.Modify);
        var length = file.Length;
        var bytes = new byte[ActiveFormat.FileHeaderBytes + ActiveFormat.BatchHeaderBytes];
        var read = file.Read(0, bytes);
        if (FileHeader.Decode(bytes.AsSpan(0, read)) is { } header) return new OpenedFile(file, path, header, length, true);
        _damaged.Add(new DamagedRange(path, 0, Math.Min(length, ActiveFormat.FileHeaderBytes)));
        if (HeaderFromBatch(number, bytes.AsSpan(Math.Min(read, ActiveFormat.FileHeaderBytes))) is { } rebuilt)
            return new OpenedFile(file, path, rebuilt, length, false);
        // Nothing in it can be told from noise; it stays for whoever wants to look, and its positions are missing.
        file.Dispose();
        disk.Rename(path, path + LogFiles.DamagedSuffix);
        disk.SyncDirectory(_files.Folder);
        return null;
    }

    // The first batch repeats the two things that reading the rest needs.
    private FileHeader? HeaderFromBatch(long number, ReadOnlySpan<byte> batch)
    {
        if (batch.Length < ActiveFormat.BatchHeaderBytes) return null;
        var nonce = batch.Slice(24, ActiveFormat.NonceBytes).ToArray();
        return BatchHeader.Looks(batch, nonce, out var first)
            ? new FileHeader(options.Lane, number, first.FirstSequence, 0, 0, nonce, time.GetUtcNow(), 0, new byte[ActiveFormat.Sha256Bytes]) { IsEncrypted = _files.HasKey(nonce) }
            : null;
    }

    /// <returns>The last sequence that counts.</returns>
    private long Recover(OpenedFile opened, OpenedFile? next)
    {
        var linked = next is { LinkIsKnown: true } && next.Header.PreviousNumber == opened.Header.Number;
        var limit = linked ? Math.Min(next!.Header.PreviousLengthBytes, opened.LengthBytes) : opened.LengthBytes;
        var found = new List<(EntryHead Head, long Offset)>();
        var beyond = next?.Header.FirstSequence ?? long.MaxValue;
        var cipher = _files.CipherOf(opened.Header, opened.Path);
        var scan = new FileScan(opened.File, opened.Path, opened.Header, (head, offset) =>
        {
            if (head.Entry.Position.Sequence < beyond) found.Add((head, offset));
        }, cipher);
        scan.Run(limit, tailMayBeTorn: !linked);
        if (linked && limit < next!.Header.PreviousLengthBytes)
            _damaged.Add(new DamagedRange(opened.Path, limit, next.Header.PreviousLengthBytes - limit));
        _damaged.AddRange(scan.Damaged);
        _missing.AddRange(scan.Missing);
        Take(opened, scan, found, cipher, isNewest: next is null);
        var reached = Math.Min(scan.NextSequence, beyond);
        if (next is not null && reached < beyond) _missing.Add(new MissingRange(reached, beyond - 1));
        return next is null ? scan.NextSequence - 1 : beyond - 1;
    }

    private void Take(OpenedFile opened, FileScan scan, List<(EntryHead Head, long Offset)> found, BatchCipher? cipher, bool isNewest)
    {
        var file = new ActiveFile(opened.File, opened.Path, opened.Header, scan.ValidBytes, cipher, scan.Batches) { HasLostBytes = scan.Damaged.Count > 0 };
        file.Index.Add(found.Select(one => new IndexedEntry(one.Head.Entry.Position.Sequence, one.Head.Entry.Id, one.Offset, one.Head.HeadBytes)));
        _bodies.Clear();
        foreach (var (head, _) in found) Take(file, head);
        _bodies.Keep();
        _entries += found.Count;
        if (found.Count > 0 && found[^1].Head.Entry.Id is var id && (_lastId is null || id.CompareTo(_lastId.Value) > 0)) _lastId = id;
        if (isNewest) Settle(opened, file, scan);
        else file.Retire();
        _files.Add(file);
    }

    private void Take(ActiveFile file, EntryHead head)
    {
        if (head.Entry.Kind == EntryKind.Root)
        {
            _roots!.Extend(head.Entry);
            if (RootRecord.Decode(head.Entry.Payload.Span) is { } root) Rooted.Add(root.Segment);
            return;
        }
        file.HasForeignEntries = true;
        if (head.Form is ContentForm.Inline or ContentForm.Spooled) _bodies.FindOrAdd(head.Entry);
        if (head.Form != ContentForm.Spooled) return;
        spool.Acquire(head.SpoolName);
        file.SpooledBytes += head.Entry.ContentLengthBytes;
    }

    // The newest file's end is made certain before anything is added behind it.
    private void Settle(OpenedFile opened, ActiveFile file, FileScan scan)
    {
        if (opened.LengthBytes > file.ValidBytes)
        {
            _cut.Add(new CutTail(file.Path, file.ValidBytes, opened.LengthBytes - file.ValidBytes));
            file.CutTail();
        }
        if (scan.LastBatch.LengthBytes > 0) file.WriteAgain(scan.LastBatch.Start, scan.LastBatch.LengthBytes);
        // A damaged file is not built upon: the next append starts another, whose header fixes this one's length.
        if (scan.Damaged.Count > 0 || !opened.LinkIsKnown) file.Retire();
    }

    /// <summary>Makes sure there is a file to write to and that its positions follow everything that is sealed.</summary>
    private long Continue(long lastSequence)
    {
        if (_files.All.IsEmpty)
        {
            var header = new FileHeader(
                options.Lane, 1, segments.LastSequence + 1, 0, 0, RandomNumberGenerator.GetBytes(ActiveFormat.NonceBytes),
                time.GetUtcNow(), _roots!.LastSequence, _roots.LastSha256);
            _files.Add(_files.Create(header));
            return segments.LastSequence;
        }
        if (lastSequence >= segments.LastSequence) return lastSequence;
        _missing.Add(new MissingRange(lastSequence + 1, segments.LastSequence));
        _files.Current.Retire();
        return segments.LastSequence;
    }

    // Only when the active files were lost or never copied: otherwise a file's header says it.
    private RootChain RootsOfSegments()
    {
        var roots = new RootChain(0, new byte[ActiveFormat.Sha256Bytes]);
        if (segments.Segments.Count == 0) return roots;
        foreach (var root in segments.Read(0, EntryKinds.Roots, _ => { })) roots.Extend(root);
        return roots;
    }
}
