using System.ComponentModel.DataAnnotations;
using System.Text;
using Recorder.Archive.Copies;
using Recorder.Archive.Disk;
using Recorder.Archive.Encryption;
using Recorder.Archive.Log;
using Recorder.Archive.Proofs;
using Recorder.Archive.Segments;

namespace Recorder.Archive;

/// <summary>
/// One lane of the log on a disk: active files in "log/LANE", large bodies in "spool/LANE" until they are sealed,
/// segments in "segments/LANE". One process has it open at a time.
/// </summary>
public sealed class MailArchive : IArchiveLog, ISealedLog, IAsyncDisposable
{
    private readonly ArchiveOptions _options;
    private readonly TimeProvider _time;
    private readonly EncryptedDisk? _encrypted;
    private readonly IDiskFile _lock;
    private readonly SpoolFolder _spool;
    private readonly SegmentSet _segments;
    private readonly LogState _state;
    private readonly RecoveryReport _recovery;
    private readonly LogCounters _counters = new();
    private readonly Arrivals _arrivals = new();
    private readonly LogWriter _writer;
    private readonly LogSealer _sealer;
    private readonly LogReader _reader;
    private readonly HeadBook _heads;
    private readonly SpaceGuard _space;
    private readonly ITimer _timer;
    private int _disposed;

    private MailArchive(Opening opening, ArchiveOptions options, IDisk disk, TimeProvider time, IArchiveObserver observer, LogKey? key)
    {
        (_options, _time, _lock, _spool, _segments) = (options, time, opening.Lock, opening.Spool, opening.Segments);
        (_state, _recovery, _encrypted) = (opening.State, opening.Report, disk as EncryptedDisk);
        var recent = new RecentEntries(options.RecentEntries, options.RecentBytes);
        (_space, _heads, OpenedAfter) = (new SpaceGuard(disk, time), new HeadBook(disk, options.Lane), _state.Tail.Sequence);
        _reader = new LogReader(_state.Files, _segments, _spool, recent, _state.Tail);
        _writer = new LogWriter(_state, options, time, recent, _arrivals, _counters, observer, key);
        _sealer = new LogSealer(_state, _spool, _segments, opening.Rooted, _writer.AppendAsync, _counters, observer);
        _writer.Retired += _sealer.Wake;
        _timer = time.CreateTimer(_ => LookForWork(), null, TimeSpan.Zero, options.SealCheckInterval);
        observer.Recovered(_recovery);
    }

    private sealed record Opening(
        IDiskFile Lock, SpoolFolder Spool, SegmentSet Segments, LogState State, HashSet<string> Rooted, RecoveryReport Report);

    public string Lane => _options.Lane;
    public long DurableSequence => _state.Tail.Sequence;
    public long FreeBytes => _space.FreeBytes;

    /// <summary>By first sequence.</summary>
    public IReadOnlyList<SegmentInfo> Segments => _segments.Segments;

    /// <summary>The last position when it was opened: what follows was appended with the key that it was opened with.</summary>
    public long OpenedAfter { get; }

    /// <summary>The signed heads, by number, as far as they can be read.</summary>
    public IReadOnlyList<SignedHead> Heads => _heads.Heads;

    public HeadFolder HeadFolder => _heads.Folder;

    public ArchiveStatus Status => new(
        DurableSequence, _counters.Syncs, _counters.Batches, _counters.Entries, _counters.Bytes, _counters.FailedBatches, _writer.Queued,
        _state.Files.Current.ValidBytes + _state.Files.Current.SpooledBytes, _state.Files.All.Count - 1, _counters.SealedFiles,
        _recovery, _counters.LastError);

