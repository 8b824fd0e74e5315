namespace Recorder.Search;

/// <summary>
/// A simple order by how well hits fit: each part of the query that the subject has counts most, then the sender's name,
/// then the beginning of the text. Equals keep their order, the newest first.
/// </summary>
internal static class BestMatch
{
    private const int Subject = 8, WholeSubject = 4, From = 5, Summary = 2;

    public static IEnumerable<SearchHit> Order(IReadOnlyList<SearchHit> newestFirst, Highlighter words) =>
        words.IsEmpty ? newestFirst : newestFirst.OrderByDescending(hit => Score(hit, words));

    private static int Score(SearchHit hit, Highlighter words)
    {
        var inSubject = words.CountIn(hit.Subject);
        var whole = inSubject == words.WantedCount ? WholeSubject : 0;
        return Subject * inSubject + whole + From * words.CountIn(hit.From) + Summary * words.CountIn(hit.Summary);
    }
}
