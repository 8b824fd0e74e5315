using Recorder.Search.Matching;
using Recorder.Search.Partitions;
using Recorder.Search.Translation;

namespace Recorder.Search.Paging;

/// <summary>
/// Finds one page: partition by partition from the newest, stops when no other can hold a row of the page and the count is done.
/// Segments are asked one after the other, and cancelling is noticed between them. Inside a large one it goes backwards in growing windows, so that a broad query costs what the page and the count need.
/// </summary>
/// <param name="tally">Counts what the hits could be narrowed by; null where nobody asked.</param>
internal sealed class PageSearch(PagePlan plan, Func<PartitionView, Clause> translate, CancellationToken cancel, FacetTally? tally = null)
{
    /// <summary>Fewer candidates than this are simply all looked at.</summary>
    private const int SmallCandidates = 20_000;
    private const int FirstWindowBlocks = 2;
    private const int WindowGrowth = 4;

    private readonly PageCollector _page = new(plan);

    public PageRows Run(Snapshot snapshot)
    {
        foreach (var view in InOrder(snapshot))
        {
            if (_page.IsSettledAgainst(view.Facts.Min, view.Facts.Max)) continue;
            if (plan.Excludes(view.Facts.Min, view.Facts.Max) || plan.HasExpired(view.Facts.Max, view.Facts.KeptMax)) continue;
            UnreadablePartitionException.Guard(view, () =>
            {
                Search(view);
                return true;
            });
        }
        return _page.Take();
    }

    private IEnumerable<PartitionView> InOrder(Snapshot snapshot) =>
        plan.Newest ? snapshot.Views.OrderByDescending(v => v.Facts.Max) : snapshot.Views.OrderBy(v => v.Facts.Min);

    private void Search(PartitionView view)
    {
        var clause = translate(view);
        if (Combine.IsNone(clause)) return;
        var segments = plan.Newest ? view.Reader.Leaves.Reverse() : view.Reader.Leaves;
        foreach (var segment in segments)
        {
            cancel.ThrowIfCancellationRequested();
            Search(view, new Segment(segment), clause);
        }
    }

    private void Search(PartitionView view, Segment segment, Clause clause)
    {
        if (clause.In(segment) is not { } candidates) return;
        if (!plan.Newest || candidates.Cost <= SmallCandidates) Collect(view, segment, candidates, 0, int.MaxValue);
        else SearchBackwards(view, segment, clause);
    }

    private void SearchBackwards(PartitionView view, Segment segment, Clause clause)
    {
        var bounds = BlockBounds.Of(segment.Reader);
        var size = FirstWindowBlocks;
        for (var end = bounds.Count; end > 0;)
        {
            if (_page.IsSettledAgainst(long.MinValue, bounds.MaxUpTo(end - 1))) return;
            cancel.ThrowIfCancellationRequested();
            var start = end;
            while (start > 0 && end - start < size && !CanSkip(bounds, start - 1)) start--;
            if (start < end)
            {
                if (clause.In(segment) is { } candidates)
                    Collect(view, segment, candidates, start * BlockBounds.BlockDocuments, end * BlockBounds.BlockDocuments);
                size *= WindowGrowth;
            }
            end = start < end ? start : end - 1;
        }
    }

    private bool CanSkip(BlockBounds bounds, int block)
    {
        var (min, max) = bounds[block];
        return plan.Excludes(min, max) || plan.HasExpired(max, bounds.KeptMax(block)) || _page.IsSettledAgainst(min, max);
    }

    private void Collect(PartitionView view, Segment segment, Candidates candidates, int from, int until)
    {
        var counting = _page.IsCounting ? tally?.In(view, segment) : null;
        for (var doc = candidates.Advance(from); doc < until; doc = candidates.Advance(doc + 1))
            if (candidates.Holds() && _page.Offer(view, segment.Values, doc)) counting?.Add(doc);
        counting?.End();
    }
}