    /// <summary>Opens the lane as a crash may have left it: torn ends are cut, unfinished sealing goes on in the background.</summary>
    /// <param name="key">Marks entries so that none can be forged; null: nonces are random and entries bear no mark.</param>
    /// <param name="keys">Of encrypted files, and whether new ones are; null: an archive that never was encrypted.</param>
    /// <exception cref="ValidationException">An option is out of its range.</exception>
    /// <exception cref="ArchiveException">Unavailable: another process has the lane, the disk fails, or keys are not there.</exception>
    public static Task<MailArchive> OpenAsync(
        ArchiveOptions options, IDisk disk, TimeProvider time, CancellationToken cancel, IArchiveObserver? observer = null, LogKey? key = null, FileKeys? keys = null)
    {
        Validator.ValidateObject(options, new ValidationContext(options), validateAllProperties: true);
        var place = keys is null ? disk : new EncryptedDisk(disk, keys);
        return Task.Run(() => new MailArchive(Open(options, place, time, key), options, place, time, observer ?? new NoObserver(), key), cancel);
    }

    public IContentWriter BeginContent() => new ContentWriter(_spool, _time, _options.MemoryContentMaxBytes, _arrivals.Begin());

    public async Task<Receipt> AppendAsync(NewMail mail, CancellationToken cancel)
    {
        _space.Require(_options.MailReserveBytes);
        await using var copy = mail.Content is ArchiveContent ? null : await CopyInAsync(mail.Content, cancel);
        var content = copy ?? (ArchiveContent)mail.Content;
        var append = new PendingAppend(EntryKind.Mail, Owned(mail.Header), content, mail.ReceivedAt, ClusterKeyOf(mail.ClusterKey));
        content.Pin();
        content.Arrival.End();
        try
        {
            return await _writer.AppendAsync(append, cancel);
        }
        finally
        {
            content.Unpin();
        }
    }

    public Task<Receipt> AppendAsync(NewEvent entry, CancellationToken cancel)
    {
        _space.Require(_options.EventReserveBytes);
        return _writer.AppendAsync(new PendingAppend(EntryKind.Event, Owned(entry.Payload), null, default, []), cancel);
    }

    public IAsyncEnumerable<LogEntry> FollowAsync(long afterSequence, EntryKinds kinds, CancellationToken cancel) =>
        _reader.ReadAsync(afterSequence, kinds, follow: true, cancel);

    public IAsyncEnumerable<LogEntry> ReadAsync(long afterSequence, EntryKinds kinds, CancellationToken cancel) =>
        _reader.ReadAsync(afterSequence, kinds, follow: false, cancel);

    public ValueTask<LogEntry?> FindAsync(RecordId id, CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        return ValueTask.FromResult(_reader.Find(id));
    }

    public ValueTask<Stream> OpenContentAsync(RecordId id, CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        return ValueTask.FromResult(_reader.OpenContent(id));
    }

    /// <summary>Retires the active file now and returns when everything retired is sealed.</summary>
    /// <exception cref="ArchiveException">Unavailable: the archive is closing. Otherwise what sealing failed with; it is
    /// tried again in the background.</exception>
    public async Task SealAsync(CancellationToken cancel)
    {
        ObjectDisposedException.ThrowIf(Volatile.Read(ref _disposed) != 0, this);
        await _writer.RotateAsync().WaitAsync(cancel);
        await _sealer.DrainAsync().WaitAsync(cancel);
    }

    /// <summary>Completes when the files that are retired now are sealed.</summary>
    internal Task SettleAsync() => _sealer.DrainAsync();

    /// <summary>Reads everything that is kept and names what is not as it was recorded, down to positions that nothing
    /// accounts for. Reading and appending go on meanwhile.</summary>
    /// <param name="firstSequence">Where the log begins: 1, or later once old ledger has gone.</param>
    /// <param name="onBytes">Told of stored bytes as they are read.</param>
    /// <param name="wasRemoved">Of the name of a segment that has a root and is not there: whether its removal is on record.
    /// Null: nothing was ever removed.</param>
    public IAsyncEnumerable<VerifyFinding> VerifyAsync(
        CancellationToken cancel, long firstSequence = 1, Action<long>? onBytes = null, Func<string, bool>? wasRemoved = null) =>
        VerifyAsync(new VerifyWish { FirstSequence = firstSequence, OnBytes = onBytes, Trust = new LogTrust { WasRemoved = wasRemoved ?? (_ => false) } }, cancel);

