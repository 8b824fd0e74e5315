using Lucene.Net.Documents;
using Lucene.Net.Index;
using Recorder.Search.Analysis;

namespace Recorder.Search.Documents;

/// <summary>One searchable field in its three Lucene forms: words and pairs with positions, single characters, word beginnings.</summary>
internal sealed class FieldTokens
{
    private readonly TokenList[] _lists;
    private readonly Grams _grams;
    private readonly Field _words;
    private readonly Field _singles;
    private readonly Field _prefixes;

    public FieldTokens(string field, params TokenList[] lists)
    {
        _lists = lists;
        _grams = lists.Length == 1 ? lists[0].Grams : new Grams();
        _words = new Field(field, new TokenReplay(lists), MailFields.Positions);
        _singles = new Field(MailFields.Singles(field), new GramReplay<int>(_grams.Singles, Grams.Unpack), MailFields.DocumentsOnly);
        _prefixes = new Field(MailFields.Prefixes(field), new GramReplay<ulong>(_grams.Prefixes, Grams.Unpack), MailFields.DocumentsOnly);
    }

    /// <summary>The fields that have terms in the document just scanned.</summary>
    public void AddTo(List<IIndexableField> document)
    {
        if (_lists.Length > 1) Join();
        if (_lists.Any(list => list.Count > 0)) document.Add(_words);
        if (_grams.Singles.Count > 0) document.Add(_singles);
        if (_grams.Prefixes.Count > 0) document.Add(_prefixes);
    }

    private void Join()
    {
        _grams.Clear();
        foreach (var list in _lists) _grams.UnionWith(list.Grams);
    }
}
