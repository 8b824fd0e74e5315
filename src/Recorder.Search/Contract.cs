using System.Collections;

namespace Recorder.Search;

/// <summary>What never changes about a record, ready to be indexed. Later states are not in the index.</summary>
/// <param name="Id">Record id, 36 characters.</param>
/// <param name="Lane">With <paramref name="Sequence"/>: the record's position in the log.</param>
/// <param name="Owners">Normalised local envelope addresses: the only thing that grants sight.</param>
/// <param name="Dispositions">Owner → first disposition code (e.g. <c>deliver</c>, <c>held.spam</c>, <c>journal</c>).</param>
/// <param name="Text">Cut at 4 MB by the reader.</param>
/// <param name="KeptSince">What retention counts from; null where that is <paramref name="ReceivedAt"/>.</param>
public sealed record SearchDocument(
    string Id, string Lane, long Sequence, DateTimeOffset ReceivedAt,
    IReadOnlyList<string> Owners, IReadOnlyDictionary<string, string> Dispositions, string ReversePath,
    string Subject, string From, string To, string Cc, string MessageId, string ListId,
    string Text, string Summary, IReadOnlyList<string> AttachmentNames, long SizeBytes, DateTimeOffset? KeptSince = null)
{
    /// <summary>Media types of the attachments, in the order of their names; empty where unknown.</summary>
    public IReadOnlyList<string> AttachmentTypes { get; init; } = [];

    /// <summary>Fields of the outermost header as written and decoded, in order.</summary>
    public IReadOnlyList<SearchHeader> Headers { get; init; } = [];

    /// <summary>What stands in the attachments, as far as it is known yet.</summary>
    public string AttachedText { get; init; } = "";

    public AttachmentGaps Gaps { get; init; }

    /// <summary>Somebody may look for it as soon as it is here. Not so for what an import brings: that is shown with the rest of it.</summary>
    public bool IsAwaited { get; init; } = true;
}

/// <summary>Why the index knows less of a message's attachments than they say.</summary>
[Flags]
public enum AttachmentGaps
{
    None = 0,

    /// <summary>Their turn has not come yet.</summary>
    Waiting = 1,

    /// <summary>One needs a password.</summary>
    Encrypted = 2,

    /// <summary>One is broken, or not what it says it is.</summary>
    Unreadable = 4,

    /// <summary>A limit (of size, number or characters) cut the reading short.</summary>
    Cut = 8,

    /// <summary>Reading one took more time or memory than it may.</summary>
    TooCostly = 16,
}

public readonly record struct SearchHeader(string Name, string Value);

/// <summary>One address whose mail the reader may see, in the time it belonged to the reader. Both ends optional; until is exclusive.</summary>
/// <param name="Kept">Where this address has another term than <see cref="SearchRequest.NotBefore"/> says; null where that is all.</param>
public sealed record OwnerScope(string Address, DateTimeOffset? From = null, DateTimeOffset? Until = null, KeptBounds? Kept = null);

/// <summary>From when on mail must be kept to be in sight of one address; null bounds nothing.</summary>
/// <param name="ByDisposition">First dispositions with a bound of their own.</param>
public sealed record KeptBounds(DateTimeOffset? NotBefore, IReadOnlyDictionary<string, DateTimeOffset?> ByDisposition)
{
    public DateTimeOffset? Of(string disposition) => ByDisposition.TryGetValue(disposition, out var own) ? own : NotBefore;
}

/// <param name="Scope">Empty sees nothing. Null is the administrator's view of all records and must be logged by the caller.</param>
/// <param name="Cursor">From the previous page; null starts at the newest.</param>
/// <param name="NotBefore">Records kept since an earlier time have expired and are unfindable.</param>
/// <param name="Zone">The reader's time zone, for days in queries.</param>
/// <param name="MessageId">Beside the query: exactly this one, whatever characters it has; with or without angle brackets.</param>
/// <param name="From">Beside the query: received at or after.</param>
/// <param name="Until">Beside the query: received before.</param>
public sealed record SearchRequest(
    IReadOnlyList<OwnerScope>? Scope, string Query, int Limit = 50, string? Cursor = null,
    DateTimeOffset? NotBefore = null, TimeZoneInfo? Zone = null, string? MessageId = null, DateTimeOffset? From = null, DateTimeOffset? Until = null)
{
    /// <summary>Later states; null knows none, and hides nothing.</summary>
    public IRecordMarks? Marks { get; init; }

    public HitOrder Order { get; init; }

    /// <summary>Count what the hits could be narrowed by; on the first page only.</summary>
    public bool WithFacets { get; init; }
}