    /// <summary>The same, of what is wished.</summary>
    public IAsyncEnumerable<VerifyFinding> VerifyAsync(VerifyWish wish, CancellationToken cancel) =>
        new LogVerifier(_state.Files, _spool, _segments, _heads.Folder, _state.Tail, wish).RunAsync(cancel);

    /// <summary>One segment, read whole and held against its marks.</summary>
    public IReadOnlyList<VerifyFinding> Verify(SegmentInfo segment, LogTrust trust, Action<long>? onBytes, CancellationToken cancel) =>
        _segments.Verify(segment, onBytes, cancel, trust);

    /// <summary>Signs a head over everything that is sealed.</summary>
    /// <param name="markedFrom">Entries from this position on carry the mark of the signer's log key.</param>
    /// <returns>null when the newest head says the same already.</returns>
    /// <exception cref="ArchiveException">Damaged: the heads that are there cannot be followed.</exception>
    public Task<SignedHead?> SignHeadAsync(IHeadSigner signer, long markedFrom, CancellationToken cancel)
    {
        // Asked before the roots: they are in the log before their file goes.
        var through = SealedThrough;
        return _heads.SignAsync(signer, through, after => ReadAsync(after, EntryKinds.Roots, cancel), markedFrom, _time, cancel);
    }

    /// <summary>How a sealed entry leads to a signed head.</summary>
    /// <returns>null while it is not sealed, no head was signed over it, or it was purged.</returns>
    public EntryProof? Prove(RecordId id) =>
        SegmentOf(id) is not null && _segments.Prove(id) is { Header: { } header } proof && _heads.Prove(SegmentCatalog.StemOf(proof.Segment)) is { } head
            ? new EntryProof(header, proof.Nonce, proof.Leaf, proof.Index, proof.EntryCount, proof.Path, head) : null;

    /// <summary>Everything that is kept, as it is now, for copying; appending goes on meanwhile.</summary>
    public ArchiveImage TakeImage() => ArchiveImage.Take(_state.Files, _spool, _segments, _heads.Folder, $"spool/{Lane}");

    /// <summary>Whether this log has that entry at its place.</summary>
    /// <returns>null when there is nothing at that place any more: it was purged.</returns>
    public async Task<bool?> HasAsync(LogAnchor entry, CancellationToken cancel)
    {
        if (entry.Sequence > DurableSequence) return false;
        await foreach (var found in ReadAsync(entry.Sequence - 1, EntryKinds.All, cancel))
            return found.Position.Sequence > entry.Sequence ? null : found.Id == entry.Id;
        return null;
    }

    public SegmentInfo? Current(string name) => _segments.Current(name);

    public long SealedThrough => _state.Files.All[0].Header.FirstSequence - 1;

    public SegmentInfo? SegmentOf(RecordId id)
    {
        // Asked first: a file that goes meanwhile makes the answer smaller than it could be, never wrong.
        var through = SealedThrough;
        return _segments.SegmentOf(id) is { } segment && segment.LastSequence <= through ? segment : null;
    }

    public IEnumerable<LogEntry> EntriesOf(SegmentInfo segment) => _segments.EntriesOf(segment);

    public IReadOnlyList<string> LostSegments => [.. _segments.Missing.Select(segment => segment.Name), .. _segments.Unreadable.Keys];

    public bool HasDamagedFiles => _state.Files.HasDamaged();

    /// <summary>Writes a segment again without some entries, of which position, id and leaf remain. The intent must be in the ledger before.</summary>
    /// <exception cref="ArchiveException">Damaged: an entry that is to stay cannot be read; nothing was changed.</exception>
    public SegmentInfo Rewrite(SegmentInfo segment, Func<LogEntry, bool> purge, CancellationToken cancel) =>
        _segments.Rewrite(segment, purge, cancel);

