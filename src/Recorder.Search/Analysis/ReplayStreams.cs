using Lucene.Net.Analysis;
using Lucene.Net.Analysis.TokenAttributes;

namespace Recorder.Search.Analysis;

/// <summary>Replays a token list, or the addresses of one, with a mark behind every term.</summary>
internal sealed class TokenReplay : TokenStream
{
    private readonly ICharTermAttribute _term;
    private readonly IPositionIncrementAttribute _position;
    private readonly TokenList _texts;
    private readonly IReadOnlyList<TokenList.Token> _tokens;
    private readonly string _mark;
    private int _next;

    public TokenReplay(TokenList texts, IReadOnlyList<TokenList.Token> tokens, string mark)
    {
        (_texts, _tokens, _mark) = (texts, tokens, mark);
        _term = AddAttribute<ICharTermAttribute>();
        _position = AddAttribute<IPositionIncrementAttribute>();
    }

    public override void Reset() => _next = 0;

    // Both attributes are set for every token, so there is nothing to clear between two.
    public override bool IncrementToken()
    {
        if (_next >= _tokens.Count) return false;
        var token = _tokens[_next++];
        var text = _texts.Text(token);
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

/// <summary>Replays whole terms.</summary>
internal sealed class KeywordReplay : TokenStream
{
    private readonly ICharTermAttribute _term;
    private readonly List<string> _terms;
    private int _next;

    public KeywordReplay(List<string> terms)
    {
        _terms = terms;
        _term = AddAttribute<ICharTermAttribute>();
    }

    public override void Reset() => _next = 0;

    public override bool IncrementToken()
    {
        if (_next >= _terms.Count) return false;
        ClearAttributes(); // the end of the document before has left the position increment at zero
        var text = _terms[_next++];
        text.CopyTo(_term.ResizeBuffer(text.Length));
        _term.Length = text.Length;
        return true;
    }
}
