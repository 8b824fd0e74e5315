using Recorder.Search.Documents;
using Recorder.Search.Matching;
using Recorder.Search.Paging;
using Recorder.Search.Partitions;
using Recorder.Search.Querying;
using Recorder.Search.Translation;

namespace Recorder.Search;

/// <summary>
/// What hits can be narrowed by. Every count is the total that the narrowed query would have, since it is counted by the
/// clause that would narrow it.
/// </summary>
internal static class Facets
{
    public const string Sender = "sender", Month = "month", State = "state", Has = "has";

    private const int MaxSenders = 8, MaxMonths = 24;

    /// <summary>Those that are the same for every search: states and kinds of attachments.</summary>
    public static IReadOnlyList<FacetClause> Fixed(Func<PartitionView, MailTranslator> translator) =>
    [
        .. QueryLanguage.States.Where(row => row.Mark != RecordMarkNames.Hidden)
            .Select(row => new FacetClause(State, row.Name, $"is:{row.Name}", Narrowing(translator, row.Disposition is { } code ? new StateNode(code) : new MarkNode(row.Mark!)))),
        .. QueryLanguage.Kinds.Select(row => new FacetClause(Has, row.Name, $"has:{row.Name}", Narrowing(translator, new AttachmentNode(row.Term)))),
    ];

    /// <summary>The authors with the most hits, to be counted exactly.</summary>
    public static IReadOnlyList<FacetClause> Senders(FacetTally tally, ClauseReader reader, Func<PartitionView, MailTranslator> translator) =>
    [
        .. tally.LikelySenders.Take(MaxSenders).Select(sender => (sender, Node: reader.Words(SearchField.From, new Token(TokenKind.Word, sender, 0, 0))))
            .Where(one => one.Node is not null)
            .Select(one => new FacetClause(Sender, one.sender, $"from:{one.sender}", Narrowing(translator, one.Node!))),
    ];

    public static IReadOnlyList<Facet> Of(FacetTally first, FacetTally senders, bool isExact) =>
    [
        .. senders.Counts.OrderByDescending(one => one.Count).Select(one => Facet(one.Clause, one.Count, isExact)),
        .. first.Months.OrderByDescending(month => month.Month).Take(MaxMonths)
            .Select(month => new Facet(Month, FacetTally.Named(month.Month), $"on:{FacetTally.Named(month.Month)}", month.Count, isExact)),
        .. first.Counts.Where(one => one.Count > 0).Select(one => Facet(one.Clause, one.Count, isExact)),
    ];

    private static Facet Facet(FacetClause clause, long count, bool isExact) => new(clause.Kind, clause.Value, clause.Clause, count, isExact);

    private static Func<PartitionView, Clause> Narrowing(Func<PartitionView, MailTranslator> translator, QueryNode node) =>
        view => translator(view).Narrowing(node);
}
