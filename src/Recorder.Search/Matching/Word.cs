using Lucene.Net.Index;
using Lucene.Net.Search;
using Lucene.Net.Util;
using Recorder.Search.Documents;

namespace Recorder.Search.Matching;

/// <summary>Documents with exactly this term.</summary>
internal sealed class Word(string field, string term) : Clause
{
    private readonly BytesRef _term = new(term);

    public override Candidates? In(Segment segment) => segment.Terms(field) is { } terms && terms.SeekExact(_term)
        ? new Postings(terms.Docs(segment.Live, null, DocsFlags.NONE), terms.DocFreq)
        : null;
}

/// <summary>Documents with this word in any of some fields that share a dictionary: its terms follow each other there.</summary>
internal sealed class MarkedWord(WordField[] fields, string word) : Clause
{
    private readonly BytesRef _word = new(word);

    public override Candidates? In(Segment segment)
    {
        if (segment.Terms(fields[0].Dictionary) is not { } terms || terms.SeekCeil(_word) == TermsEnum.SeekStatus.END) return null;
        var found = new List<Candidates>();
        while (terms.Term is var term && StringHelper.StartsWith(term, _word) && IsEndOrMark(term))
        {
            if (Array.Exists(fields, field => field.Has(term))) found.Add(new Postings(terms.Docs(segment.Live, null, DocsFlags.NONE), terms.DocFreq));
            if (!terms.MoveNext()) break;
        }
        return Any.Of(found);
    }

    private bool IsEndOrMark(BytesRef term) => term.Length == _word.Length || term.Bytes[term.Offset + _word.Length] <= WordField.LastMark;
}

/// <summary>Documents with any word of this beginning in one of some fields that share a dictionary, however many there are.</summary>
internal sealed class Beginning(WordField[] fields, string prefix) : Clause
{
    private readonly BytesRef _prefix = new(prefix);
    private (Segment Segment, FixedBitSet? Found) _last;

    public override Candidates? In(Segment segment)
    {
        // A broad query comes back for each of its windows.
        if (_last.Segment != segment) _last = (segment, Find(segment));
        return _last.Found is { } found ? new Postings(found.GetIterator(), found.Cardinality) : null;
    }

    private FixedBitSet? Find(Segment segment)
    {
        if (segment.Terms(fields[0].Dictionary) is not { } terms) return null;
        FixedBitSet? found = null;
        DocsEnum? docs = null;
        foreach (var term in Expansion.Of(terms, _prefix))
        {
            if (!Array.Exists(fields, field => field.Has(term))) continue;
            docs = terms.Docs(segment.Live, docs, DocsFlags.NONE);
            (found ??= new FixedBitSet(segment.Documents)).Or(docs);
        }
        return found;
    }
}

/// <summary>Every document.</summary>
internal sealed class Everything : Clause
{
    public override Candidates In(Segment segment) => new Whole(segment);
}

/// <summary>No document.</summary>
internal sealed class Nothing : Clause
{
    public override Candidates? In(Segment segment) => null;
}

internal sealed class Postings(DocIdSetIterator documents, long count) : Candidates
{
    private int _document = -1;

    public override int Document => _document;

    public override long Cost => count;

    public override int Advance(int target) => _document = target == _document + 1 ? documents.NextDoc() : documents.Advance(target);
}

/// <summary>Every living document; those that inherit look at each.</summary>
internal class Whole(Segment segment) : Candidates
{
    private int _document = -1;

    public sealed override int Document => _document;

    public sealed override long Cost => segment.Documents;

    public sealed override int Advance(int target)
    {
        while (target < segment.Documents && segment.Live is { } live && !live.Get(target)) target++;
        return _document = target < segment.Documents ? target : End;
    }
}
