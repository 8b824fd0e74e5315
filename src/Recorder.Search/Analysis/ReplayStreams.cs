using Lucene.Net.Analysis;
using Lucene.Net.Analysis.TokenAttributes;

namespace Recorder.Search.Analysis;

/// <summary>Replays token lists one after the other, with a gap between them that no phrase crosses.</summary>
internal sealed class TokenReplay : TokenStream
{
    private const int GapPositions = 100;
    private readonly ICharTermAttribute _term;
    private readonly IPositionIncrementAttribute _position;
    private readonly TokenList[] _lists;
    private int _list;
    private int _token;

    public TokenReplay(params TokenList[] lists)
    {
        _lists = lists;
        _term = AddAttribute<ICharTermAttribute>();
        _position = AddAttribute<IPositionIncrementAttribute>();
    }

    public override void Reset() => (_list, _token) = (0, 0);

    public override bool IncrementToken()
    {
        while (_list < _lists.Length && _token >= _lists[_list].Count) (_list, _token) = (_list + 1, 0);
        if (_list == _lists.Length) return false;
        ClearAttributes();
        var token = _lists[_list][_token];
        _position.PositionIncrement = _token == 0 && _list > 0 ? GapPositions : token.Increment;
        _token++;
        Put(_lists[_list].Text(_lists[_list][_token - 1]));
        return true;
    }

    private void Put(ReadOnlySpan<char> text)
    {
        text.CopyTo(_term.ResizeBuffer(text.Length));
        _term.Length = text.Length;
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
