using Lucene.Net.Index;
using Lucene.Net.Util;
using Recorder.Search.Partitions;

namespace Recorder.Search.Paging;

/// <summary>The order, lane and sequence of a segment's documents. For one thread.</summary>
internal sealed class SegmentValues
{
    private readonly NumericDocValues _order;
    private readonly NumericDocValues _sequence;
    private readonly NumericDocValues? _kept;
    private readonly SortedDocValues _lane;
    private readonly string[] _lanes;

    public SegmentValues(AtomicReaderContext segment)
    {
        var reader = segment.AtomicReader;
        (_order, _sequence) = (reader.GetNumericDocValues(RecordFields.Order), reader.GetNumericDocValues(RecordFields.Sequence));
        _kept = reader.GetNumericDocValues(RecordFields.Kept);
        _lane = reader.GetSortedDocValues(RecordFields.Lane);
        _lanes = Enumerable.Range(0, _lane.ValueCount).Select(ReadLane).ToArray();
        DocumentBase = segment.DocBase;
    }

    public int DocumentBase { get; }

    public long Order(int document) => _order.Get(document);

    public long Sequence(int document) => _sequence.Get(document);

    /// <summary>What retention counts from, where that is not the order value.</summary>
    public long Kept(int document) => _kept?.Get(document) ?? RecordKey.KeptByOrder;

    public string Lane(int document) => _lanes[_lane.GetOrd(document)];

    private string ReadLane(int ordinal)
    {
        var bytes = new BytesRef();
        _lane.LookupOrd(ordinal, bytes);
        return bytes.Utf8ToString();
    }
}
