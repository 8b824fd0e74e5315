using Recorder.Search.Matching;
using Recorder.Search.Paging;
using Recorder.Search.Partitions;
using Recorder.Search.Querying;
using Recorder.Search.Translation;

namespace Recorder.Search;

/// <summary>One search over one snapshot.</summary>
internal sealed class MailSearch(Snapshot snapshot, SearchRequest request, MailIndexOptions options, DateTimeOffset now, CancellationToken cancel)
{
    private readonly Hints _hints = new();

    public SearchPage Run()
    {
        var query = QueryParser.Parse(request.Query, now, request.Zone ?? TimeZoneInfo.Utc, _hints);
        var cursor = ReadCursor();
        if (request.Scope is { Count: 0 }) return Page([], null, 0, true);
        var rows = new PageSearch(Plan(query, cursor), Translate(query), cancel).Run(snapshot);
        var (total, exact) = cursor is null ? Total(rows) : (cursor.Total, cursor.TotalIsExact);
        var next = rows.HasMore ? new Cursor(rows.Rows[^1].Key, cursor?.AsOf ?? snapshot.Through, total, exact) : null;
        return Page(rows.Rows, next, total, exact);
    }

    private Cursor? ReadCursor()
    {
        if (string.IsNullOrEmpty(request.Cursor)) return null;
        var cursor = Cursor.FromText(request.Cursor, request.Query);
        if (cursor is null) _hints.BadCursor();
        return cursor;
    }

    private Func<PartitionView, Clause> Translate(AllOf query) =>
        view => new MailTranslator(view.Facts, request.Scope, _hints).Translate(query);

    /// <summary>Times that hold for the whole query bound the pages, so that whole partitions and blocks are passed over.</summary>
    private PagePlan Plan(AllOf query, Cursor? cursor)
    {
        var times = query.Parts.OfType<ReceivedNode>().ToList();
        return new PagePlan(
            Math.Clamp(request.Limit, 1, options.MaxPageHits), Newest: true,
            Min: times.Select(t => t.From).Max()?.UtcTicks ?? long.MinValue,
            Until: times.Select(t => t.Until).Min()?.UtcTicks ?? long.MaxValue,
            NotBefore: request.NotBefore?.UtcTicks ?? long.MinValue, After: cursor?.Last, AsOf: cursor?.AsOf, CountTo: cursor is null ? MailIndex.ExactTotal : 0);
    }

    private static (long Total, bool IsExact) Total(PageRows rows) =>
        (Math.Min(rows.Total, MailIndex.ExactTotal), rows.Total <= MailIndex.ExactTotal);

    private SearchPage Page(IReadOnlyList<Row> rows, Cursor? next, long total, bool exact) => new(
        rows.Select(Hit).ToList(), next?.ToText(request.Query), total, exact, _hints.All, snapshot.Through);

    private SearchHit Hit(Row row) =>
        MailHits.Read(row.View.Reader, row.Document, request.Scope, request.NotBefore)
        ?? throw new InvalidOperationException($"record {row.Key.Lane}/{row.Key.Sequence} matched outside the scope");
}
