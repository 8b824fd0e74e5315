using Lucene.Net.Index;
using Lucene.Net.Search;
using Lucene.Net.Util;

namespace Recorder.Search.Translation;

/// <summary>
/// Documents whose numeric doc value lies in [<paramref name="from"/>, <paramref name="until"/>), or outside when negated.
/// Meant to be asked about candidates of another clause, not to enumerate.
/// </summary>
internal sealed class ValueRange(string field, long from, long until, bool negated = false) : Filter
{
    public ValueRange Negated() => new(field, from, until, !negated);

    public override DocIdSet GetDocIdSet(AtomicReaderContext context, IBits acceptDocs)
    {
        var values = context.AtomicReader.GetNumericDocValues(field);
        return values is null ? null! : new Set(this, values, context.AtomicReader.MaxDoc, acceptDocs);
    }

    private bool Matches(long value) => (value >= from && value < until) != negated;

    private sealed class Set(ValueRange range, NumericDocValues values, int count, IBits? accept) : DocIdSet, IBits
    {
        public int Length => count;

        public override IBits Bits => this;

        public bool Get(int doc) => (accept is null || accept.Get(doc)) && range.Matches(values.Get(doc));

        public override DocIdSetIterator GetIterator() => new Walk(this);
    }

    private sealed class Walk(Set set) : DocIdSetIterator
    {
        private int _doc = -1;

        public override int DocID => _doc;

        public override int NextDoc() => Advance(_doc + 1);

        public override int Advance(int target)
        {
            for (_doc = target; _doc < set.Length; _doc++)
                if (set.Get(_doc)) return _doc;
            return _doc = NO_MORE_DOCS;
        }

        public override long GetCost() => set.Length;
    }
}
