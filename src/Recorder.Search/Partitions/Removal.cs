using Lucene.Net.Index;
using Recorder.Search.Paging;

namespace Recorder.Search.Partitions;

/// <summary>Which documents of one moment's partitions are to be taken out.</summary>
internal static class Removal
{
    /// <returns>The ids, a partition at a time; partitions without any are left out.</returns>
    public static IEnumerable<(Partition Partition, IReadOnlyList<string> Ids)> Find(
        Snapshot snapshot, string lane, SequenceRange range, Func<AtomicReader, int, string> idOf, Func<string, bool> isGone)
    {
        foreach (var view in snapshot.Views.Where(view => Overlaps(view.Facts, lane, range)))
        {
            var found = UnreadablePartitionException.Guard(view, () => view.Reader.Leaves
                .SelectMany(segment => Documents(segment, lane, range).Select(document => idOf(segment.AtomicReader, document))).ToList());
            var ids = found.Where(isGone).ToList();
            if (ids.Count > 0) yield return (view.Partition, ids);
        }
    }

    private static bool Overlaps(PartitionFacts facts, string lane, SequenceRange range) =>
        facts.Lanes.TryGetValue(lane, out var held) && held.First <= range.Last && held.Last >= range.First;

    private static IEnumerable<int> Documents(AtomicReaderContext segment, string lane, SequenceRange range)
    {
        var (values, live) = (new SegmentValues(segment), segment.AtomicReader.LiveDocs);
        for (var document = 0; document < segment.AtomicReader.MaxDoc; document++)
        {
            var sequence = values.Sequence(document);
            if (sequence >= range.First && sequence <= range.Last && live?.Get(document) != false && values.Lane(document) == lane) yield return document;
        }
    }
}
