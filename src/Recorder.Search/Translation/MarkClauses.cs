using Lucene.Net.Util;
using Recorder.Search.Documents;
using Recorder.Search.Matching;
using Recorder.Search.Querying;

namespace Recorder.Search.Translation;

/// <summary>The marks of one search, read once for all partitions.</summary>
internal sealed class MarkSets(IRecordMarks? marks)
{
    private readonly Dictionary<(string Mark, string? Address), IReadOnlyList<BytesRef>> _read = [];

    public bool AreKnown => marks is not null;

    public Clause Of(string mark, string? address)
    {
        if (marks is null) return Combine.None;
        if (!_read.TryGetValue((mark, address), out var ids)) _read[(mark, address)] = ids = OneOfRecords.Terms(marks.Of(mark, address));
        return ids.Count == 0 ? Combine.None : new OneOfRecords(ids);
    }
}

/// <summary>Later states as clauses over one partition. A mark of a mailbox counts for a copy that the reader sees through it.</summary>
internal sealed class MarkClauses(MarkSets sets, OwnScope? own)
{
    /// <summary>What the reader's lists show: not hidden in one of the mailboxes that have it, and not taken out for everybody.</summary>
    /// <param name="hiddenToo">The query asks about hidden ones itself.</param>
    public Clause Listed(bool hiddenToo)
    {
        if (own is null) return Combine.All;
        return Combine.And([hiddenToo ? own.Visible : Shown(own)], [sets.Of(RecordMarkNames.Unlisted, null)]);
    }

    public Clause Bearing(string mark)
    {
        var whatever = sets.Of(mark, null);
        if (own is null) return whatever;
        return mark == RecordMarkNames.Hidden
            ? Combine.And([own.Visible], [Shown(own)])
            : Combine.Or([own.With(address => sets.Of(mark, address)), whatever]);
    }

    public static bool AskFor(QueryNode node, string mark) => node switch
    {
        MarkNode found => found.Mark == mark,
        AllOf all => all.Parts.Any(part => AskFor(part, mark)),
        AnyOf any => any.Parts.Any(part => AskFor(part, mark)),
        NotNode not => AskFor(not.Part, mark),
        _ => false,
    };

    private Clause Shown(OwnScope scope) => scope.Without(address => sets.Of(RecordMarkNames.Hidden, address));
}
