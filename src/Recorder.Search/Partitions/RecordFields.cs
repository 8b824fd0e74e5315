using Lucene.Net.Documents;
using Lucene.Net.Index;
using Lucene.Net.Util;
using Recorder.Search.Documents;

namespace Recorder.Search.Partitions;

/// <summary>What every document of a partitioned index carries: its id and its place in the order of hits.</summary>
internal static class RecordFields
{
    public const string Id = "id";
    public const string Order = "order";
    public const string Lane = "lane";
    public const string Sequence = "seq";

    /// <summary>The term that finds the one document of a record.</summary>
    public static Term TermOf(string id) => new(Id, DenseTerms.OfId(id));

    public static void AddTo(List<IIndexableField> document, in RecordKey key)
    {
        document.Add(new StringField(Id, DenseTerms.OfId(key.Id), Field.Store.NO));
        document.Add(new NumericDocValuesField(Order, key.Order));
        document.Add(new NumericDocValuesField(Sequence, key.Sequence));
        document.Add(new SortedDocValuesField(Lane, new BytesRef(key.Lane)));
    }
}

/// <summary>A document's identity, log position and place in the order of hits.</summary>
/// <param name="Order">What hits are sorted by first: received ticks (UTC) for mail, the sequence for events.</param>
internal readonly record struct RecordKey(string Id, string Lane, long Sequence, long Order);
