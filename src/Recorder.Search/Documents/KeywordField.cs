using Lucene.Net.Documents;
using Lucene.Net.Index;
using Recorder.Search.Analysis;

namespace Recorder.Search.Documents;

/// <summary>
/// A field of exact terms, used again for document after document. Lucene makes a token stream for every term that comes as a field of its own, and
/// with some tens of terms a message that was a sixth of what indexing cost.
/// </summary>
internal sealed class KeywordField
{
    private readonly List<string> _terms = [];
    private readonly Field _field;

    public KeywordField(string name) => _field = new Field(name, new KeywordReplay(_terms), MailFields.DocumentsOnly);

    public void Clear() => _terms.Clear();

    public void Add(string term) => _terms.Add(MailFields.Keyword(term));

    public void AddTo(List<IIndexableField> document)
    {
        if (_terms.Count > 0) document.Add(_field);
    }
}
