using Lucene.Net.Analysis;
using Lucene.Net.Analysis.TokenAttributes;

namespace Recorder.Search.Analysis;

/// <summary>Replays a token list.</summary>
internal sealed class TokenReplay : TokenStream
{
    private readonly ICharTermAttribute _term;
    private readonly IPositionIncrementAttribute _position;
    private readonly TokenList _tokens;
    private int _next;

    public TokenReplay(TokenList tokens)
    {
        _tokens = tokens;
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
        text.CopyTo(_term.ResizeBuffer(text.Length));
        _term.Length = text.Length;
        return true;
    }
}

/// <summary>Replays a set of documents-only terms.</summary>
internal sealed class GramReplay<T> : TokenStream where T : struct
{
    internal delegate int Unpack(T packed, Span<char> into);

    private readonly ICharTermAttribute _term;
    private readonly HashSet<T> _grams;
    private readonly Unpack _unpack;
    private HashSet<T>.Enumerator _rest;

    public GramReplay(HashSet<T> grams, Unpack unpack)
    {
        (_grams, _unpack) = (grams, unpack);
        _term = AddAttribute<ICharTermAttribute>();
    }

    public override void Reset() => _rest = _grams.GetEnumerator();

    public override bool IncrementToken()
    {
        if (!_rest.MoveNext()) return false;
        ClearAttributes();
        _term.Length = _unpack(_rest.Current, _term.ResizeBuffer(Grams.MaxPrefixChars));
        return true;
    }
}
