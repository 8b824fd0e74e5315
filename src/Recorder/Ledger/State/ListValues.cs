namespace Recorder.Ledger.State;

/// <summary>Entries of lists, what is known of each scope as a whole, how often entries decided, and when they end.</summary>
internal static class ListValues
{
    /// <summary>An expired entry stays in sight so long, to be renewed.</summary>
    public static readonly TimeSpan ShownAfterEnd = TimeSpan.FromDays(30);

    public static void Set(StateEditor state, ListEntry entry)
    {
        var key = StateKeys.ListEntry(entry.Scope, entry.Pattern);
        var before = state.Get<ListEntry>(key);
        state.Set(key, entry);
        if (before?.ExpiresAt is { } end) state.Remove(StateKeys.ListEnd(end, entry.Scope, entry.Pattern));
        if (entry.ExpiresAt is { } until) state.Set(StateKeys.ListEnd(until, entry.Scope, entry.Pattern), entry);
        if (before is null) Summarise(state, entry, added: true);
        // What the other list did with this sender says nothing of this one.
        else if (before.Kind != entry.Kind) state.Remove(StateKeys.ListHits(entry.Scope, entry.Pattern));
    }

    public static void Remove(StateEditor state, string scope, string pattern)
    {
        if (state.Get<ListEntry>(StateKeys.ListEntry(scope, pattern)) is not { } entry) return;
        state.Remove(StateKeys.ListEntry(scope, pattern));
        state.Remove(StateKeys.ListHits(scope, pattern));
        if (entry.ExpiresAt is { } end) state.Remove(StateKeys.ListEnd(end, scope, pattern));
        Summarise(state, entry, added: false);
    }

    public static void Count(StateEditor state, IReadOnlyList<ListHit> hits)
    {
        foreach (var hit in hits)
        {
            // It may have been removed since it decided.
            if (state.Get<ListEntry>(StateKeys.ListEntry(hit.Scope, hit.Pattern)) is null) continue;
            var key = StateKeys.ListHits(hit.Scope, hit.Pattern);
            var before = state.Get<ListHits>(key);
            state.Set(key, new ListHits((before?.Count ?? 0) + hit.Count, before is { Last: var last } && last > hit.Last ? last : hit.Last));
        }
    }

    public static void Sweep(StateEditor state, DateTimeOffset now)
    {
        foreach (var (_, entry) in state.TakeWhile<ListEntry>(StateKeys.ListEnds, entry => entry.HasExpired(now - ShownAfterEnd)))
        {
            Remove(state, entry.Scope, entry.Pattern);
        }
    }

    private static void Summarise(StateEditor state, ListEntry entry, bool added)
    {
        var key = StateKeys.ListSummary(entry.Scope);
        var before = state.Get<ListSummary>(key) ?? ListSummary.Empty;
        var wildcards = !entry.IsWildcard ? before.Wildcards
            : [.. (added ? before.Wildcards.Append(entry.Pattern) : before.Wildcards.Where(one => one != entry.Pattern)).Order(StringComparer.Ordinal)];
        var after = new ListSummary(before.Entries + (added ? 1 : -1), wildcards);
        if (after.Entries == 0) state.Remove(key);
        else state.Set(key, after);
    }
}
