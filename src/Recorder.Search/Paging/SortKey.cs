namespace Recorder.Search.Paging;

/// <summary>A row's place among all rows: no two records share one.</summary>
internal readonly record struct SortKey(long Order, string Lane, long Sequence)
{
    /// <summary>Oldest first.</summary>
    public static readonly Comparer<SortKey> Ascending = Comparer<SortKey>.Create(Compare);

    /// <summary>Newest first.</summary>
    public static readonly Comparer<SortKey> Descending = Comparer<SortKey>.Create(static (a, b) => Compare(b, a));

    private static int Compare(SortKey a, SortKey b)
    {
        if (a.Order != b.Order) return a.Order.CompareTo(b.Order);
        var lanes = string.CompareOrdinal(a.Lane, b.Lane);
        return lanes != 0 ? lanes : a.Sequence.CompareTo(b.Sequence);
    }
}
