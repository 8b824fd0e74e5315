using Lucene.Net.Analysis;
using Lucene.Net.Analysis.TokenAttributes;

namespace Recorder.Search.Analysis;

/// <summary>Replays a token list, with a mark behind every term.</summary>
internal sealed class TokenReplay : TokenStream
{
    private readonly ICharTermAttribute _term;
    private readonly IPositionIncrementAttribute _position;
    private readonly TokenList _tokens;
    private readonly string _mark;
    private int _next;

    public TokenReplay(TokenList tokens, string mark)
    {
        (_tokens, _mark) = (tokens, mark);
        _term = AddAttribute<ICharTermAttribute>();
        _position = AddAttribute<IPositionIncrementAttribute>();
    }

    public override void Reset() => _next = 0;

    // Both attributes are set for every token, so there is nothing to clear between two.
    public override bool IncrementToken()
    {
        if (_next >= _tokens.Count) return false;
        var token = _tokens[_next++];
        var text = _tokens.Text(token);
        _position.PositionIncrement = token.Increment;
        var term = _term.ResizeBuffer(text.Length + _mark.Length);
        text.CopyTo(term);
        _mark.CopyTo(term.AsSpan(text.Length));
        _term.Length = text.Length + _mark.Length;
        return true;
    }
}

/// <summary>Replays a set of documents-only terms, likewise.</summary>
internal sealed class GramReplay : TokenStream
{
    private const int MaxChars = 2;

    internal delegate int Unpack(int packed, Span<char> into);

    private readonly ICharTermAttribute _term;
    private readonly HashSet<int> _grams;
    private readonly Unpack _unpack;
    private readonly string _mark;
    private HashSet<int>.Enumerator _rest;

    public GramReplay(HashSet<int> grams, Unpack unpack, string mark)
    {
        (_grams, _unpack, _mark) = (grams, unpack, mark);
        _term = AddAttribute<ICharTermAttribute>();
    }

    public override void Reset() => _rest = _grams.GetEnumerator();

    public override bool IncrementToken()
    {
        if (!_rest.MoveNext()) return false;
        ClearAttributes();
        var term = _term.ResizeBuffer(MaxChars + _mark.Length);
        var length = _unpack(_rest.Current, term);
        _mark.CopyTo(term.AsSpan(length));
        _term.Length = length + _mark.Length;
        return true;
    }
}
