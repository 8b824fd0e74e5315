using Recorder.Archive.Proofs;

namespace Recorder.Archive.Segments;

/// <summary>
/// The sealed segments of one lane. Any number of threads may read while one seals, rewrites or removes. In memory:
/// the manifest (some 150 bytes a segment) and two caches of fixed size, whatever the archive holds.
/// </summary>
internal sealed class SegmentSet
{
    private const int BlockCacheBytes = 32 * 1024 * 1024, FooterCacheBytes = 16 * 1024 * 1024;
    private readonly ISegmentStore _store;
    private readonly LruCache<BlockKey, byte[]> _blocks = new(BlockCacheBytes);
    private readonly LruCache<string, SegmentReader> _readers = new(FooterCacheBytes);
    private readonly Lock _writing = new();
    private readonly LogKey? _key;
    private volatile SegmentCatalog _catalog;

    private SegmentSet(ISegmentStore store, string lane, LogKey? key)
    {
        (_store, Lane, _key) = (store, lane, key);
        _catalog = SegmentOpening.Open(store, lane, name => SegmentReader.Open(store, name, _blocks).Info);
    }

    /// <param name="lane">1 to 64 of a-z, A-Z, 0-9, '_' and '-': it is part of object names.</param>
    /// <param name="key">Marks what is purged; null: the log has none.</param>
    public static SegmentSet Open(ISegmentStore store, string lane, LogKey? key = null)
    {
        if (lane.Length is 0 or > 64 || !lane.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_'))
            throw new ArgumentException($"'{lane}' cannot name a lane", nameof(lane));
        return new SegmentSet(store, lane, key);
    }

    public string Lane { get; }

    /// <summary>By first sequence.</summary>
    public IReadOnlyList<SegmentInfo> Segments => _catalog.Segments;

    /// <summary>Segments that were sealed and neither removed by us nor found at open.</summary>
    public IReadOnlyList<SegmentInfo> Missing => _catalog.Manifest.Missing;

    /// <summary>Stored segments of which nothing is known because their footer cannot be read: name and problem.</summary>
    public IReadOnlyDictionary<string, string> Unreadable => _catalog.Unreadable;

    /// <summary>The highest sealed sequence; 0 without segments.</summary>
    public long LastSequence => _catalog.LastSequence;

    /// <summary>
    /// Turns a retired active file into segments: one a UTC received day of mail, one for events and roots. When it
    /// returns they are durable and were read back whole. Doing it again finds what is there and adds what is not.
    /// </summary>
    /// <exception cref="ArchiveException">Damaged: the source's bytes, or what was read back, are wrong. The source must be kept.</exception>
    /// <exception cref="IOException">The disk failed or is full; sealing again later goes on from there.</exception>
    public IReadOnlyList<SegmentInfo> Seal(ISealSource source, CancellationToken cancel)
    {
        lock (_writing)
        {
            var drafts = SegmentDraft.From(source, Lane);
            var sealer = new SegmentSealer(_store, _catalog);
            var infos = drafts.Select(draft => sealer.Seal(draft, cancel)).ToList();
            var fresh = infos.Where(info => !ReferenceEquals(_catalog.Current(info.Name), info)).ToList();
            foreach (var info in fresh) _readers.Remove(info.Name);
            if (fresh.Count > 0) Publish(_catalog.With(fresh));
            return infos;
        }
    }

    /// <summary>Writes a segment again without some entries, of which only position, id and leaf remain. The root stays.</summary>
    /// <exception cref="ArchiveException">Damaged: an entry that is to stay cannot be read; nothing was changed.</exception>
    public SegmentInfo Rewrite(SegmentInfo segment, Func<LogEntry, bool> purge, CancellationToken cancel)
    {
        lock (_writing)
        {
            var current = _catalog.Current(segment.Name) ?? throw new ArchiveException(ArchiveFault.Missing, $"{segment.Name} is gone");
            var draft = SegmentRewrite.Plan(OpenReader(current), purge, _key);
            if (draft is not null)
            {
                // An unfinished attempt has the same root whatever it purged, so it cannot be taken up.
                _store.Delete(draft.Name.ToString());
                current = new SegmentSealer(_store, _catalog).Seal(draft, cancel);
                Publish(_catalog.With([current]));
            }
            DiscardGenerations(current.Name, keep: current.Name);
            return current;
        }
    }

    /// <summary>Deletes every generation of a segment but the present one; all where it was removed.</summary>
    public void Discard(string name)
    {
        lock (_writing) DiscardGenerations(name, _catalog.Current(name)?.Name);
    }

    /// <summary>Removes a whole segment; its intent must be durable in the ledger before. A missing one is no error.</summary>
    public void Remove(SegmentInfo segment)
    {
        lock (_writing)
        {
            Publish(_catalog.Without([SegmentCatalog.StemOf(segment.Name)]));
            DiscardGenerations(segment.Name, keep: null);
        }
    }

    /// <summary>What a segment holds, purged entries left out. Whoever rewrites or removes it must wait.</summary>
    /// <exception cref="ArchiveException">Missing, or Damaged, naming the entry.</exception>
    public IEnumerable<LogEntry> EntriesOf(SegmentInfo segment)
    {
        var current = _catalog.Current(segment.Name) ?? throw new ArchiveException(ArchiveFault.Missing, $"{segment.Name} is gone");
        var cursor = new SegmentCursor(OpenReader(current), 0, EntryKinds.All);
        while (cursor.MoveNext()) yield return cursor.Entry();
    }

    /// <summary>The segment that has the record, purged or not; null when none has.</summary>
    public SegmentInfo? SegmentOf(RecordId id) => WithCatalog(catalog => Locate(catalog, id)?.Reader.Info);

    /// <returns>null when no segment has the record, or it was purged.</returns>
    /// <exception cref="ArchiveException">Damaged: what is stored of it cannot be trusted.</exception>
    public LogEntry? Find(RecordId id) => WithCatalog(catalog =>
        Locate(catalog, id) is var (reader, row) && !row.Purged ? reader.Entry(row) : null);

    /// <summary>The exact bytes of a mail record; their digest is checked before the last of them is given.</summary>
    /// <exception cref="ArchiveException">Missing: no such record here, purged, or not mail. Damaged: also while reading large content.</exception>
    public Stream OpenContent(RecordId id) => WithCatalog(catalog =>
    {
        if (Locate(catalog, id) is not var (reader, row)) throw new ArchiveException(ArchiveFault.Missing, $"no record {id}");
        if (row.Purged) throw new ArchiveException(ArchiveFault.Missing, $"record {id} was removed");
        if (row.Kind != EntryKind.Mail) throw new ArchiveException(ArchiveFault.Missing, $"record {id} is no mail");
        return reader.OpenContent(row);
    });

    /// <summary>The entries after a sequence as sealed when the reading begins, in sequence order over all segments; purged ones are left out.</summary>
    /// <param name="onDamage">Told of entries that cannot be read, which are then left out; without it they end the reading.</param>
    /// <exception cref="ArchiveException">Damaged, naming the entry, unless <paramref name="onDamage"/> is given.</exception>
    public IEnumerable<LogEntry> Read(long afterSequence, EntryKinds kinds, Action<VerifyFinding>? onDamage = null)
    {
        var merge = new SegmentMerge(this, _catalog, afterSequence, kinds, onDamage);
        while (merge.Next() is { } entry) yield return entry;
    }

    /// <summary>Reads a whole segment and checks all of it; see <see cref="SegmentVerifier"/>.</summary>
    /// <param name="onBytes">Told of stored bytes as they are read, for progress against <see cref="SegmentInfo.StoredBytes"/>.</param>
    /// <param name="trust">By which entries are told from forged ones; null: what is stored is only held against itself.</param>
    public IReadOnlyList<VerifyFinding> Verify(SegmentInfo segment, Action<long>? onBytes, CancellationToken cancel, LogTrust? trust = null) =>
        SegmentVerifier.Verify(_store, _catalog.Current(segment.Name) ?? segment, onBytes, cancel, trust);

    /// <summary>The path that shows a record under its segment's root (RFC 9162 §2.1.3); null for an unknown one.</summary>
    public SegmentProof? Prove(RecordId id) => WithCatalog(catalog =>
        Locate(catalog, id) is var (reader, row) ? SegmentProof.Of(reader, row) : null);

    /// <summary>The sequences in a segment, ascending, purged ones too: for exact gap reports.</summary>
    public IEnumerable<long> SequencesOf(SegmentInfo segment)
    {
        var reader = OpenReader(segment);
        return Enumerable.Range(0, reader.Footer.Pages.Length).SelectMany(reader.Rows).Select(row => row.Sequence);
    }

    internal SegmentInfo? Current(string name) => _catalog.Current(name);

    internal SegmentReader OpenReader(SegmentInfo info) =>
        _readers.GetOrAdd(info.Name, () => SegmentReader.Open(_store, info.Name, _blocks), reader => reader.Footer.MemoryBytes);

    private (SegmentReader Reader, SegmentRow Row)? Locate(SegmentCatalog catalog, RecordId id)
    {
        ArchiveException? damage = null;
        foreach (var info in catalog.Around(id))
        {
            try
            {
                var reader = OpenReader(info);
                if (reader.Find(id) is { } row) return (reader, row);
            }
            catch (ArchiveException e) { damage ??= e; }
        }
        // "Not here" would be a guess while a segment that may hold it cannot be read.
        return damage is null ? null : throw damage;
    }

    /// <summary>A segment may be removed or replaced between look-up and reading; then the new catalog is asked again.</summary>
    private T WithCatalog<T>(Func<SegmentCatalog, T> read)
    {
        while (true)
        {
            var catalog = _catalog;
            try { return read(catalog); }
            catch (IOException) when (!ReferenceEquals(catalog, _catalog)) { }
            catch (FileNotFoundException e) { throw new ArchiveException(ArchiveFault.Missing, e.Message, e); }
            catch (IOException e) { throw new ArchiveException(ArchiveFault.Damaged, e.Message, e); }
        }
    }

    // The manifest is durable before readers see the change, and before anything it no longer names is deleted.
    private void Publish(SegmentCatalog next)
    {
        next.Manifest.Put(_store, Lane);
        _catalog = next;
    }

    private void DiscardGenerations(string name, string? keep)
    {
        foreach (var generation in _store.List($"{SegmentCatalog.StemOf(name)}.").Where(each => each != keep))
        {
            _store.Delete(generation);
            _readers.Remove(generation);
        }
    }
}
