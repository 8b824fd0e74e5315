using Recorder.Search.Analysis;
using Recorder.Search.Querying;

namespace Recorder.Search;

/// <summary>A stretch of a text, in UTF-16 units.</summary>
public readonly record struct TextSpan(int Start, int Length)
{
    public int End => Start + Length;
}

/// <summary>A piece of a text around its hits.</summary>
/// <param name="Hits">In the piece's own units.</param>
public sealed record Snippet(string Text, IReadOnlyList<TextSpan> Hits);

/// <summary>
/// Finds what a query asked for in a text that a hit shows, by the same words and folding as the index. Negated parts
/// mark nothing. Never throws, and costs one pass over the text for a bounded query.
/// </summary>
public sealed class Highlighter
{
    public static Highlighter None { get; } = new([]);

    private const int MaxSpans = 50, MaxTextChars = 1 << 20;
    private const int CharsBefore = 24;

    private readonly IReadOnlyList<Matches> _wanted;

    private Highlighter(IReadOnlyList<TextNode> wanted) => _wanted = [.. wanted.Select(node => new Matches(node))];

    /// <summary>Nothing that could stand in a subject or a text.</summary>
    public bool IsEmpty => _wanted.Count == 0;

    /// <summary>Whether some words could stand in the text of a message.</summary>
    public bool LooksIntoText => _wanted.Any(part => part.Field != SearchField.Subject);

    internal int WantedCount => _wanted.Count;

    internal static Highlighter Of(QueryNode root)
    {
        var wanted = new List<TextNode>();
        Gather(root, wanted);
        return wanted.Count == 0 ? None : new Highlighter(wanted);
    }

    /// <summary>Ascending, not overlapping; the first ones where there are many.</summary>
    public IReadOnlyList<TextSpan> InSubject(string text) => Find(text, SearchField.Body);

    /// <inheritdoc cref="InSubject"/>
    public IReadOnlyList<TextSpan> InText(string text) => Find(text, SearchField.Subject);

    /// <summary>The piece with the most different words of the query, from the middle of a longer text.</summary>
    /// <returns>Null where no word of the query is in the text.</returns>
    public Snippet? Cut(string text, int chars)
    {
        var hits = InText(text);
        if (hits.Count == 0) return null;
        var start = Edge(text, Math.Max(0, Densest(text, hits, chars) - CharsBefore));
        var end = Math.Min(text.Length, start + chars);
        if (end < text.Length && char.IsLowSurrogate(text[end])) end--;
        var (head, tail) = (start > 0 ? "…" : "", end < text.Length ? "…" : "");
        var inside = hits.Where(hit => hit.Start >= start && hit.End <= end).Select(hit => new TextSpan(hit.Start - start + head.Length, hit.Length)).ToList();
        return new Snippet(head + OneLine(text[start..end]) + tail, inside);
    }

    /// <summary>How many of the query's parts a text has.</summary>
    internal int CountIn(string text)
    {
        var tokens = TextTokens.Of(text);
        return _wanted.Count(part => part.In(tokens).Any());
    }

    private List<TextSpan> Find(string text, SearchField notIn)
    {
        if (_wanted.Count == 0 || text.Length == 0) return [];
        var tokens = TextTokens.Of(text.Length <= MaxTextChars ? text : text[..MaxTextChars]);
        var found = _wanted.Where(part => part.Field != notIn).SelectMany(part => part.In(tokens).Take(MaxSpans));
        return Joined([.. found.OrderBy(span => span.Start).ThenByDescending(span => span.Length)]);
    }

    private static List<TextSpan> Joined(List<TextSpan> spans)
    {
        var joined = new List<TextSpan>();
        foreach (var span in spans)
            if (joined.Count > 0 && span.Start < joined[^1].End)
                joined[^1] = new TextSpan(joined[^1].Start, Math.Max(joined[^1].End, span.End) - joined[^1].Start);
            else if (joined.Count < MaxSpans) joined.Add(span);
        return joined;
    }

    private static int Densest(string text, IReadOnlyList<TextSpan> hits, int chars)
    {
        var (best, most) = (hits[0].Start, 0);
        for (var at = 0; at < hits.Count; at++)
        {
            var until = hits[at].Start + chars - CharsBefore;
            var different = hits.Skip(at).TakeWhile(hit => hit.End <= until).Select(hit => text.Substring(hit.Start, hit.Length)).Distinct(StringComparer.OrdinalIgnoreCase).Count();
            if (different > most) (best, most) = (hits[at].Start, different);
        }
        return best;
    }

    /// <summary>Not in the middle of a word or a pair.</summary>
    private static int Edge(string text, int start)
    {
        if (start == 0) return 0;
        var end = Math.Min(text.Length, start + CharsBefore / 2);
        for (var at = start; at < end; at++)
            if (char.IsWhiteSpace(text[at])) return at + 1;
        return char.IsLowSurrogate(text[start]) ? start + 1 : start;
    }

    private static string OneLine(string text) => string.Create(text.Length, text, static (line, from) =>
    {
        for (var i = 0; i < line.Length; i++) line[i] = char.IsWhiteSpace(from[i]) || char.IsControl(from[i]) ? ' ' : from[i];
    });

    private static void Gather(QueryNode node, List<TextNode> wanted)
    {
        switch (node)
        {
            case TextNode { Field: SearchField.Text or SearchField.Subject or SearchField.Body } words:
                wanted.Add(words);
                break;
            case AllOf all:
                foreach (var part in all.Parts) Gather(part, wanted);
                break;
            case AnyOf any:
                foreach (var part in any.Parts) Gather(part, wanted);
                break;
        }
    }
}
