using Recorder.Search.Analysis;

namespace Recorder.Search.Querying;

/// <summary>A query as a tree, and its outermost parts in the order typed.</summary>
internal sealed record ParsedQuery(AllOf Root, IReadOnlyList<QueryPart> Parts);

/// <summary>
/// Recursive descent over the tokens; never throws. OR binds tighter than the implied AND, as in Gmail:
/// <c>a b OR c</c> asks for a, and for b or c.
/// </summary>
internal sealed class QueryParser
{
    public const int MaxClauses = 64;
    public const int MaxDepth = 16;
    public const int MaxChars = 4096;
    public const int MaxPhraseUnits = 64;

    private readonly string _text;
    private readonly IReadOnlyList<Token> _tokens;
    private readonly ClauseReader _clauses;
    private readonly Hints _hints;
    private readonly List<QueryPart> _parts = [];
    private SearchField _field = SearchField.Text;
    private int _next;
    private int _clauseCount;

    private QueryParser(string text, DateTimeOffset now, TimeZoneInfo zone, Hints hints)
    {
        (_text, _hints) = (text, hints);
        _tokens = Lexer.Read(text, hints);
        _clauses = new ClauseReader(now, zone, hints);
    }

    /// <summary>The query as a tree; an empty one asks for everything.</summary>
    public static ParsedQuery Parse(string text, DateTimeOffset now, TimeZoneInfo zone, Hints hints)
    {
        if (text.Length > MaxChars)
        {
            hints.QueryCut();
            text = text[..MaxChars];
        }
        var parser = new QueryParser(Folding.Width(text), now, zone, hints);
        var root = parser.Sequence(depth: 0);
        // A bracket or a sign alone asks for nothing, and nothing asked for is everything: that must be said.
        if (root.Parts.Count == 0 && hints.All.Count == 0 && !string.IsNullOrWhiteSpace(text)) hints.Ignored(text.Trim());
        return new ParsedQuery(root, parser._parts);
    }

    private AllOf Sequence(int depth)
    {
        var parts = new List<QueryNode>();
        while (_next < _tokens.Count)
        {
            if (Peek == TokenKind.Close && depth > 0) break;
            if (Peek is TokenKind.Close or TokenKind.Or)
            {
                _next++; // closes nothing, or joins nothing
                continue;
            }
            var first = _next;
            if (Alternatives(depth) is not { } part) continue;
            parts.Add(part);
            if (depth == 0) _parts.Add(QueryParts.Of(_text, _tokens, first, _next));
        }
        return new AllOf(parts);
    }

    private TokenKind? Peek => _next < _tokens.Count ? _tokens[_next].Kind : null;

    private QueryNode? Alternatives(int depth)
    {
        var parts = new List<QueryNode>();
        Keep(Term(depth), parts);
        while (Peek == TokenKind.Or)
        {
            _next++;
            if (Peek is null or TokenKind.Close or TokenKind.Or) continue;
            Keep(Term(depth), parts);
        }
        return parts.Count > 1 ? new AnyOf(parts) : parts.FirstOrDefault();
    }

    private static void Keep(QueryNode? part, List<QueryNode> parts)
    {
        if (part is not null) parts.Add(part);
    }

    private QueryNode? Term(int depth)
    {
        var token = _tokens[_next++];
        return token.Kind switch
        {
            TokenKind.Not => Negated(depth),
            TokenKind.Open => Group(depth),
            TokenKind.Operator => Operated(token, depth),
            TokenKind.Word or TokenKind.Quoted => Counted(_clauses.Words(_field, token)),
            _ => null,
        };
    }

    private NotNode? Negated(int depth)
    {
        if (Peek is null or TokenKind.Close or TokenKind.Or or TokenKind.Not) return null;
        return Term(depth) is { } part ? new NotNode(part) : null;
    }

    private AllOf? Group(int depth)
    {
        if (depth >= MaxDepth)
        {
            _hints.TooDeep(); // the bracket is dropped; what it holds joins the group around it
            return null;
        }
        var inside = Sequence(depth + 1);
        if (Peek == TokenKind.Close) _next++;
        return inside.Parts.Count == 0 ? null : inside;
    }

    private QueryNode? Operated(Token name, int depth)
    {
        if (Peek is TokenKind.Word or TokenKind.Quoted) return Counted(_clauses.Operated(name, Value(name.Name!.Value)));
        if (Peek == TokenKind.Open && Operators.Field(name.Name!.Value) is { } field) return GroupIn(field, depth);
        _hints.EmptyOperator(name.Text);
        return null;
    }

    /// <summary>One token; two for <c>header:Name:"some words"</c>.</summary>
    private Token Value(Operator name)
    {
        var value = _tokens[_next++];
        if (name != Operator.Header || !value.Text.EndsWith(':') || Peek != TokenKind.Quoted || _tokens[_next].Start != value.End) return value;
        var quoted = _tokens[_next++];
        return quoted with { Text = value.Text + quoted.Text };
    }

    /// <summary><c>from:(a OR b)</c>: the field holds for every plain word inside.</summary>
    private AllOf? GroupIn(SearchField field, int depth)
    {
        var outer = _field;
        (_field, _next) = (field, _next + 1);
        var inside = Group(depth);
        _field = outer;
        return inside;
    }

    /// <summary>A name with its address is two.</summary>
    private QueryNode? Counted(QueryNode? clause)
    {
        if (clause is null) return null;
        _clauseCount += clause is AllOf both ? both.Parts.Count : 1;
        if (_clauseCount <= MaxClauses) return clause;
        _hints.TooManyClauses();
        return null;
    }
}
