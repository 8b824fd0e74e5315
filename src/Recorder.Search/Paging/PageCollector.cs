using Recorder.Search.Partitions;

namespace Recorder.Search.Paging;

/// <summary>Keeps the best rows of a page, one more to know whether others follow, and counts matches.</summary>
internal sealed class PageCollector
{
    private readonly PagePlan _plan;
    private readonly PriorityQueue<Row, SortKey> _best; // the worst of the kept rows on top
    private readonly int _capacity;

    public PageCollector(PagePlan plan)
    {
        _plan = plan;
        _capacity = plan.Limit + 1;
        _best = new PriorityQueue<Row, SortKey>(plan.Newest ? SortKey.Ascending : SortKey.Descending);
    }

    public long Counted { get; private set; }

    /// <summary>Counting goes on.</summary>
    public bool IsCounting => Counted <= _plan.CountTo && _plan.CountTo > 0;

    /// <summary>Nothing in these bounds can change the page or the count.</summary>
    public bool IsSettledAgainst(long min, long max)
    {
        if (IsCounting) return false;
        if (_plan.After is { } after && (_plan.Newest ? min > after.Order : max < after.Order)) return true; // all on earlier pages
        if (_best.Count < _capacity) return false;
        var worst = _best.Peek().Key.Order;
        return _plan.Newest ? max < worst : min > worst;
    }

    /// <summary>One matching document, whatever its order.</summary>
    /// <returns>Whether it was counted, within the bound.</returns>
    public bool Offer(PartitionView view, SegmentValues segment, int document)
    {
        var order = segment.Order(document);
        if (order < _plan.Min || order >= _plan.Until || IsTooRecent(segment, document)) return false;
        if (order < _plan.NotBefore && _plan.HasExpired(order, segment.Kept(document))) return false;
        var counts = IsCounting && ++Counted <= _plan.CountTo;
        OfferRow(view, segment, document, order);
        return counts;
    }

    private void OfferRow(PartitionView view, SegmentValues segment, int document, long order)
    {
        if (_best.Count == _capacity && !MayCompete(order)) return;
        var key = new SortKey(order, segment.Lane(document), segment.Sequence(document));
        if (_plan.After is { } after && _plan.Comparer.Compare(key, after) <= 0) return;
        Keep(new Row(view, segment.DocumentBase + document, key));
    }

    public PageRows Take()
    {
        var rows = new List<Row>(_best.Count);
        while (_best.TryDequeue(out var row, out _)) rows.Add(row);
        rows.Reverse();
        var hasMore = rows.Count > _plan.Limit;
        if (hasMore) rows.RemoveAt(rows.Count - 1);
        return new PageRows(rows, hasMore, Counted);
    }

    private bool MayCompete(long order)
    {
        var worst = _best.Peek().Key.Order;
        return _plan.Newest ? order >= worst : order <= worst;
    }

    private bool IsTooRecent(SegmentValues segment, int document) =>
        _plan.AsOf is not null && segment.Sequence(document) > _plan.AsOf.GetValueOrDefault(segment.Lane(document), long.MinValue);

    private void Keep(Row row)
    {
        if (_best.Count < _capacity) _best.Enqueue(row, row.Key);
        else _best.EnqueueDequeue(row, row.Key);
    }
}
