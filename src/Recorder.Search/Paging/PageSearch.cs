using Lucene.Net.Index;
using Lucene.Net.Search;
using Recorder.Search.Partitions;
using Recorder.Search.Translation;

namespace Recorder.Search.Paging;

/// <summary>
/// Finds one page: partition by partition from the newest, stops when no other can hold a row of the page and the count is done.
/// Inside a large segment it goes backwards in growing windows, so that a broad query costs what the page and the count need.
/// </summary>
internal sealed class PageSearch(PagePlan plan, Func<PartitionView, Query> translate)
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
            Search(view);
        }
        return _page.Take();
    }

    private IEnumerable<PartitionView> InOrder(Snapshot snapshot) =>
        plan.Newest ? snapshot.Views.OrderByDescending(v => v.Facts.Max) : snapshot.Views.OrderBy(v => v.Facts.Min);

    private void Search(PartitionView view)
    {
        var query = translate(view);
        if (Combine.IsNone(query)) return;
        var weight = new IndexSearcher(view.Reader).CreateNormalizedWeight(query);
        var segments = plan.Newest ? view.Reader.Leaves.Reverse() : view.Reader.Leaves;
        foreach (var segment in segments) Search(view, segment, weight);
    }

    private void Search(PartitionView view, AtomicReaderContext segment, Weight weight)
    {
        var scorer = weight.GetScorer(segment, segment.AtomicReader.LiveDocs);
        if (scorer is null) return;
        var values = new SegmentValues(segment);
        if (!plan.Newest || scorer.GetCost() <= SmallCandidates) Collect(view, values, scorer, 0, int.MaxValue);
        else SearchBackwards(view, values, segment, weight);
    }

    private void SearchBackwards(PartitionView view, SegmentValues values, AtomicReaderContext segment, Weight weight)
    {
        var bounds = BlockBounds.Of(segment.AtomicReader);
        var size = FirstWindowBlocks;
        for (var end = bounds.Count; end > 0;)
        {
            if (_page.IsSettledAgainst(long.MinValue, bounds.MaxUpTo(end - 1))) return;
            var start = end;
            while (start > 0 && end - start < size && !CanSkip(bounds, start - 1)) start--;
            if (start < end)
            {
                var scorer = weight.GetScorer(segment, segment.AtomicReader.LiveDocs);
                Collect(view, values, scorer, start * BlockBounds.BlockDocuments, end * BlockBounds.BlockDocuments);
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

    private void Collect(PartitionView view, SegmentValues values, Scorer scorer, int from, int until)
    {
        for (var doc = scorer.Advance(from); doc < until && doc != DocIdSetIterator.NO_MORE_DOCS; doc = scorer.NextDoc())
            _page.Offer(view, values, doc);
    }
}
