using System.Collections.Immutable;
using Recorder.Ledger;
using Recorder.Search;

namespace Recorder.Tests.Fakes;

/// <summary>
/// A mail index that finds by a word of subject or text or by a Message-ID, newest first. Like the real one it shows nothing before
/// Refresh, and a "crash" (a new instance over <see cref="Committed"/>) forgets what was not committed.
/// </summary>
internal sealed class InMemoryMailIndex : IMailIndex
{
    private readonly Lock gate = new();
    private ImmutableDictionary<string, SearchDocument> added = ImmutableDictionary<string, SearchDocument>.Empty;
    private ImmutableDictionary<string, SearchDocument> visible = ImmutableDictionary<string, SearchDocument>.Empty;
    private IReadOnlyDictionary<string, long> visibleThrough = ImmutableDictionary<string, long>.Empty;

    public InMemoryMailIndex(InMemoryMailIndex? survivor = null)
    {
        if (survivor is not null)
        {
            (added, Checkpoint) = (survivor.Committed, survivor.Checkpoint);
            visible = Committed = added;
        }
    }

    public ImmutableDictionary<string, SearchDocument> Committed { get; private set; } = ImmutableDictionary<string, SearchDocument>.Empty;

    public ImmutableDictionary<string, SearchDocument> Visible => visible;

    public IReadOnlyDictionary<string, long> Checkpoint { get; private set; } = ImmutableDictionary<string, long>.Empty;

    /// <summary>The next Add throws this.</summary>
    public Exception? NextAddFails { get; set; }

    /// <summary>Ids in the order of their adding, repetitions too.</summary>
    public List<string> AddOrder { get; } = [];

    public long DocumentCount => visible.Count;

    public void Add(IReadOnlyList<SearchDocument> documents)
    {
        lock (gate)
        {
            if (NextAddFails is { } failure)
            {
                NextAddFails = null;
                throw failure;
            }

            AddOrder.AddRange(documents.Select(document => document.Id));
            added = added.SetItems(documents.Select(document => KeyValuePair.Create(document.Id, document)));
        }
    }

    public void Refresh(IReadOnlyDictionary<string, long> through)
    {
        lock (gate)
        {
            (visible, visibleThrough) = (added, through);
        }
    }

    public void Commit(IReadOnlyDictionary<string, long> through)
    {
        lock (gate)
        {
            (Committed, Checkpoint) = (added, through);
        }
    }

    public void AddMissing(IReadOnlyList<SearchDocument> documents)
    {
        Add(documents);
        Refresh(visibleThrough);
    }

    public void CommitMissing() => Commit(Checkpoint);

    public void MarkPresent(string lane, long after, System.Collections.BitArray present)
    {
        foreach (var document in visible.Values.Where(document => document.Lane == lane && document.Sequence > after && document.Sequence - after <= present.Length))
        {
            present[(int)(document.Sequence - after - 1)] = true;
        }
    }

    public SearchPage Search(SearchRequest request, CancellationToken cancel = default)
    {
        var words = request.Query.Replace("is:hidden", "", StringComparison.Ordinal).Trim();
        var hits = visible.Values
            .Where(document => request.MessageId is not { } id || document.MessageId == id.Trim('<', '>'))
            .Where(document => (request.From is not { } from || document.ReceivedAt >= from) && (request.Until is not { } until || document.ReceivedAt < until))
            .Where(document => document.Subject.Contains(words, StringComparison.OrdinalIgnoreCase)
                || document.Text.Contains(words, StringComparison.OrdinalIgnoreCase))
            .Select(document => Hit(document, request.Scope, request.NotBefore))
            .OfType<SearchHit>()
            .Where(hit => IsListed(hit, request.Marks, words != request.Query))
            .OrderByDescending(hit => hit.ReceivedAt).ThenByDescending(hit => hit.Sequence)
            .ToList();
        var skip = request.Cursor is null ? 0 : int.Parse(request.Cursor);
        var page = hits.Skip(skip).Take(request.Limit).ToList();
        var next = skip + page.Count < hits.Count ? (skip + page.Count).ToString() : null;
        return new SearchPage(page, next, hits.Count, true, [], visibleThrough);
    }

