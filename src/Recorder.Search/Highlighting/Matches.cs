using Recorder.Search.Analysis;
using Recorder.Search.Querying;

namespace Recorder.Search;

/// <summary>Finds where the words of one part of a query stand in a text.</summary>
internal sealed class Matches(TextNode node)
{
    private readonly Sought[] _units = [.. node.Units.Select(unit => new Sought(unit.Form(node.Quoted), unit.IsRun ? new RunPattern(unit.Form(node.Quoted)) : null))];

    public SearchField Field => node.Field;

    public IEnumerable<TextSpan> In(IReadOnlyList<TextToken> tokens)
    {
        // Outside quotes a run stands alone (iPhone15手機); words joined by punctuation stay together (ABC-123).
        if (node.Quoted || !node.Units.Any(unit => unit.IsRun) || node.Units.Count == 1) return InOrder(_units, tokens);
        return _units.SelectMany(unit => InOrder([unit], tokens));
    }

    private IEnumerable<TextSpan> InOrder(Sought[] units, IReadOnlyList<TextToken> tokens)
    {
        for (var at = 0; at + units.Length <= tokens.Count; at++)
            foreach (var span in units.Length == 1 ? Single(units[0], tokens[at]) : Sequence(units, tokens, at))
                yield return span;
    }

    private string TextOf(TextToken token) => node.Quoted ? token.Exact : token.Folded;

    private IEnumerable<TextSpan> Single(Sought unit, TextToken token)
    {
        if (unit.Run is not null != token.IsRun) yield break;
        var text = TextOf(token);
        if (unit.Run is not { } run)
        {
            if (IsWord(unit.Text, text, node.Prefix)) yield return new TextSpan(token.Start, token.End - token.Start);
            yield break;
        }
        for (var found = run.IndexIn(text, 0); found >= 0; found = run.IndexIn(text, found + run.Length))
            yield return Between(token, found, found + run.Length);
    }

    private IEnumerable<TextSpan> Sequence(Sought[] units, IReadOnlyList<TextToken> tokens, int at)
    {
        for (var i = 0; i < units.Length; i++)
            if (!Fits(units, i, tokens[at + i])) yield break;
        var (first, last) = (tokens[at], tokens[at + units.Length - 1]);
        var start = units[0].Run is { } begins ? first.Starts[first.Exact.Length - begins.Length] : first.Start;
        var end = units[^1].Run is { } ends ? last.Starts[ends.Length] : last.End;
        yield return new TextSpan(start, end - start);
    }

    /// <summary>A run at the edge of a phrase may be part of a longer one.</summary>
    private bool Fits(Sought[] units, int i, TextToken token)
    {
        var text = TextOf(token);
        if (units[i].Run is not null != token.IsRun) return false;
        if (units[i].Run is not { } run) return IsWord(units[i].Text, text, node.Prefix && i == units.Length - 1);
        return i == 0 ? run.IsAt(text, text.Length - run.Length)
            : i == units.Length - 1 ? run.IsAt(text, 0)
            : text.Length == run.Length && run.IsAt(text, 0);
    }

    private static bool IsWord(string wanted, string text, bool isBeginning)
    {
        // The index cuts longer words, and what was typed with them.
        var known = text.Length <= TextScanner.MaxWordChars ? text : text[..TextScanner.MaxWordChars];
        return isBeginning ? known.StartsWith(wanted, StringComparison.Ordinal) : known == wanted;
    }

    private static TextSpan Between(TextToken token, int from, int until) =>
        new(token.Starts[from], token.Starts[until] - token.Starts[from]);

    /// <param name="Run">Null for a word.</param>
    private readonly record struct Sought(string Text, RunPattern? Run);
}
