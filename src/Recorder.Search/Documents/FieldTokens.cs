using Lucene.Net.Documents;
using Lucene.Net.Index;
using Recorder.Search.Analysis;

namespace Recorder.Search.Documents;

/// <summary>One searchable field in its four Lucene forms: words and pairs with positions; without, single characters, word beginnings and addresses.</summary>
internal sealed class FieldTokens
{
    private readonly TokenList _tokens;
    private readonly Field _words;
    private readonly Field _singles;
    private readonly Field _prefixes;
    private readonly Field _addresses;

    public FieldTokens(WordField field, TokenList tokens)
    {
        _tokens = tokens;
        _words = new Field(field.Dictionary, new TokenReplay(tokens, tokens.Tokens, field.Mark), MailFields.Positions);
        _singles = new Field(field.Singles.Dictionary, new GramReplay(tokens.Grams.Singles, Grams.UnpackSingle, field.Mark), MailFields.DocumentsOnly);
        _prefixes = new Field(field.Prefixes.Dictionary, new GramReplay(tokens.Grams.Prefixes, Grams.UnpackPrefix, field.Mark), MailFields.DocumentsOnly);
        _addresses = new Field(field.Addresses.Dictionary, new TokenReplay(tokens, tokens.Addresses, field.Mark), MailFields.DocumentsOnly);
    }

    /// <summary>The fields that have terms in the document just scanned.</summary>
    public void AddTo(List<IIndexableField> document)
    {
        if (_tokens.Tokens.Count > 0) document.Add(_words);
        if (_tokens.Grams.Singles.Count > 0) document.Add(_singles);
        if (_tokens.Grams.Prefixes.Count > 0) document.Add(_prefixes);
        if (_tokens.Addresses.Count > 0) document.Add(_addresses);
    }
}
