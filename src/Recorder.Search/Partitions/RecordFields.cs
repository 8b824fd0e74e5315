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
    public const string Kept = "kept"; // only where retention does not count from the order value

    /// <summary>The term that finds the one document of a record.</summary>
    public static Term TermOf(string id) => new(Id, DenseTerms.OfId(id));

    public static void AddTo(List<IIndexableField> document, in RecordKey key)
    {
        document.Add(new StringField(Id, DenseTerms.OfId(key.Id), Field.Store.NO));
        AddPlaceTo(document, key);
    }

    /// <summary>All but the id.</summary>
    public static void AddPlaceTo(List<IIndexableField> document, in RecordKey key)
    {
        document.Add(new NumericDocValuesField(Order, key.Order));
        if (key.Kept != RecordKey.KeptByOrder) document.Add(new NumericDocValuesField(Kept, key.Kept));
        document.Add(new NumericDocValuesField(Sequence, key.Sequence));
        document.Add(new SortedDocValuesField(Lane, new BytesRef(key.Lane)));
    }
}

/// <summary>A document's identity, log position and place in the order of hits.</summary>
/// <param name="Order">What hits are sorted by first: received ticks (UTC) for mail, the sequence for events.</param>
/// <param name="Kept">What retention counts from, where that is not <paramref name="Order"/>.</param>
internal readonly record struct RecordKey(string Id, string Lane, long Sequence, long Order, long Kept = RecordKey.KeptByOrder)
{
    /// <summary>Below every time.</summary>
    public const long KeptByOrder = 0;
}
