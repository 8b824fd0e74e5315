using Recorder.Ledger;
using Recorder.Screening.Lists;

namespace Recorder.Screening;

/// <summary>What the site decided for everybody who decided nothing.</summary>
/// <param name="SpamThreshold">null: each source's own.</param>
/// <param name="AllowUnauthenticated">An allow counts where no trusted results of authentication exist.</param>
public sealed record ScreeningPolicy(double? SpamThreshold = null, bool AllowUnauthenticated = false);

/// <summary>Lists and thresholds as one state of the ledger has them, for one message: the site's part and each domain's are looked up once.</summary>
public sealed class ListedFacts(IStateSnapshot state, ScreeningPolicy policy, MessageSenders senders, DateTimeOffset now)
{
    private readonly IReadOnlyList<ListMatch> site = ListMatches.Of(state, ListScopes.Site, senders, now);
    private readonly Dictionary<string, IReadOnlyList<ListMatch>> domains = new(StringComparer.Ordinal);

    /// <param name="owners">Of one recipient; nothing of any other comes in here.</param>
    public IReadOnlyList<PartyFacts> Of(IReadOnlyList<string> owners)
    {
        var parties = Party.Of(state, owners, now);
        return [.. parties.Select(party => Of(party, isOneOfMany: parties.Count > 1))];
    }

    private PartyFacts Of(Party party, bool isOneOfMany)
    {
        var own = party.Account is null ? null : state.Get<Preferences>(StateKeys.Preferences(party.Account))?.SpamThreshold;
        return new PartyFacts(
            ListChoice.Of(Levels(party), senders, policy.AllowUnauthenticated), own ?? policy.SpamThreshold, own is not null && isOneOfMany ? party.Account : null);
    }

    // Looked up as they are asked for: what an earlier level decides costs the later ones nothing.
    private IEnumerable<ListMatch> Levels(Party party)
    {
        foreach (var match in site.Where(match => match.Entry.IsEnforced)) yield return match;
        if (party.Account is { } account)
        {
            foreach (var match in ListMatches.Of(state, ListScopes.User(account), senders, now)) yield return match;
        }
        foreach (var match in OfDomain(party.Domain)) yield return match;
        foreach (var match in site.Where(match => !match.Entry.IsEnforced)) yield return match;
    }

    private IReadOnlyList<ListMatch> OfDomain(string domain) =>
        domains.TryGetValue(domain, out var found) ? found : domains[domain] = ListMatches.Of(state, ListScopes.Domain(domain), senders, now);
}
