namespace Recorder.Search.Querying;

/// <summary>Says what each outermost part of a query was understood as.</summary>
internal static class QueryParts
{
    /// <param name="first">Its first token.</param>
    /// <param name="end">Behind its last one.</param>
    public static QueryPart Of(string text, IReadOnlyList<Token> tokens, int first, int end)
    {
        var (start, stop) = (tokens[first].Start, tokens[end - 1].End);
        var without = $"{text[..start].TrimEnd()} {text[stop..].TrimStart()}".Trim();
        var negated = tokens[first].Kind == TokenKind.Not;
        var at = negated ? first + 1 : first;
        return (end - at, at < end ? tokens[at].Kind : TokenKind.Close) switch
        {
            (1, TokenKind.Word or TokenKind.Quoted) => new QueryPart(null, text[tokens[at].Start..stop], negated, without),
            (2 or 3, TokenKind.Operator) => new QueryPart(NameOf(tokens[at]), text[tokens[at].End..stop].Trim(), negated, without),
            _ => new QueryPart(null, text[start..stop], false, without),
        };
    }

    private static string NameOf(Token name) => QueryLanguage.Operators.First(row => row.Operator == name.Name).Name;
}