public enum HitOrder
{
    Newest,

    /// <summary>Best match first, in blocks of the newest <see cref="MailIndex.RankedBlock"/> hits.</summary>
    Best,
}

/// <summary>One outermost part of a query as it was understood.</summary>
/// <param name="Operator">The English name of the operator; null for words and groups.</param>
/// <param name="Value">As typed, with its quotes.</param>
/// <param name="Without">The query without this part.</param>
public sealed record QueryPart(string? Operator, string Value, bool IsNegated, string Without);

/// <summary>One value that the hits could be narrowed to.</summary>
/// <param name="Kind">sender, month, state or has.</param>
/// <param name="Clause">What, put before the query, narrows it: the total then is <paramref name="Count"/>.</param>
/// <param name="IsExact">False: "more than <paramref name="Count"/>".</param>
public sealed record Facet(string Kind, string Value, string Clause, long Count, bool IsExact);

/// <param name="Addresses">Those of the reader's own addresses that the envelope named.</param>
/// <param name="Disposition">First disposition for the first of them.</param>
public sealed record SearchHit(
    string Id, string Lane, long Sequence, DateTimeOffset ReceivedAt, IReadOnlyList<string> Addresses, string Disposition,
    string Subject, string From, string To, string Summary, bool HasAttachment, long SizeBytes)
{
    public AttachmentGaps Gaps { get; init; }
}

/// <param name="Next">Null on the last page.</param>
/// <param name="Total">Exact up to 10,000.</param>
/// <param name="TotalIsExact">False: "more than <paramref name="Total"/>".</param>
/// <param name="Hints">Closed codes with the text they concern, e.g. <c>unknown-operator:colour</c>.</param>
/// <param name="IndexedThrough">Lane → last sequence visible in this answer.</param>
public sealed record SearchPage(
    IReadOnlyList<SearchHit> Items, string? Next, long Total, bool TotalIsExact,
    IReadOnlyList<string> Hints, IReadOnlyDictionary<string, long> IndexedThrough)
{
    public IReadOnlyList<QueryPart> Understood { get; init; } = [];

    /// <summary>Empty where none were asked for.</summary>
    public IReadOnlyList<Facet> Facets { get; init; } = [];

    /// <summary>Finds the words of the query in texts of the hits.</summary>
    public Highlighter Highlighter { get; init; } = Highlighter.None;
}

/// <summary>The mail index: one document a record. Safe for one writer and many readers at once.</summary>
public interface IMailIndex : IDisposable
{
    /// <summary>Lane → last sequence that survives a crash.</summary>
    IReadOnlyDictionary<string, long> Checkpoint { get; }

    /// <summary>Adds or replaces by id; visible after <see cref="Refresh"/>.</summary>
    void Add(IReadOnlyList<SearchDocument> documents);

    /// <summary>Makes everything added so far findable, up to this position map.</summary>
    void Refresh(IReadOnlyDictionary<string, long> through);

    /// <summary>Makes it survive a crash, with the position map in the same commit.</summary>
    void Commit(IReadOnlyDictionary<string, long> through);

    /// <summary>
    /// Adds, and shows at once, what somebody beside the follower found missing; with nothing to add it shows what was added so
    /// far. What the follower must hear (that the newest partition is filled anew) is kept for its next call.
    /// </summary>
    void AddMissing(IReadOnlyList<SearchDocument> documents);

    /// <summary>Makes that survive a crash; the position map stays what it is.</summary>
    void CommitMissing();

    /// <summary>After a bulk: merges the many small pieces it left, and returns when that is durable. Anything else goes on meanwhile.</summary>
    void Settle() { }

    /// <summary>What is missing as a whole, oldest first; see <see cref="IndexGap"/>.</summary>
    IReadOnlyList<IndexGap> Gaps => [];

