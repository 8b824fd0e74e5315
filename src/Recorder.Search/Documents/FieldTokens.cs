using Lucene.Net.Documents;
using Lucene.Net.Index;
using Recorder.Search.Analysis;

namespace Recorder.Search.Documents;

/// <summary>One searchable field in its three Lucene forms: words and pairs with positions, single characters, word beginnings.</summary>
internal sealed class FieldTokens
{
    private readonly TokenList _tokens;
    private readonly Field _words;
    private readonly Field _singles;
    private readonly Field _prefixes;

    public FieldTokens(WordField field, TokenList tokens)
    {
        _tokens = tokens;
        _words = new Field(field.Dictionary, new TokenReplay(tokens, field.Mark), MailFields.Positions);
        _singles = new Field(field.Singles.Dictionary, new GramReplay(tokens.Grams.Singles, Grams.UnpackSingle, field.Mark), MailFields.DocumentsOnly);
        _prefixes = new Field(field.Prefixes.Dictionary, new GramReplay(tokens.Grams.Prefixes, Grams.UnpackPrefix, field.Mark), MailFields.DocumentsOnly);
    }

    /// <summary>The fields that have terms in the document just scanned.</summary>
    public void AddTo(List<IIndexableField> document)
    {
        if (_tokens.Count > 0) document.Add(_words);
        if (_tokens.Grams.Singles.Count > 0) document.Add(_singles);
        if (_tokens.Grams.Prefixes.Count > 0) document.Add(_prefixes);
    }
}
