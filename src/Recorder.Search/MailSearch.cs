using Recorder.Search.Matching;
using Recorder.Search.Paging;
using Recorder.Search.Partitions;
using Recorder.Search.Querying;
using Recorder.Search.Translation;

namespace Recorder.Search;

/// <summary>One search over one snapshot.</summary>
internal sealed class MailSearch(Snapshot snapshot, SearchRequest request, MailIndexOptions options, DateTimeOffset now, IReadOnlyList<IndexGap> gaps, CancellationToken cancel)
{
    private readonly Hints _hints = new();
    private readonly MarkSets _marks = new(request.Marks);
    private readonly TimeZoneInfo _zone = request.Zone ?? TimeZoneInfo.Utc;

    private int Limit => Math.Clamp(request.Limit, 1, options.MaxPageHits);

    public SearchPage Run()
    {
        var query = QueryParser.Parse(request.Query, now, _zone, _hints);
        if (gaps.Count > 0) _hints.Incomplete(gaps.Sum(gap => gap.Entries));
        var root = Asked(query.Root);
        var cursor = ReadCursor();
        var highlighter = Highlighter.Of(query.Root);
        var page = request.Scope is { Count: 0 } ? Page([], null, 0, true)
            : request.Order == HitOrder.Best ? Ranked(root, cursor, highlighter)
            : Newest(root, cursor);
        return page with { Understood = query.Parts, Highlighter = highlighter };
    }

    private SearchPage Newest(AllOf query, Cursor? cursor)
    {
        var tally = Tally(cursor);
        var rows = Search(query, Plan(query, cursor, Limit), tally);
        var (total, exact) = cursor is null ? Total(rows) : (cursor.Total, cursor.TotalIsExact);
        var next = rows.HasMore ? new Cursor(rows.Rows[^1].Key, AsOf(cursor), total, exact) : null;
        return WithFacets(Page([.. rows.Rows.Select(Hit)], next, total, exact), query, tally);
    }

    /// <summary>The block is found again for each of its pages: with the position map of page one it is always the same.</summary>
    private SearchPage Ranked(AllOf query, Cursor? cursor, Highlighter words)
    {
        var tally = Tally(cursor);
        var block = Search(query, Plan(query, cursor, MailIndex.RankedBlock), tally);
        var (total, exact) = cursor is null ? Total(block) : (cursor.Total, cursor.TotalIsExact);
        var shown = cursor?.Shown ?? 0;
        var hits = BestMatch.Order([.. block.Rows.Select(Hit)], words).Skip(shown).Take(Limit).ToList();
        var next = shown + hits.Count < block.Rows.Count ? new Cursor(cursor?.Last, AsOf(cursor), total, exact, shown + hits.Count)
            : block.HasMore ? new Cursor(block.Rows[^1].Key, AsOf(cursor), total, exact) : null;
        return WithFacets(Page(hits, next, total, exact), query, tally);
    }

    private IReadOnlyDictionary<string, long> AsOf(Cursor? cursor) => cursor?.AsOf ?? snapshot.Through;

    /// <summary>A cursor belongs to the query and the order it was given for.</summary>
    private string Paged => request.Order == HitOrder.Newest ? request.Query : $"{request.Order}\0{request.Query}";

    /// <summary>With what a program asks beside the words, which goes through no parser.</summary>
    private AllOf Asked(AllOf query)
    {
        QueryNode? id = request.MessageId is { } text ? new MessageIdNode(text.Trim().TrimStart('<').TrimEnd('>')) : null;
        QueryNode? times = request.From is null && request.Until is null ? null : new ReceivedNode(request.From, request.Until);
        return id is null && times is null ? query : new AllOf([.. query.Parts, .. new[] { id, times }.OfType<QueryNode>()]);
    }

    private Cursor? ReadCursor()
    {
        if (string.IsNullOrEmpty(request.Cursor)) return null;
        var cursor = Cursor.FromText(request.Cursor, Paged);
        if (cursor is null) _hints.BadCursor();
        return cursor;
    }

    private PageRows Search(AllOf query, PagePlan plan, FacetTally? tally) =>
        new PageSearch(plan, view => Translator(view).Translate(query), cancel, tally).Run(snapshot);

    private MailTranslator Translator(PartitionView view) => new(view.Facts, request.Scope, _marks, _hints);

    /// <summary>Times that hold for the whole query bound the pages, so that whole partitions and blocks are passed over.</summary>
    private PagePlan Plan(AllOf query, Cursor? cursor, int limit)
    {
        var times = query.Parts.OfType<ReceivedNode>().ToList();
        return new PagePlan(
            limit, Newest: true,
            Min: times.Select(t => t.From).Max()?.UtcTicks ?? long.MinValue,
            Until: times.Select(t => t.Until).Min()?.UtcTicks ?? long.MaxValue,
            NotBefore: request.NotBefore?.UtcTicks ?? long.MinValue, After: cursor?.Last, AsOf: cursor?.AsOf, CountTo: cursor is null ? MailIndex.ExactTotal : 0);
    }

    private FacetTally? Tally(Cursor? cursor) => request.WithFacets && cursor is null ? new FacetTally(Facets.Fixed(Translator), _zone) : null;

    /// <summary>Senders are known after the first walk only, and counted in a second one.</summary>
    private SearchPage WithFacets(SearchPage page, AllOf query, FacetTally? first)
    {
        if (first is null) return page;
        var senders = new FacetTally(Facets.Senders(first, new ClauseReader(now, _zone, _hints), Translator), _zone);
        if (senders.Counts.Any()) Search(query, Plan(query, null, 1), senders);
        return page with { Facets = Facets.Of(first, senders, page.TotalIsExact) };
    }

    private static (long Total, bool IsExact) Total(PageRows rows) =>
        (Math.Min(rows.Total, MailIndex.ExactTotal), rows.Total <= MailIndex.ExactTotal);

    private SearchPage Page(IReadOnlyList<SearchHit> hits, Cursor? next, long total, bool exact) =>
        new(hits, next?.ToText(Paged), total, exact, _hints.All, snapshot.Through);

    private SearchHit Hit(Row row) =>
        UnreadablePartitionException.Guard(row.View, () => MailHits.Read(row.View.Reader, row.Document, request.Scope, request.NotBefore))
        ?? throw new InvalidOperationException($"record {row.Key.Lane}/{row.Key.Sequence} matched outside the scope");
}
