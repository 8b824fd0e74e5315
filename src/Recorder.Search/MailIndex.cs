using System.Collections;
using Recorder.Search.Documents;
using Recorder.Search.Matching;
using Recorder.Search.Paging;
using Recorder.Search.Partitions;
using Recorder.Search.Querying;

namespace Recorder.Search;

/// <summary>
/// The mail index on Lucene, in partitions that follow the order of the log. Everything in it can be rebuilt from the mail:
/// a folder that is missing, damaged or of another format starts empty, with an empty checkpoint.
/// </summary>
public sealed class MailIndex : IMailIndex, IAttachmentIndex
{
    /// <summary>Totals are exact up to here.</summary>
    public const int ExactTotal = 10_000;

    /// <summary>Of so many hits, the newest, the best come first when the best match is asked for; then of the next so many.</summary>
    public const int RankedBlock = 500;

    private readonly PartitionSet _partitions;
    private readonly MailIndexOptions _options;
    private readonly TimeProvider _time;
    private readonly MailDocuments _documents = new();

    private MailIndex(PartitionSet partitions, MailIndexOptions options, TimeProvider time) =>
        (_partitions, _options, _time) = (partitions, options, time);

    /// <summary>Opens or creates the index; one process at a time.</summary>
    /// <exception cref="IOException">Another process has it open, or the disk refuses.</exception>
    public static MailIndex Open(string folder, MailIndexOptions options, TimeProvider time)
    {
        var layout = new PartitionOptions(MailFields.FormatVersion, options.PartitionDocuments, options.RamBufferMegabytes, FillsGaps: true)
        {
            Disk = options.Disk, AwaitsAttachments = options.AwaitsAttachments,
        };
        return new MailIndex(PartitionSet.Open(folder, layout), options, time);
    }

    /// <summary>What was found damaged or of another format at opening, and deleted; null where nothing was.</summary>
    public string? LostAtOpening => _partitions.LostAtOpening;

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, long> Checkpoint => _partitions.Checkpoint;

    /// <inheritdoc/>
    public long DocumentCount
    {
        get
        {
            using var snapshot = _partitions.Acquire();
            return snapshot.Views.Sum(view => (long)view.Reader.NumDocs);
        }
    }

    internal PartitionSet Partitions => _partitions;

    /// <inheritdoc/>
    public void Add(IReadOnlyList<SearchDocument> documents) =>
        _partitions.Write(documents, MailDocuments.KeyOf, _documents.Build, isBulk: !documents.Any(mail => mail.IsAwaited));

    /// <inheritdoc/>
    public void AddMissing(IReadOnlyList<SearchDocument> documents) => _partitions.WriteMissing(documents, MailDocuments.KeyOf, _documents.Build);

    /// <inheritdoc/>
    public void CommitMissing() => _partitions.CommitMissing();

    /// <inheritdoc/>
    public long AttachedThrough(string lane) => _partitions.AttachedThrough(lane);

    /// <inheritdoc/>
    public bool Attach(IReadOnlyList<SearchDocument> documents, string lane, long after, long through) =>
        _partitions.Attach(documents, MailDocuments.KeyOf, _documents.Build, new(lane, after, through));

    /// <inheritdoc/>
    public bool AwaitsAttachments(string id, string lane, long sequence) => _partitions.Awaits(new RecordKey(id, lane, sequence, Order: 0));

    /// <inheritdoc/>
    public void ShowAttached() => _partitions.RefreshAttached();

    /// <inheritdoc/>
    public void CommitAttached() => _partitions.CommitAttached();

    /// <inheritdoc/>
    public void Refresh(IReadOnlyDictionary<string, long> through) => _partitions.Refresh(through);

    /// <inheritdoc/>
    public void Commit(IReadOnlyDictionary<string, long> through) => _partitions.Commit(through);

    /// <inheritdoc/>
    public void Settle() => _partitions.Settle();

    /// <inheritdoc/>
    public IReadOnlyList<IndexGap> Gaps => _partitions.Gaps;

    /// <inheritdoc/>
    public IIndexRebuild BeginRebuild(IndexGap gap) => new Rebuild(_partitions.BeginRebuild(gap));

    /// <inheritdoc/>
    public int CheckBytes(CancellationToken cancel) => _partitions.CheckMerged(cancel);

    /// <inheritdoc/>
    public void MarkPresent(string lane, long after, BitArray present) => _partitions.MarkPresent(lane, after, present);

    /// <inheritdoc/>
    public SearchPage Search(SearchRequest request, CancellationToken cancel = default) => _partitions.Read(
        snapshot => new MailSearch(snapshot, request, _options, _time.GetUtcNow(), _partitions.Gaps, cancel).Run());

    /// <inheritdoc/>
    public SearchHit? Find(string id, IReadOnlyList<OwnerScope>? scope, DateTimeOffset? notBefore)
    {
        if (id.Length > MailFields.MaxKeywordChars) return null;
        var record = new Word(RecordFields.Id, DenseTerms.OfId(id));
        return _partitions.Read(snapshot =>
        {
            foreach (var view in snapshot.Views.Reverse())
                if (UnreadablePartitionException.Guard(view, () => DocumentOf(record, view)) is { } document)
                    return UnreadablePartitionException.Guard(view, () => MailHits.Read(view.Reader, document, scope, notBefore));
            return null;
        });
    }

    private static int? DocumentOf(Word record, PartitionView view)
    {
        foreach (var segment in view.Reader.Leaves.Reverse())
            if (record.In(new Segment(segment)) is { } found && found.Advance(0) is < Candidates.End and var document) return segment.DocBase + document;
        return null;
    }

    /// <inheritdoc/>
    public long Remove(string lane, long firstSequence, long lastSequence, Func<string, bool> isGone) =>
        _partitions.Remove(lane, new SequenceRange(firstSequence, lastSequence), MailHits.IdOf, isGone);

    /// <inheritdoc/>
    public void Expunge(CancellationToken cancel = default) => _partitions.Expunge(cancel);

    private sealed class Rebuild(PartitionRebuild partition) : IIndexRebuild
    {
        private readonly MailDocuments _documents = new();

        public void Add(IReadOnlyList<SearchDocument> documents) => partition.Write(documents, MailDocuments.KeyOf, _documents.Build);

        public void Finish() => partition.Finish();

        public void Dispose() => partition.Dispose();
    }

    /// <summary>Lets go without committing: what was not committed is replayed by the follower.</summary>
    public void Dispose() => _partitions.Dispose();
}
