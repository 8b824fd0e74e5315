using Lucene.Net.Index;
using Lucene.Net.Search;
using Recorder.Search.Documents;
using Recorder.Search.Partitions;
using Recorder.Search.Querying;

namespace Recorder.Search.Translation;

/// <summary>Turns what a person asked into one Lucene query over one partition, inside what the person may see.</summary>
internal sealed class MailTranslator
{
    private readonly OwnScope? _own;
    private readonly TextClauses _text;
    private readonly PartitionFacts _facts;

    /// <param name="scope">Null is the administrator's view.</param>
    public MailTranslator(IndexReader reader, PartitionFacts facts, IReadOnlyList<OwnerScope>? scope, Hints hints)
    {
        _facts = facts;
        _own = scope is null ? null : new OwnScope(scope, facts);
        _text = new TextClauses(new Vocabulary(reader), hints);
    }

    public Query Translate(AllOf root) => All(root, _own?.Visible ?? Combine.All);

    private Query All(AllOf node, Query within)
    {
        var positive = node.Parts.Where(part => part is not NotNode).Select(Clause).Prepend(within);
        var negative = node.Parts.OfType<NotNode>().Select(not => Clause(not.Part));
        return Combine.And(positive, negative);
    }

    private Query Clause(QueryNode node) => node switch
    {
        AllOf all => All(all, Combine.All),
        AnyOf any => Combine.Or(any.Parts.Select(Clause)),
        NotNode not => Combine.And([], [Clause(not.Part)]),
        TextNode words => Words(words),
        ReceivedNode range => OwnScope.Received(_facts, range.From, range.Until),
        SizeNode size => Size(size),
        AttachmentNode => Term(MailFields.Has, MailFields.Attachment),
        StateNode state => _own?.Having(state.Code) ?? Term(MailFields.State, MailFields.StateTerm("", state.Code)),
        MessageIdNode id => Term(MailFields.MessageId, DenseTerms.OfMessageId(id.Id)),
        _ => throw new InvalidOperationException($"no translation for {node.GetType().Name}"),
    };

    private Query Words(TextNode words) => words.Field switch
    {
        SearchField.To => Combine.Or([InText(words), Envelope(words)]),
        SearchField.Bcc => Blind(words),
        SearchField.Text when _own is null => Combine.Or([InText(words), Envelope(words)]),
        _ => InText(words),
    };

    private Query InText(TextNode words) => _text.Matching(MailFields.Of(words.Field), words);

    private Query Envelope(TextNode words) => _own?.Named(MailFields.Owner, words) ?? _text.Matching([MailFields.Envelope], words);

    private Query Blind(TextNode words) => _own?.Named(MailFields.Blind, words) ?? _text.Matching([MailFields.BlindEnvelope], words);

    private static Query Size(SizeNode size) => Combine.Range(new ValueRange(
        MailFields.SizeBytes, size.LargerThanBytes + 1 ?? long.MinValue, size.SmallerThanBytes ?? long.MaxValue));

    private static Query Term(string field, string term) => new TermQuery(new Term(field, term));
}
