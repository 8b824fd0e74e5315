using Recorder.Ledger;

namespace Recorder.Screening.Lists;

/// <summary>An entry that matches a sender of the message.</summary>
/// <param name="Rank">Higher is more specific; <see cref="ListMatches"/> says how.</param>
public sealed record ListMatch(ListEntry Entry, SenderAddress Sender, int Rank)
{
    public MatchedEntry Named => new(Entry.Scope, Entry.Kind, Entry.Pattern, Sender.Text, Entry.IsEnforced);
}

/// <summary>
/// Finds a scope's entries for a message: by key for addresses, domains and each parent domain, whatever the list's
/// length; one by one for the scope's wildcards.
/// </summary>
public static class ListMatches
{
    private const int WildcardRank = 0, BelowRank = 1, DomainRank = 1_000, AddressRank = 1_001;

    /// <returns>The one that decides first: address, then domain, then what is below the longest domain, then wildcards; of equals the block.</returns>
    public static IReadOnlyList<ListMatch> Of(IStateSnapshot state, string scope, MessageSenders senders, DateTimeOffset now)
    {
        if (state.Get<ListSummary>(StateKeys.ListSummary(scope)) is not { } summary) return [];
        List<ListMatch> found = [];
        foreach (var sender in senders.All)
        {
            foreach (var (pattern, rank) in Patterns(sender, summary))
            {
                if (state.Get<ListEntry>(StateKeys.ListEntry(scope, pattern)) is { } entry && entry.Scope == scope && !entry.HasExpired(now))
                    found.Add(new ListMatch(entry, sender, rank));
            }
        }
        // A stable order: of equals the one of the author comes first, since the proof is the author's.
        return found.Count < 2 ? found : [.. found.OrderByDescending(match => match.Rank).ThenByDescending(match => match.Entry.Kind)];
    }

    private static IEnumerable<(string Pattern, int Rank)> Patterns(SenderAddress sender, ListSummary summary)
    {
        // What a sender writes with stars must not be taken for an entry that has them.
        if (sender.Local.AsSpan().IndexOfAny('*', '?') < 0) yield return (sender.Text, AddressRank);
        if (sender.Domain.AsSpan().IndexOfAny('*', '?') < 0)
        {
            yield return (sender.Domain, DomainRank);
            if (!sender.Domain.StartsWith('[')) foreach (var below in Parents(sender.Domain)) yield return below;
        }
        foreach (var wildcard in summary.Wildcards)
        {
            if (Wildcard.Matches(wildcard, sender)) yield return (wildcard, WildcardRank);
        }
    }

    private static IEnumerable<(string Pattern, int Rank)> Parents(string domain)
    {
        var labels = domain.AsSpan().Count('.');
        for (var dot = domain.IndexOf('.', StringComparison.Ordinal); dot >= 0; dot = domain.IndexOf('.', dot + 1))
            yield return ("*" + domain[dot..], BelowRank + labels--);
    }
}
