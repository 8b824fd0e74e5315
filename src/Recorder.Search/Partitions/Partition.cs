using System.Globalization;
using Lucene.Net.Index;
using Lucene.Net.Search;
using Lucene.Net.Store;
using Lucene.Net.Util;
using Recorder.Search.Packing;

namespace Recorder.Search.Partitions;

/// <summary>
/// One Lucene index in a sub-folder. Active: takes documents. Closed: waits for its one merge. Merged: a reader only.
/// Callers hold the set's write lock, except for <see cref="MergeToOne"/>.
/// </summary>
internal sealed class Partition : IDisposable
{
    /// <summary>Larger segments are left as they are when what a bulk left is merged: that must not take longer than the bulk.</summary>
    private const double MaxSettledMegabytes = 64, AnySize = 1e9;

    private readonly System.Threading.Lock _gate = new();
    private readonly PartitionOptions _options;
    private readonly PackedDirectory _directory;

    // Merges neighbours only, so documents stay in append order.
    private readonly LogByteSizeMergePolicy _merges = new() { MaxMergeMBForForcedMerge = MaxSettledMegabytes };
    private PartitionTally _tally;
    private PartitionFacts _facts;
    private IndexWriter? _writer;
    private DirectoryReader _reader;
    private bool _isCommitted;
    private bool _isReplaced;
    private bool _isBehind; // the reader, behind what was written
    private bool _isDisposed;

    private Partition(string folder, PartitionOptions options, PartitionFacts facts, bool isCommitted)
    {
        (Folder, _options) = (folder, options);
        _directory = facts.Merged ? PartitionFiles.Kept(folder, options) : PartitionFiles.Fresh(folder, options);
        (_facts, _isCommitted) = (facts, isCommitted);
        _tally = new PartitionTally(_facts);
        IsFinal = _facts.Merged;
        _writer = _facts.Merged ? null : PartitionFiles.OpenWriter(_directory, _merges, options);
        if (_facts.Merged) DeleteUnused();
        _reader = _writer is null ? DirectoryReader.Open(_directory) : DirectoryReader.Open(_writer, applyAllDeletes: true);
    }

    public string Folder { get; }

    public int Number => IndexFolder.NumberOf(Folder);

    /// <summary>What is missing in the index; goes with the next commit.</summary>
    public IReadOnlyList<IndexGap> Gaps { get; set; } = [];

    /// <summary>Facts as of now, uncommitted documents included.</summary>
    public PartitionFacts Facts => _facts.Closed ? _facts : _tally.Facts();

    public long Documents => _tally.Documents;

    public bool AwaitsMerge => _facts is { Closed: true, Merged: false };

    /// <summary>Is merged, or is about to be: takes no replacements either. Callers set it with the merge.</summary>
    public bool IsFinal { get; private set; }

    public void MakeFinal() => IsFinal = true;

    /// <inheritdoc cref="PackedDirectory.IsBulk"/>
    public bool IsBulk
    {
        set => _directory.IsBulk = value;
    }

    /// <summary>The newest reader; acquire it under the same lock as the call that made it.</summary>
    public DirectoryReader Reader => _reader;

    public static string FolderName(int number) => "p" + number.ToString("D8", CultureInfo.InvariantCulture);

    /// <param name="after">Where the partitions before it have come.</param>
    public static Partition Create(string folder, PartitionOptions options, IReadOnlyDictionary<string, long> through, IReadOnlyDictionary<string, long> after) =>
        new(folder, options, PartitionFacts.Empty(options.Format, through, after), isCommitted: false);

    public static Partition Open(string folder, PartitionOptions options, PartitionFacts committed) => new(folder, options, committed, isCommitted: true);

    /// <summary>Adds, or replaces where the record may be here already.</summary>
    public void Write(in RecordKey key, IEnumerable<IIndexableField> document)
    {
        if (_tally.IsNew(key)) _writer!.AddDocument(document);
        else _writer!.UpdateDocument(RecordFields.TermOf(key.Id), document);
        _tally.Include(key);
        _isBehind = true;
    }

    /// <summary>False for a position behind all others of its lane: such a record cannot be here yet.</summary>
    public bool MayHold(in RecordKey key) => !_tally.IsNew(key);

    /// <summary>Another document for a record that is here.</summary>
    public void Replace(in RecordKey key, IEnumerable<IIndexableField> document)
    {
        _writer!.UpdateDocument(RecordFields.TermOf(key.Id), document);
        _isReplaced = true;
        _isCommitted = false;
    }

    /// <summary>Whether the newest reader holds this record.</summary>
    public bool Contains(string id) => _reader.DocFreq(RecordFields.TermOf(id)) > 0;

    /// <summary>Whether it has a document that was not taken out, as of now.</summary>
    public bool HoldsLive(string id)
    {
        if (FindsLive(id)) return true;
        if (!_isBehind) return false;
        Refresh();
        return FindsLive(id);
    }