    public void Discard(string name) => _segments.Discard(name);

    /// <summary>A copy of this archive with its encrypted files as their plain bytes, to read.</summary>
    internal IDisk PlainOf(IDisk copy) => _encrypted is { } disk ? new EncryptedDisk(copy, disk.Keys) : copy;

    internal bool IsEncrypting => _encrypted is { Keys.Count: > 0 };

    public int? DestroyKeys() => _encrypted is { Keys.Count: > 0 } disk ? disk.Keys.Destroy(disk.Exists) : null;

    /// <summary>Removes a whole segment; its root stays in the ledger. The intent must be in the ledger before.</summary>
    public void Remove(SegmentInfo segment) => _segments.Remove(segment);

    /// <summary>Writes what waits, refuses what comes, and lets go of the lane. Sealing that is not done goes on at the next open.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0) return;
        await _timer.DisposeAsync();
        await Task.Run(Close);
    }

    private static Opening Open(ArchiveOptions options, IDisk disk, TimeProvider time, LogKey? key)
    {
        IDiskFile? held = null;
        try
        {
            KeysAtHand.Require(disk, options.Lane);
            var folder = new LogFiles(disk, options.Lane).Folder;
            DurableFile.EnsureFolder(disk, folder);
            held = disk.Open($"{folder}/lock", DiskMode.Lock);
            // A folder that a killed process made may not be durable yet.
            foreach (var parent in new[] { "", DurableFile.FolderOf(folder), folder }) disk.SyncDirectory(parent);
            var spool = new SpoolFolder(disk, $"spool/{options.Lane}");
            var segments = SegmentSet.Open(new FolderSegmentStore(disk, "segments"), options.Lane, key);
            var recovery = new LogRecovery(options, disk, spool, segments, time);
            var (state, report) = recovery.Run();
            return new Opening(held, spool, segments, state, recovery.Rooted, report);
        }
        catch (Exception error)
        {
            held?.Dispose();
            if (error is IOException) throw new ArchiveException(ArchiveFault.Unavailable, $"the log cannot be opened: {error.Message}", error);
            throw;
        }
    }

    private void LookForWork()
    {
        _writer.Wake();
        _sealer.Wake();
    }

    private void Close()
    {
        _sealer.Dispose();
        _writer.Dispose();
        _state.Tail.Close();
        foreach (var file in _state.Files.All) file.Dispose();
        _lock.Dispose();
    }

    private async Task<ArchiveContent> CopyInAsync(IReceivedContent foreign, CancellationToken cancel)
    {
        await using var writer = BeginContent();
        await using var source = foreign.OpenRead();
        var buffer = new byte[64 * 1024];
        for (int read; (read = await source.ReadAsync(buffer, cancel)) > 0;)
            await writer.WriteAsync(new(buffer.AsMemory(0, read)), cancel);
        var copy = (ArchiveContent)await writer.CompleteAsync(cancel);
        if (copy.Sha256.Span.SequenceEqual(foreign.Sha256.Span) && copy.LengthBytes == foreign.LengthBytes) return copy;
        await copy.DisposeAsync();
        throw new ArchiveException(ArchiveFault.Damaged, "the content's bytes do not have its SHA-256");
    }

    // The caller may reuse its memory; the newest entries stay in ours.
    private static ReadOnlyMemory<byte> Owned(ReadOnlyMemory<byte> payload) => payload.Length <= ActiveFormat.MaxPayloadBytes
        ? payload.ToArray()
        : throw new ArgumentException($"a payload of {payload.Length} bytes is over {ActiveFormat.MaxPayloadBytes}", nameof(payload));

    private static byte[] ClusterKeyOf(string key)
    {
        Span<byte> bytes = stackalloc byte[ActiveFormat.MaxClusterKeyBytes];
        Encoding.UTF8.GetEncoder().Convert(key, bytes, flush: true, out _, out var used, out _);
        return bytes[..used].ToArray();
    }

    private sealed class NoObserver : IArchiveObserver;
}
