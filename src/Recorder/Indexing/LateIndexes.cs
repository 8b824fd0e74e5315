using System.Collections;
using Recorder.Search;

namespace Recorder.Indexing;

/// <summary>
/// Opens something when it is first asked for. After a kill an index is checked byte for byte before it is believed, and mail
/// is not kept waiting for that: the first to ask are the followers, on threads of their own. A failure is tried again.
/// </summary>
internal sealed class Late<T>(Func<T> open) : IDisposable where T : class, IDisposable
{
    private readonly Lock gate = new();
    private volatile T? opened;
    private bool closed;

    public T Value => opened ?? Open();

    public bool IsOpen => opened is not null;

    public void Dispose()
    {
        lock (gate)
        {
            closed = true;
            opened?.Dispose();
        }
    }

    private T Open()
    {
        lock (gate)
        {
            ObjectDisposedException.ThrowIf(closed, typeof(T));
            return opened ??= open();
        }
    }
}

/// <summary>The mail index, opened by its first use; searches that come meanwhile wait.</summary>
internal sealed class LateMailIndex(Func<MailIndex> open) : IMailIndex, IAttachmentIndex
{
    private readonly Late<MailIndex> index = new(open);

    public IReadOnlyDictionary<string, long> Checkpoint => index.Value.Checkpoint;

    public long DocumentCount => index.Value.DocumentCount;

    public void Add(IReadOnlyList<SearchDocument> documents) => index.Value.Add(documents);

    public void Refresh(IReadOnlyDictionary<string, long> through) => index.Value.Refresh(through);

    public void Commit(IReadOnlyDictionary<string, long> through) => index.Value.Commit(through);

    public void AddMissing(IReadOnlyList<SearchDocument> documents) => index.Value.AddMissing(documents);

    public void CommitMissing() => index.Value.CommitMissing();

    public void Settle() => index.Value.Settle();

    public IReadOnlyList<IndexGap> Gaps => index.IsOpen ? index.Value.Gaps : [];

    public IIndexRebuild BeginRebuild(IndexGap gap) => index.Value.BeginRebuild(gap);

    public int CheckBytes(CancellationToken cancel) => index.Value.CheckBytes(cancel);

    public void MarkPresent(string lane, long after, BitArray present) => index.Value.MarkPresent(lane, after, present);

    public SearchPage Search(SearchRequest request, CancellationToken cancel = default) => index.Value.Search(request, cancel);

    public SearchHit? Find(string id, IReadOnlyList<OwnerScope>? scope, DateTimeOffset? notBefore) => index.Value.Find(id, scope, notBefore);

    public long Remove(string lane, long firstSequence, long lastSequence, Func<string, bool> isGone) => index.Value.Remove(lane, firstSequence, lastSequence, isGone);

    public void Expunge(CancellationToken cancel = default) => index.Value.Expunge(cancel);

    public long AttachedThrough(string lane) => index.Value.AttachedThrough(lane);

    public bool Attach(IReadOnlyList<SearchDocument> documents, string lane, long after, long through) => index.Value.Attach(documents, lane, after, through);

    public bool AwaitsAttachments(string id, string lane, long sequence) => index.Value.AwaitsAttachments(id, lane, sequence);

    public void ShowAttached() => index.Value.ShowAttached();

    public void CommitAttached() => index.Value.CommitAttached();

    public void Dispose() => index.Dispose();
}

/// <summary>The event index, likewise.</summary>
internal sealed class LateEventIndex(Func<IEventIndex> open) : IEventIndex
{
    private readonly Late<IEventIndex> index = new(open);

    public IReadOnlyDictionary<string, long> Checkpoint => index.Value.Checkpoint;

    public void Add(IReadOnlyList<EventDocument> documents) => index.Value.Add(documents);

    public void Refresh(IReadOnlyDictionary<string, long> through) => index.Value.Refresh(through);

    public void Commit(IReadOnlyDictionary<string, long> through) => index.Value.Commit(through);

    public EventPage Search(EventQuery query, CancellationToken cancel = default) => index.Value.Search(query, cancel);

    public void Dispose() => index.Dispose();
}
