using Lucene.Net.Index;
using Lucene.Net.Util;

namespace Recorder.Search.Matching;

/// <summary>What stands at one place of a phrase.</summary>
/// <param name="Offset">Positions from the start of the phrase.</param>
internal abstract record Place(int Offset)
{
    /// <summary>Null where the segment has nothing that may stand here.</summary>
    public abstract Spots? In(Segment segment, string field);
}

/// <summary>This term.</summary>
internal sealed record ExactPlace(string Term, int Offset) : Place(Offset)
{
    private readonly BytesRef _term = new(Term);

    public override Spots? In(Segment segment, string field) => segment.Terms(field) is { } terms && terms.SeekExact(_term)
        ? new Spots(terms.DocsAndPositions(segment.Live, null, DocsAndPositionsFlags.NONE), terms.DocFreq, Offset)
        : null;
}

/// <summary>Any term with this beginning that is kept, up to 1,024 in a segment.</summary>
/// <param name="Cut">Told where there are more.</param>
internal sealed record OpenPlace(string Beginning, Func<string, bool> Keep, Action Cut, int Offset) : Place(Offset)
{
    public const int MaxExpansions = 1024;

    private readonly BytesRef _prefix = new(Beginning);

    public override Spots? In(Segment segment, string field)
    {
        if (segment.Terms(field) is not { } terms) return null;
        var found = new List<Spots>();
        foreach (var term in Expansion.Of(terms, _prefix))
        {
            if (!Keep(term.Utf8ToString())) continue;
            if (found.Count == MaxExpansions)
            {
                Cut();
                break;
            }
            found.Add(new Spots(terms.DocsAndPositions(segment.Live, null, DocsAndPositionsFlags.NONE), terms.DocFreq, Offset));
        }
        return found.Count switch { 0 => null, 1 => found[0], _ => new ManySpots([.. found]) };
    }
}

/// <summary>Any of these, which stand at the same place.</summary>
internal sealed record AnyPlace(IReadOnlyList<Place> Places, int Offset) : Place(Offset)
{
    public static Place Of(IReadOnlyList<Place> places) => places.Count == 1 ? places[0] : new AnyPlace(places, places[0].Offset);

    public override Spots? In(Segment segment, string field)
    {
        var found = Places.Select(place => place.In(segment, field)).OfType<Spots>().ToArray();
        return found.Length switch { 0 => null, 1 => found[0], _ => new ManySpots(found) };
    }
}

/// <summary>Documents with a term, and where in them it stands.</summary>
internal class Spots(DocsAndPositionsEnum? documents, long count, int offset) : Candidates
{
    private int _document = -1;

    public override int Document => _document;

    public override long Cost => count;

    public override int Advance(int target) => _document = target == _document + 1 ? documents!.NextDoc() : documents!.Advance(target);

    /// <summary>Adds where phrases would start that have it in its place. Once a document.</summary>
    public virtual void ReadStarts(List<int> starts)
    {
        for (var left = documents!.Freq; left > 0; left--) starts.Add(documents.NextPosition() - offset);
    }
}

/// <summary>The same of several terms for one place.</summary>
internal sealed class ManySpots(Spots[] terms) : Spots(null, terms.Sum(term => term.Cost), 0)
{
    private readonly Earliest _terms = new([.. terms]);

    public override int Document => _terms.Document;

    public override int Advance(int target) => _terms.Advance(target);

    public override void ReadStarts(List<int> starts)
    {
        _terms.AnyHere(term =>
        {
            ((Spots)term).ReadStarts(starts);
            return false;
        });
        starts.Sort();
    }
}
