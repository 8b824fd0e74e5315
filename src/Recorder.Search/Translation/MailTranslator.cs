using Recorder.Search.Documents;
using Recorder.Search.Matching;
using Recorder.Search.Partitions;
using Recorder.Search.Querying;

namespace Recorder.Search.Translation;

/// <summary>Turns what a person asked into one clause over one partition, inside what the person may see.</summary>
internal sealed class MailTranslator
{
    private readonly OwnScope? _own;
    private readonly TextClauses _text;
    private readonly MarkClauses _marks;
    private readonly PartitionFacts _facts;

    /// <param name="scope">Null is the administrator's view.</param>
    public MailTranslator(PartitionFacts facts, IReadOnlyList<OwnerScope>? scope, MarkSets marks, Hints hints)
    {
        _facts = facts;
        _own = scope is null ? null : new OwnScope(scope, facts);
        _marks = new MarkClauses(marks, _own);
        _text = new TextClauses(hints);
    }

    public Clause Translate(AllOf root) => All(root, _marks.Listed(MarkClauses.AskFor(root, RecordMarkNames.Hidden)));

    /// <summary>One condition alone, for hits that the whole query found already.</summary>
    public Clause Narrowing(QueryNode node) => Of(node);

    private Clause All(AllOf node, Clause within)
    {
        var positive = node.Parts.Where(part => part is not NotNode).Select(Of).Prepend(within);
        var negative = node.Parts.OfType<NotNode>().Select(not => Of(not.Part));
        return Combine.And(positive, negative);
    }

    private Clause Of(QueryNode node) => node switch
    {
        AllOf all => All(all, Combine.All),
        AnyOf any => Combine.Or(any.Parts.Select(Of)),
        NotNode not => Combine.And([], [Of(not.Part)]),
        TextNode words => Words(words),
        ReceivedNode range => OwnScope.Received(_facts, range.From, range.Until),
        SizeNode size => Size(size),
        AttachmentNode attached => Term(MailFields.Has, attached.Kind),
        HeaderNode header => Header(header),
        HeaderIdNode named => Term(MailFields.MessageId, MailFields.NamedTerm(named.Name, named.Id)),
        MarkNode mark => _marks.Bearing(mark.Mark),
        StateNode state => _own?.Having(state.Code) ?? Term(MailFields.State, MailFields.StateTerm("", state.Code)),
        MessageIdNode id => Term(MailFields.MessageId, DenseTerms.OfMessageId(id.Id)),
        _ => throw new InvalidOperationException($"no translation for {node.GetType().Name}"),
    };

    private Clause Words(TextNode words) => words.Field switch
    {
        SearchField.To => Combine.Or([InText(words), Envelope(words)]),
        SearchField.Bcc => Blind(words),
        SearchField.Text when _own is null => Combine.Or([InText(words), Envelope(words)]),
        _ => InText(words),
    };

    private Clause InText(TextNode words) => _text.Matching(MailFields.Of(words.Field), words);

    private Clause Envelope(TextNode words) => _own?.Named(MailFields.Owner, words) ?? _text.Matching([MailFields.Envelope], words);

    private Clause Blind(TextNode words) => _own?.Named(MailFields.Blind, words) ?? _text.Matching([MailFields.BlindEnvelope], words);

    private static Clause Header(HeaderNode header) => header.Units.Count == 0
        ? Term(MailFields.Header, MailFields.Keyword(header.Name))
        : Combine.And(header.Units.SelectMany(HeaderTerms.FormsOf).Select(
            forms => Combine.Or(forms.Select(word => Term(MailFields.Header, MailFields.HeaderTerm(header.Name, word))))));

    private static ValueRange Size(SizeNode size) =>
        new(MailFields.SizeBytes, size.LargerThanBytes + 1 ?? long.MinValue, size.SmallerThanBytes ?? long.MaxValue);

    private static Word Term(string field, string term) => new(field, term);
}
