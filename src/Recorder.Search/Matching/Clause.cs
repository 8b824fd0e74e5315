using Lucene.Net.Index;
using Lucene.Net.Search;
using Lucene.Net.Util;
using Recorder.Search.Paging;

namespace Recorder.Search.Matching;

/// <summary>
/// A condition on documents. Lucene's own queries ask every segment's dictionary for every word before the first hit, for
/// statistics that scores are made of; hits here come by date. A clause is asked segment by segment, and looks nothing up
/// in a segment before its turn. For one search on one thread.
/// </summary>
internal abstract class Clause
{
    /// <summary>Null where no document of the segment matches.</summary>
    public abstract Candidates? In(Segment segment);
}

/// <summary>
/// Documents of one segment, ascending, that may match. Whether one does is asked by <see cref="Holds"/>, after every
/// other condition has let it through.
/// </summary>
internal abstract class Candidates
{
    public const int End = DocIdSetIterator.NO_MORE_DOCS;

    /// <summary>-1 before the first, <see cref="End"/> behind the last.</summary>
    public abstract int Document { get; }

    /// <summary>How many there are at most, roughly.</summary>
    public abstract long Cost { get; }

    /// <summary>What <see cref="Holds"/> takes: 0 nothing, since it always does; 1 a comparison; 2 positions read.</summary>
    public virtual int Effort => 0;

    /// <summary>To the first candidate at or after <paramref name="target"/>, which lies behind <see cref="Document"/>.</summary>
    public abstract int Advance(int target);

    /// <summary>Whether <see cref="Document"/> matches.</summary>
    public virtual bool Holds() => true;

    /// <summary>
    /// <paramref name="target"/> where it is a candidate; otherwise a later document, before which there is none. Cheaper than
    /// <see cref="Advance"/> where a candidate is what several agree on, since nobody looks for the next one. Targets
    /// ascend, and who is asked this is not advanced.
    /// </summary>
    public virtual int Reach(int target) => Document < target ? Advance(target) : Document;
}

/// <summary>A segment as one search reads it.</summary>
internal sealed class Segment(AtomicReaderContext context)
{
    private readonly Lazy<SegmentValues> _values = new(() => new SegmentValues(context), isThreadSafe: false);
    private readonly Dictionary<string, TermsEnum?> _terms = new(StringComparer.Ordinal);

    public AtomicReaderContext Context => context;

    public AtomicReader Reader => context.AtomicReader;

    public int Documents { get; } = context.AtomicReader.MaxDoc;

    /// <summary>Null where nothing was deleted.</summary>
    public IBits? Live { get; } = context.AtomicReader.LiveDocs;

    /// <summary>Read when the first document matches.</summary>
    public SegmentValues Values => _values.Value;

    /// <summary>One enumerator a field, so that words near each other are found in blocks already read; null where the segment has no such field.</summary>
    public TermsEnum? Terms(string field)
    {
        if (!_terms.TryGetValue(field, out var terms)) _terms[field] = terms = Reader.GetTerms(field)?.GetEnumerator();
        return terms;
    }
}
