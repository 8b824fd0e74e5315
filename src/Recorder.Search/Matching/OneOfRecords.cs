using Lucene.Net.Index;
using Lucene.Net.Search;
using Lucene.Net.Util;
using Recorder.Search.Documents;
using Recorder.Search.Partitions;

namespace Recorder.Search.Matching;

/// <summary>
/// Documents of the records named. List and dictionary are in the same order, so each skips what the other lacks: a segment
/// costs what they have in common, however long the list is.
/// </summary>
/// <param name="ids">Terms of record ids, ascending.</param>
internal sealed class OneOfRecords(IReadOnlyList<BytesRef> ids) : Clause
{
    private (Segment Segment, int[] Found) _last;

    /// <summary>The terms of ids in ascending ordinal order, which is theirs too.</summary>
    public static IReadOnlyList<BytesRef> Terms(IEnumerable<string> ids) => [.. ids.Select(id => new BytesRef(DenseTerms.OfId(id)))];

    public override Candidates? In(Segment segment)
    {
        // A broad query comes back for each of its windows.
        if (_last.Segment != segment) _last = (segment, Find(segment));
        return _last.Found.Length == 0 ? null : new Listed(_last.Found);
    }

    private int[] Find(Segment segment)
    {
        if (segment.Terms(RecordFields.Id) is not { } terms) return [];
        var found = new List<int>();
        DocsEnum? docs = null;
        for (var at = 0; at < ids.Count && terms.SeekCeil(ids[at]) is var seek and not TermsEnum.SeekStatus.END;)
        {
            if (seek == TermsEnum.SeekStatus.NOT_FOUND)
            {
                at = FirstFrom(terms.Term, at + 1);
                continue;
            }
            docs = terms.Docs(segment.Live, docs, DocsFlags.NONE);
            for (var doc = docs.NextDoc(); doc != DocIdSetIterator.NO_MORE_DOCS; doc = docs.NextDoc()) found.Add(doc);
            at++;
        }
        found.Sort();
        return [.. found];
    }

    /// <summary>The first id that is not before a term.</summary>
    private int FirstFrom(BytesRef term, int low)
    {
        for (var high = ids.Count; low < high;)
        {
            var middle = (low + high) / 2;
            if (ids[middle].CompareTo(term) < 0) low = middle + 1;
            else high = middle;
        }
        return low;
    }

    private sealed class Listed(int[] documents) : Candidates
    {
        private int _at = -1;

        public override int Document => _at < 0 ? -1 : _at < documents.Length ? documents[_at] : End;

        public override long Cost => documents.Length;

        public override int Advance(int target)
        {
            var found = Array.BinarySearch(documents, Math.Max(0, _at), documents.Length - Math.Max(0, _at), target);
            _at = found < 0 ? ~found : found;
            return Document;
        }
    }
}
