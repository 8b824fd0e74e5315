using Recorder.Ledger;

namespace Recorder.Screening.Lists;

/// <summary>What lists say of one recipient's copy.</summary>
/// <param name="Entry">The entry that decides; null where none does.</param>
/// <param name="Passed">The first matching allow that did not count.</param>
/// <param name="PassedWhy">One of <see cref="PassedCodes"/>.</param>
public sealed record ListChoice(MatchedEntry? Entry, MatchedEntry? Passed, string? PassedWhy)
{
    public static ListChoice None { get; } = new(null, null, null);

    /// <summary>The first match that counts: blocks always do, an allow only where the sender is proven.</summary>
    /// <param name="inOrder">Level by level, in each the most specific first.</param>
    public static ListChoice Of(IEnumerable<ListMatch> inOrder, MessageSenders senders, bool allowUnauthenticated)
    {
        var choice = None;
        foreach (var match in inOrder)
        {
            var why = match.Entry.Kind == ListKind.Block ? null : WhyNot(match, senders, allowUnauthenticated);
            if (why is null) return choice with { Entry = match.Named };
            if (choice.Passed is null) choice = new ListChoice(null, match.Named, why);
        }
        return choice;
    }

    private static string? WhyNot(ListMatch match, MessageSenders senders, bool allowUnauthenticated) =>
        senders.HasSeveralAuthors ? PassedCodes.SeveralAuthors
        : senders.Proof == SenderProof.None ? (allowUnauthenticated ? null : PassedCodes.NoResults)
        : senders.IsProven(match.Sender) ? null : PassedCodes.NotProven;
}
