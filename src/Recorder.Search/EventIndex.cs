using Recorder.Search.Documents;
using Recorder.Search.Matching;
using Recorder.Search.Paging;
using Recorder.Search.Partitions;
using Recorder.Search.Translation;

namespace Recorder.Search;

/// <summary>How the event index is laid out and bounded.</summary>
public sealed record EventIndexOptions
{
    /// <summary>A partition closes at this many events, is merged once and then only read.</summary>
    public int PartitionDocuments { get; init; } = 4_000_000;

    /// <summary>Events held in memory, in megabytes, before Lucene writes a segment.</summary>
    public double RamBufferMegabytes { get; init; } = 32;

    /// <summary>Most events on one page, whatever the query asks for.</summary>
    public int MaxPageEvents { get; init; } = 1000;
}

/// <summary>The ledger's events on Lucene, ordered by sequence. Opening, checkpoints and rebuilding as in <see cref="MailIndex"/>.</summary>
public sealed class EventIndex : IEventIndex
{
    private readonly PartitionSet _partitions;
    private readonly EventIndexOptions _options;

    private EventIndex(PartitionSet partitions, EventIndexOptions options) => (_partitions, _options) = (partitions, options);

    /// <summary>Opens or creates the index; one process at a time.</summary>
    /// <exception cref="IOException">Another process has it open, or the disk refuses.</exception>
    public static EventIndex Open(string folder, EventIndexOptions options)
    {
        var layout = new PartitionOptions(EventDocuments.FormatVersion, options.PartitionDocuments, options.RamBufferMegabytes);
        return new EventIndex(PartitionSet.Open(folder, layout), options);
    }

    /// <summary>Why an index that was here was deleted at opening (damage, another format); null where none was.</summary>
    public string? StartedEmptyBecause => _partitions.LostAtOpening;

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, long> Checkpoint => _partitions.Checkpoint;

    internal PartitionSet Partitions => _partitions;

    /// <inheritdoc/>
    public void Add(IReadOnlyList<EventDocument> documents) =>
        _partitions.Write(documents, EventDocuments.KeyOf, EventDocuments.Build);

    /// <inheritdoc/>
    public void Refresh(IReadOnlyDictionary<string, long> through) => _partitions.Refresh(through);

    /// <inheritdoc/>
    public void Commit(IReadOnlyDictionary<string, long> through) => _partitions.Commit(through);

    /// <summary>One page in the order of sequences. A cursor that is none starts at the first page.</summary>
    public EventPage Search(EventQuery query, CancellationToken cancel = default)
    {
        using var snapshot = _partitions.Acquire();
        var cursor = string.IsNullOrEmpty(query.Cursor) ? null : Cursor.FromText(query.Cursor, Filters(query));
        var plan = new PagePlan(Math.Clamp(query.Limit, 1, _options.MaxPageEvents), Newest: !query.OldestFirst, After: cursor?.Last);
        var clause = Translate(query);
        var rows = new PageSearch(plan, _ => clause, cancel).Run(snapshot);
        var items = rows.Rows.Select(row => EventDocuments.Read(row.View.Reader, row.Document, row.Key.Lane, row.Key.Sequence)).ToList();
        return new EventPage(items, rows.HasMore ? Next(rows.Rows[^1].Key, query) : null);
    }

    /// <summary>Lets go without committing: what was not committed is replayed by the follower.</summary>
    public void Dispose() => _partitions.Dispose();

    private static string Next(SortKey last, EventQuery query) =>
        new Cursor(last, new Dictionary<string, long>(), 0, false).ToText(Filters(query));

    private static string Filters(EventQuery query) => (query with { Limit = 0, Cursor = null }).ToString();

    private static Clause Translate(EventQuery query) => Combine.And(
    [
        Term(EventDocuments.Record, query.RecordId), Term(EventDocuments.Mailbox, query.Mailbox),
        Term(EventDocuments.Actor, query.Actor), Term(EventDocuments.Type, query.Type), Between(query.From, query.Until),
    ]);

    private static Clause Term(string field, string? value) =>
        value is null ? Combine.All : new Word(field, MailFields.Keyword(value));

    private static Clause Between(DateTimeOffset? from, DateTimeOffset? until) => from is null && until is null
        ? Combine.All
        : new ValueRange(EventDocuments.At, from?.UtcTicks ?? long.MinValue, until?.UtcTicks ?? long.MaxValue);
}