    public SearchHit? Find(string id, IReadOnlyList<OwnerScope>? scope, DateTimeOffset? notBefore) =>
        visible.TryGetValue(id, out var document) ? Hit(document, scope, notBefore) : null;

    public long Remove(string lane, long firstSequence, long lastSequence, Func<string, bool> isGone)
    {
        lock (gate)
        {
            var gone = visible.Values.Where(document => document.Lane == lane && document.Sequence >= firstSequence && document.Sequence <= lastSequence && isGone(document.Id))
                .Select(document => document.Id).ToList();
            (added, visible, Committed) = (added.RemoveRange(gone), visible.RemoveRange(gone), Committed.RemoveRange(gone));
            return gone.Count;
        }
    }

    public void Expunge(CancellationToken cancel = default)
    {
    }

    public void Dispose()
    {
    }

    private static bool IsListed(SearchHit hit, IRecordMarks? marks, bool wantsHidden) => marks is null
        || (!marks.Of(RecordMarkNames.Unlisted, null).Contains(hit.Id)
            && hit.Addresses.All(address => marks.Of(RecordMarkNames.Hidden, address).Contains(hit.Id)) == wantsHidden);

    private static SearchHit? Hit(SearchDocument document, IReadOnlyList<OwnerScope>? scope, DateTimeOffset? notBefore)
    {
        var own = document.Owners.Where(owner => scope is null || scope.Any(part => part.Address == owner
            && (part.From is not { } from || document.ReceivedAt >= from) && (part.Until is not { } until || document.ReceivedAt < until)
            && !((document.KeptSince ?? document.ReceivedAt) < part.Kept?.Of(document.Dispositions[owner])))).ToList();
        return own.Count == 0 || document.ReceivedAt < notBefore ? null : new SearchHit(
            document.Id, document.Lane, document.Sequence, document.ReceivedAt, own, document.Dispositions[own[0]], document.Subject,
            document.From, document.To, document.Summary, document.AttachmentNames.Count > 0, document.SizeBytes);
    }
}

/// <summary>An event index over a list.</summary>
internal sealed class InMemoryEventIndex : IEventIndex
{
    private readonly Lock gate = new();
    private ImmutableSortedDictionary<string, EventDocument> added = ImmutableSortedDictionary<string, EventDocument>.Empty;
    private ImmutableSortedDictionary<string, EventDocument> visible = ImmutableSortedDictionary<string, EventDocument>.Empty;

    public IReadOnlyDictionary<string, long> Checkpoint { get; private set; } = ImmutableDictionary<string, long>.Empty;

    public IReadOnlyList<EventDocument> All => [.. visible.Values];

    public void Add(IReadOnlyList<EventDocument> documents)
    {
        lock (gate)
        {
            added = added.SetItems(documents.Select(document => KeyValuePair.Create(document.Id, document)));
        }
    }

    public void Refresh(IReadOnlyDictionary<string, long> through) => visible = added;

    public void Commit(IReadOnlyDictionary<string, long> through) => Checkpoint = through;

    public EventPage Search(EventQuery query, CancellationToken cancel = default)
    {
        var found = visible.Values
            .Where(document => query.RecordId is null || document.RecordId == query.RecordId)
            .Where(document => query.Mailbox is null || document.Mailbox == query.Mailbox)
            .Where(document => query.Actor is null || document.Actor == query.Actor)
            .Where(document => query.Type is null || document.Type == query.Type)
            .Where(document => (query.From is null || document.At >= query.From) && (query.Until is null || document.At < query.Until))
            .OrderBy(document => document.At).ThenBy(document => document.Sequence)
            .ToList();
        if (!query.OldestFirst)
        {
            found.Reverse();
        }

        var skip = query.Cursor is null ? 0 : int.Parse(query.Cursor);
        var page = found.Skip(skip).Take(query.Limit).ToList();
        return new EventPage(page, skip + page.Count < found.Count ? (skip + page.Count).ToString() : null);
    }

    public void Dispose()
    {
    }
}
