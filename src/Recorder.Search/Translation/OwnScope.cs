using Recorder.Search.Analysis;
using Recorder.Search.Documents;
using Recorder.Search.Matching;
using Recorder.Search.Partitions;
using Recorder.Search.Querying;

namespace Recorder.Search.Translation;

/// <summary>
/// The reader's addresses as clauses over one partition. Every clause about an envelope is built from an address of the reader
/// and the time it was the reader's, so that no other recipient of the same record can be asked about.
/// </summary>
internal sealed class OwnScope(IReadOnlyList<OwnerScope> addresses, PartitionFacts facts)
{
    /// <summary>What the reader may see at all.</summary>
    public Clause Visible => OneOf(MailFields.Owner, static owner => owner);

    public Clause Having(string stateCode) => OneOf(MailFields.State, owner => MailFields.StateTerm(owner, stateCode));

    /// <summary>The reader's own copies through an address that these words describe.</summary>
    public Clause Named(string field, TextNode words) =>
        OneOf(field, static owner => owner, addresses.Where(own => AddressWords.Describe(words, own.Address)));

    /// <summary>The reader's own copies that a clause of their address has too.</summary>
    public Clause With(Func<string, Clause> ofAddress) => Combine.Or(addresses.Select(own => Combine.And([.. Copy(own), ofAddress(own.Address)])));

    /// <summary>The reader's own copies that a clause of their address does not have.</summary>
    public Clause Without(Func<string, Clause> ofAddress) => Combine.Or(addresses.Select(own => Combine.And(Copy(own), [ofAddress(own.Address)])));

    private Clause[] Copy(OwnerScope own) => [Received(facts, own.From, own.Until), InTerm(own), new Word(MailFields.Owner, MailFields.Keyword(own.Address))];

    private Clause OneOf(string field, Func<string, string> term, IEnumerable<OwnerScope>? some = null) =>
        Combine.Or((some ?? addresses).Select(own => Combine.And(
            [Received(facts, own.From, own.Until), InTerm(own), new Word(field, MailFields.Keyword(term(own.Address)))])));

    private Clause InTerm(OwnerScope own)
    {
        if (own.Kept is not { } bounds) return Combine.All;
        var others = bounds.ByDisposition.Select(one => (Decided: new Word(MailFields.State, MailFields.StateTerm(own.Address, one.Key)), Bound: one.Value)).ToList();
        return Combine.Or(others.Select(one => Combine.And([Kept(one.Bound), one.Decided]))
            .Append(Combine.And([Kept(bounds.NotBefore)], others.Select(one => one.Decided))));
    }

    private Clause Kept(DateTimeOffset? from)
    {
        if (from is not { UtcTicks: var first } || (facts.KeptMax == 0 && facts.Min >= first)) return Combine.All;
        return facts.Max < first && facts.KeptMax < first ? Combine.None : new KeptRange(first);
    }

    /// <summary>Received in [from, until): everything or nothing where the partition's own bounds decide it.</summary>
    public static Clause Received(PartitionFacts facts, DateTimeOffset? from, DateTimeOffset? until)
    {
        var first = from?.UtcTicks ?? long.MinValue;
        var end = until?.UtcTicks ?? long.MaxValue;
        if (first <= facts.Min && facts.Max < end) return Combine.All;
        if (facts.Max < first || facts.Min >= end || first >= end) return Combine.None;
        return new ValueRange(RecordFields.Order, first, end);
    }
}

/// <summary>Whether typed words describe an address, by the same rules as the index but in memory.</summary>
internal static class AddressWords
{
    public static bool Describe(TextNode words, string address)
    {
        if (words.WholeAddress is { } whole) return whole == AddressShape.Whole(address);
        if (words.Domain is { } domain) return AddressShape.Whole(address)?.EndsWith(domain, StringComparison.Ordinal) ?? false;
        var parts = TextUnits.Of(address);
        for (var start = 0; start + words.Units.Count <= parts.Count; start++)
            if (MatchAt(words, parts, start)) return true;
        return false;
    }

    private static bool MatchAt(TextNode words, IReadOnlyList<TextUnit> parts, int start)
    {
        for (var i = 0; i < words.Units.Count; i++)
        {
            var (wanted, part) = (words.Units[i].Form(words.Quoted), parts[start + i].Form(words.Quoted));
            var beginning = words.Prefix && i == words.Units.Count - 1;
            var found = words.Units[i].IsRun ? part.Contains(wanted, StringComparison.Ordinal)
                : beginning ? part.StartsWith(wanted, StringComparison.Ordinal)
                : part == wanted;
            if (!found) return false;
        }
        return true;
    }
}