    /// <summary>A reader over everything written so far.</summary>
    public void Refresh()
    {
        if (_writer is null || (_facts.Closed && !_isReplaced)) return;
        _isReplaced = _isBehind = false;
        if (DirectoryReader.OpenIfChanged(_reader, _writer, applyAllDeletes: true) is { } newer) Replace(newer);
    }

    /// <param name="attached">How far attachments were read, within <paramref name="through"/>.</param>
    public void Commit(IReadOnlyDictionary<string, long> through, IReadOnlyDictionary<string, long> attached)
    {
        lock (_gate)
        {
            if (_writer is null || (_facts.Closed && _isCommitted)) return;
            var facts = _facts.Closed ? _facts : _tally.Facts() with { Through = through, Gaps = Gaps, Attached = attached };
            _writer.SetCommitData(facts.ToCommitData());
            _writer.Commit();
            _facts = facts;
            _tally = new PartitionTally(facts);
            _isCommitted = true;
        }
    }

    /// <summary>No more documents. The position map stays the last committed one: later documents are not durable yet.</summary>
    public void Close()
    {
        Refresh();
        lock (_gate)
        {
            _facts = _tally.Facts() with { Closed = true };
            _isCommitted = false;
        }
    }

    /// <summary>Merges neighbouring segments that are not large yet; needs no lock, runs beside everything else.</summary>
    public void MergeSmall() => _writer?.ForceMerge(1);

    /// <summary>Merges a closed partition into one segment, durably; needs no lock, runs beside searches and commits.</summary>
    public void MergeToOne()
    {
        _merges.MaxMergeMBForForcedMerge = AnySize;
        _writer?.ForceMerge(1);
        lock (_gate)
        {
            if (_isDisposed || _writer is null) return;
            _writer.SetCommitData((_facts with { Merged = true }).ToCommitData());
            _writer.Commit();
            _isCommitted = true; // or a commit before the merge is finished would call it unmerged again
        }
    }

    /// <summary>After <see cref="MergeToOne"/>: lets go of the writer and reads the one segment.</summary>
    public void FinishMerge()
    {
        lock (_gate)
        {
            if (_isDisposed || _writer is null) return;
            _writer.Dispose();
            (_facts, _writer, _isCommitted) = (_facts with { Merged = true }, null, true);
            IsFinal = true;
            _isReplaced = _isBehind = false;
            Replace(DirectoryReader.Open(_directory));
        }
    }

    /// <summary>
    /// After <see cref="FinishMerge"/>: deletes the segments from before. A writer leaves what its readers have open to the next
    /// writer; a merged partition has no next one, and would take twice its size for good. Whoever still reads has the files open.
    /// </summary>
    public void DeleteUnused()
    {
        lock (_gate)
            if (!_isDisposed && _writer is null) PartitionFiles.OpenWriter(_directory, NoMergePolicy.NO_COMPOUND_FILES, _options).Dispose();
    }

    /// <summary>Documents that were taken out and whose bytes are still there.</summary>
    public int RemovedDocuments => _reader.NumDeletedDocs;

    /// <summary>The writer, through which documents are taken out; opened again where the partition is only read otherwise.</summary>
    public IndexWriter OpenForRemoval()
    {
        lock (_gate) return _writer ??= PartitionFiles.OpenWriter(_directory, new LogByteSizeMergePolicy(), _options);
    }

    /// <summary>Makes it durable and visible. What was added since the last commit keeps the map of before: it is replayed after a crash.</summary>
    /// <param name="attached">How far attachments were read, within <paramref name="through"/>.</param>
    public void FinishRemoval(IReadOnlyDictionary<string, long> through, IReadOnlyDictionary<string, long> attached)
    {
        _isCommitted = false;
        Commit(through, attached);
        lock (_gate)
        {
            _isReplaced = _isBehind = false;
            if (!_facts.Merged)
            {
                Replace(DirectoryReader.Open(_writer!, applyAllDeletes: true));
                return;
            }
            _writer!.Dispose();
            _writer = null;
            Replace(DirectoryReader.Open(_directory));
        }
    }

    /// <summary>Lets go without committing: what was not committed is replayed by the follower.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            if (_isDisposed) return;
            _isDisposed = true;
            _reader.DecRef();
            _writer?.Rollback();
            _directory.Dispose();
        }
    }

    private bool FindsLive(string id)
    {
        var record = RecordFields.TermOf(id);
        foreach (var leaf in _reader.Leaves)
            if (leaf.AtomicReader.GetTermDocsEnum(record) is { } found && found.NextDoc() != DocIdSetIterator.NO_MORE_DOCS) return true;
        return false;
    }

    private void Replace(DirectoryReader newer)
    {
        var older = _reader;
        _reader = newer;
        older.DecRef();
    }
}
