using Recorder.Ledger;

namespace Recorder.Screening.Lists;

/// <summary>The lists over the ledger. Acts on one scope are one at a time, so that its limits are exact.</summary>
public sealed class SenderLists(ILedger ledger, TimeProvider clock) : ISenderLists
{
    public const int MaxPersonalEntries = 10_000;
    public const int MaxSharedEntries = 100_000;

    /// <summary>Wildcards of a scope: each is tried against every sender.</summary>
    public const int MaxWildcards = 1_000;

    public const int MaxCommentLength = 500;

    public async Task<ListEntry> SetAsync(
        Actor actor, string scope, ListKind kind, string pattern, string? comment, DateTimeOffset? expiresAt, bool isEnforced, CancellationToken cancel)
    {
        var wish = Wish(actor, scope, kind, SenderPattern.Read(pattern, kind).Text, comment, expiresAt, isEnforced);
        ListEntry? entry = null;
        await ledger.ActAsync(LedgerKey(scope), state => Set(state, actor, entry = Merged(state, wish, comment)), cancel);
        return entry!;
    }

    public async Task<bool> RemoveAsync(Actor actor, string scope, string pattern, CancellationToken cancel)
    {
        var name = Known(scope, pattern);
        return name is not null && await ledger.ActAsync(
            LedgerKey(scope),
            state => state.Get<ListEntry>(StateKeys.ListEntry(scope, name)) is null
                ? null : new ListEntryRemoved(scope, name) { Actor = actor, At = clock.GetUtcNow() },
            cancel) is not null;
    }

    public IEnumerable<ListEntry> Of(string scope) => Of(ledger.State, scope);

    /// <summary>One key for all changes of a scope.</summary>
    internal static string LedgerKey(string scope) => $"lists/{scope}";

    // A scope's prefix may begin another one's where a domain has a slash in it.
    internal static IEnumerable<ListEntry> Of(IStateSnapshot state, string scope) =>
        state.Range<ListEntry>(StateKeys.ListEntries(scope)).Select(pair => pair.Value).Where(entry => entry.Scope == scope);

    /// <exception cref="ActRefusedException">bad-comment, bad-expiry, not-enforceable.</exception>
    internal ListEntry Wish(
        Actor actor, string scope, ListKind kind, string canonical, string? comment, DateTimeOffset? expiresAt, bool isEnforced)
    {
        var now = clock.GetUtcNow();
        if (isEnforced && scope != ListScopes.Site) throw new ActRefusedException("not-enforceable", "only entries of the site's list can be enforced");
        if (comment?.Length > MaxCommentLength) throw new ActRefusedException("bad-comment", $"a comment has at most {MaxCommentLength} characters");
        if (expiresAt <= now) throw new ActRefusedException("bad-expiry", "that time is over; choose a later one, or none");
        var words = comment is null ? null : string.Concat(comment.Where(letter => !char.IsControl(letter))).Trim();
        return new ListEntry(scope, kind, canonical, words is { Length: > 0 } ? words : null, now, actor.Name, expiresAt, isEnforced);
    }

    /// <summary>The same sender on the same list is the same entry, changed; on the other list it is a new one.</summary>
    internal static ListEntry Merged(IStateSnapshot state, ListEntry wish, string? comment) =>
        state.Get<ListEntry>(StateKeys.ListEntry(wish.Scope, wish.Pattern)) is { } before && before.Kind == wish.Kind
            ? wish with { CreatedAt = before.CreatedAt, Comment = comment is null ? before.Comment : wish.Comment }
            : wish;

    /// <summary>The place that a scope has left.</summary>
    internal static ListRoom RoomOf(IStateSnapshot state, string scope)
    {
        var summary = state.Get<ListSummary>(StateKeys.ListSummary(scope)) ?? ListSummary.Empty;
        return new ListRoom(MaxEntries(scope) - summary.Entries, MaxWildcards - summary.Wildcards.Count);
    }

    internal static int MaxEntries(string scope) => ListScopes.AccountOf(scope) is null ? MaxSharedEntries : MaxPersonalEntries;

    private ListEntrySet? Set(IStateSnapshot state, Actor actor, ListEntry entry)
    {
        var before = state.Get<ListEntry>(StateKeys.ListEntry(entry.Scope, entry.Pattern));
        if (before is null && RoomOf(state, entry.Scope).WhyNot(entry) is { } full) throw full;
        return before == entry with { CreatedBy = before?.CreatedBy ?? "" } ? null : new ListEntrySet(entry) { Actor = actor, At = clock.GetUtcNow() };
    }

    // What is stored is found as it stands; anything else as a person would write it.
    private string? Known(string scope, string pattern) =>
        ledger.State.Get<ListEntry>(StateKeys.ListEntry(scope, pattern)) is not null ? pattern : SenderPattern.TryRead(pattern, ListKind.Block, out _)?.Text;
}

/// <param name="Entries">Further entries of any form.</param>
/// <param name="Wildcards">Of them, with wildcards.</param>
internal readonly record struct ListRoom(int Entries, int Wildcards)
{
    /// <returns>null while there is room for the entry.</returns>
    public ActRefusedException? WhyNot(ListEntry entry) =>
        Entries <= 0 ? new ActRefusedException("too-many-entries", "the list is full: remove some entries, or name whole domains")
        : entry.IsWildcard && Wildcards <= 0 ? new ActRefusedException("too-many-entries", $"a list has at most {SenderLists.MaxWildcards} entries with wildcards: name addresses or domains")
        : null;

    public ListRoom Without(ListEntry entry) => new(Entries - 1, Wildcards - (entry.IsWildcard ? 1 : 0));
}
