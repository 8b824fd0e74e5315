using Lucene.Net.Search;

namespace Recorder.Search.Translation;

/// <summary>Boolean algebra over Lucene queries: knows everything and nothing, and applies value ranges to candidates only.</summary>
internal static class Combine
{
    /// <summary>Lucene's own bound on clauses is 1,024 and throws; longer lists are nested.</summary>
    private const int MaxSiblings = 512;

    public static readonly Query All = new MatchAllDocsQuery();
    public static readonly Query None = new BooleanQuery();

    public static bool IsAll(Query query) => query is MatchAllDocsQuery;

    public static bool IsNone(Query query) => query is BooleanQuery { Clauses.Count: 0 };

    public static Query Range(ValueRange range) => new ConstantScoreQuery(range);

    public static Query And(IEnumerable<Query> positive, IEnumerable<Query>? negative = null)
    {
        var wanted = positive.Where(q => !IsAll(q)).ToList();
        var refused = (negative ?? []).Where(q => !IsNone(q)).ToList();
        if (wanted.Exists(IsNone) || refused.Exists(IsAll)) return None;
        var ranges = wanted.Select(RangeOf).Concat(refused.Select(q => RangeOf(q)?.Negated())).OfType<ValueRange>().ToList();
        var core = Core(wanted.Where(q => RangeOf(q) is null).ToList(), refused.Where(q => RangeOf(q) is null).ToList());
        return ranges.Aggregate(core, Narrow);
    }

    public static Query Or(IEnumerable<Query> queries)
    {
        var any = queries.Where(q => !IsNone(q)).ToList();
        if (any.Exists(IsAll)) return All;
        while (any.Count > MaxSiblings) any = any.Chunk(MaxSiblings).Select(OrOf).ToList();
        return any.Count switch { 0 => None, 1 => any[0], _ => OrOf(any) };
    }

    private static ValueRange? RangeOf(Query query) => query is ConstantScoreQuery { Filter: ValueRange range } ? range : null;

    private static Query Narrow(Query query, ValueRange range) =>
        IsAll(query) ? Range(range) : new FilteredQuery(query, range, FilteredQuery.QUERY_FIRST_FILTER_STRATEGY);

    private static Query Core(List<Query> wanted, List<Query> refused)
    {
        if (wanted.Count == 0 && refused.Count == 0) return All;
        if (wanted.Count == 1 && refused.Count == 0) return wanted[0];
        var both = new BooleanQuery(disableCoord: true);
        if (wanted.Count == 0) both.Add(All, Occur.MUST);
        foreach (var query in wanted) both.Add(query, Occur.MUST);
        foreach (var query in refused) both.Add(query, Occur.MUST_NOT);
        return both;
    }

    private static Query OrOf(IEnumerable<Query> queries)
    {
        var any = new BooleanQuery(disableCoord: true);
        foreach (var query in queries) any.Add(query, Occur.SHOULD);
        return any;
    }
}