    /// <summary>An empty partition for the gap, beside everything else. One at a time.</summary>
    IIndexRebuild BeginRebuild(IndexGap gap) => throw new NotSupportedException();

    /// <summary>Reads every byte of what is not written any more; a damaged partition becomes a gap.</summary>
    /// <returns>How many did.</returns>
    int CheckBytes(CancellationToken cancel) => 0;

    /// <summary>Sets the bits of those sequences behind <paramref name="after"/> that can be found; the first bit is the next sequence.</summary>
    void MarkPresent(string lane, long after, BitArray present) => throw new NotSupportedException();

    /// <summary>Never throws for what a person types.</summary>
    /// <exception cref="OperationCanceledException">Noticed between two segments.</exception>
    SearchPage Search(SearchRequest request, CancellationToken cancel = default);

    /// <summary>The owners recorded for one record among the scope's addresses; null when the scope may not see it or it is not indexed.</summary>
    SearchHit? Find(string id, IReadOnlyList<OwnerScope>? scope, DateTimeOffset? notBefore);

    /// <summary>Takes out the visible documents of these positions, both ends included, that <paramref name="isGone"/> says have
    /// left the log. Unfindable and durable when it returns; their terms stay on the disk until <see cref="Expunge"/>.</summary>
    /// <param name="isGone">Asked for each record id, once.</param>
    /// <returns>How many.</returns>
    long Remove(string lane, long firstSequence, long lastSequence, Func<string, bool> isGone);

    /// <summary>Rewrites what still holds bytes of removed documents. Searching and adding go on meanwhile; stopping early is harmless.</summary>
    void Expunge(CancellationToken cancel = default);

    long DocumentCount { get; }
}

/// <summary>The mail index as the reader of attachments sees it: documents come without their text and are replaced.</summary>
public interface IAttachmentIndex
{
    /// <summary>The last sequence of a lane up to which nothing is left to be read. A record that is added again lowers it.</summary>
    long AttachedThrough(string lane);

    /// <summary>
    /// Replaces documents by the same with the text of their attachments, and moves <see cref="AttachedThrough"/>. Documents of a
    /// partition that is merged already are left alone.
    /// </summary>
    /// <param name="after">What <see cref="AttachedThrough"/> was when the reading began.</param>
    /// <returns>False, and nothing is done, where it is not that any more: begin again from there.</returns>
    bool Attach(IReadOnlyList<SearchDocument> documents, string lane, long after, long through);

    /// <summary>Whether the record has a document that would still take what its attachments say.</summary>
    bool AwaitsAttachments(string id, string lane, long sequence);

    /// <summary>Makes everything that was attached findable.</summary>
    void ShowAttached();

    /// <summary>Makes it survive a crash, as far as the records themselves do.</summary>
    void CommitAttached();
}

/// <summary>One ledger event as the timeline and the audit search see it.</summary>
/// <param name="Type">The event's stable name, e.g. <c>message.resent</c>.</param>
/// <param name="RecordId">Empty where the event concerns no record.</param>
/// <param name="Mailbox">Normalised address it concerns; empty where none.</param>
/// <param name="Json">The event itself, stored.</param>
public sealed record EventDocument(
    string Id, string Lane, long Sequence, DateTimeOffset At, string Type, string Actor, string RecordId, string Mailbox, string Json);

/// <summary>Null members do not restrict. Order is newest first unless <see cref="OldestFirst"/>.</summary>
public sealed record EventQuery(
    string? RecordId = null, string? Mailbox = null, string? Actor = null, string? Type = null,
    DateTimeOffset? From = null, DateTimeOffset? Until = null, int Limit = 100, string? Cursor = null, bool OldestFirst = false);

public sealed record EventPage(IReadOnlyList<EventDocument> Items, string? Next);

/// <summary>The audit index over the ledger. Same checkpoint rules as <see cref="IMailIndex"/>.</summary>
public interface IEventIndex : IDisposable
{
    IReadOnlyDictionary<string, long> Checkpoint { get; }
    void Add(IReadOnlyList<EventDocument> documents);
    void Refresh(IReadOnlyDictionary<string, long> through);
    void Commit(IReadOnlyDictionary<string, long> through);
    EventPage Search(EventQuery query, CancellationToken cancel = default);
}
