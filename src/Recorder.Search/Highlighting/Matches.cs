using Recorder.Search.Analysis;
using Recorder.Search.Querying;

namespace Recorder.Search;

/// <summary>Where the words of one part of a query stand in a text.</summary>
internal static class Matches
{
    public static IEnumerable<TextSpan> Of(TextNode node, IReadOnlyList<TextToken> tokens)
    {
        // Outside quotes a run stands alone (iPhone15手機); words joined by punctuation stay together (ABC-123).
        if (node.Quoted || !node.Units.Any(unit => unit.IsRun) || node.Units.Count == 1) return InOrder(node, node.Units, tokens);
        return node.Units.SelectMany(unit => InOrder(node, [unit], tokens));
    }

    private static IEnumerable<TextSpan> InOrder(TextNode node, IReadOnlyList<TextUnit> units, IReadOnlyList<TextToken> tokens)
    {
        for (var at = 0; at + units.Count <= tokens.Count; at++)
            foreach (var span in units.Count == 1 ? Single(node, units[0], tokens[at]) : Sequence(node, units, tokens, at))
                yield return span;
    }

    private static IEnumerable<TextSpan> Single(TextNode node, TextUnit unit, TextToken token)
    {
        if (unit.IsRun != token.IsRun) yield break;
        var (wanted, text) = (unit.Form(node.Quoted), node.Quoted ? token.Exact : token.Folded);
        if (!unit.IsRun)
        {
            if (IsWord(wanted, text, node.Prefix)) yield return new TextSpan(token.Start, token.End - token.Start);
            yield break;
        }
        for (var found = text.IndexOf(wanted, StringComparison.Ordinal); found >= 0; found = text.IndexOf(wanted, found + wanted.Length, StringComparison.Ordinal))
            yield return Between(token, found, found + wanted.Length);
    }

    private static IEnumerable<TextSpan> Sequence(TextNode node, IReadOnlyList<TextUnit> units, IReadOnlyList<TextToken> tokens, int at)
    {
        for (var i = 0; i < units.Count; i++)
            if (!Fits(node, units, i, tokens[at + i])) yield break;
        var (first, last) = (tokens[at], tokens[at + units.Count - 1]);
        var start = units[0].IsRun ? first.Starts[first.Exact.Length - units[0].Form(node.Quoted).Length] : first.Start;
        var end = units[^1].IsRun ? last.Starts[units[^1].Form(node.Quoted).Length] : last.End;
        yield return new TextSpan(start, end - start);
    }

    /// <summary>A run at the edge of a phrase may be part of a longer one.</summary>
    private static bool Fits(TextNode node, IReadOnlyList<TextUnit> units, int i, TextToken token)
    {
        var (wanted, text) = (units[i].Form(node.Quoted), node.Quoted ? token.Exact : token.Folded);
        if (units[i].IsRun != token.IsRun) return false;
        if (!token.IsRun) return IsWord(wanted, text, node.Prefix && i == units.Count - 1);
        return i == 0 ? text.EndsWith(wanted, StringComparison.Ordinal)
            : i == units.Count - 1 ? text.StartsWith(wanted, StringComparison.Ordinal)
            : text == wanted;
    }

    private static bool IsWord(string wanted, string text, bool isBeginning)
    {
        // The index cuts longer words, and what was typed with them.
        var known = text.Length <= TextScanner.MaxWordChars ? text : text[..TextScanner.MaxWordChars];
        return isBeginning ? known.StartsWith(wanted, StringComparison.Ordinal) : known == wanted;
    }

    private static TextSpan Between(TextToken token, int from, int until) =>
        new(token.Starts[from], token.Starts[until] - token.Starts[from]);
}
