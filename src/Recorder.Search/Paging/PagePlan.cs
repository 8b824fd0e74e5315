namespace Recorder.Search.Paging;

/// <summary>Which rows one page wants.</summary>
/// <param name="Limit">Rows on the page.</param>
/// <param name="Newest">True: newest first. False: oldest first.</param>
/// <param name="Min">Smallest order value, inclusive.</param>
/// <param name="Until">Largest order value, exclusive.</param>
/// <param name="NotBefore">Rows kept since an earlier time have expired.</param>
/// <param name="After">The last row of the page before.</param>
/// <param name="AsOf">Rows at later positions arrived after page one and stay out of it.</param>
/// <param name="CountTo">Matches are counted exactly up to here; zero counts nothing.</param>
internal sealed record PagePlan(
    int Limit, bool Newest = true, long Min = long.MinValue, long Until = long.MaxValue,
    long NotBefore = long.MinValue, SortKey? After = null, IReadOnlyDictionary<string, long>? AsOf = null, int CountTo = 0)
{
    public Comparer<SortKey> Comparer => Newest ? SortKey.Descending : SortKey.Ascending;

    public bool Excludes(long min, long max) => max < Min || min >= Until;

    /// <param name="order">The order value, or the largest of several.</param>
    /// <param name="kept">What retention counts from where it is not the order value, or the largest of several.</param>
    public bool HasExpired(long order, long kept) => order < NotBefore && kept < NotBefore;
}

/// <param name="Document">Lucene's number inside the view's reader.</param>
internal readonly record struct Row(Partitions.PartitionView View, int Document, SortKey Key);

/// <param name="HasMore">There are rows behind the last one.</param>
/// <param name="Total">Matches counted, at most one above the plan's bound.</param>
internal sealed record PageRows(IReadOnlyList<Row> Rows, bool HasMore, long Total);
