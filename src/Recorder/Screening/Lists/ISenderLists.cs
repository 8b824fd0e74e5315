using Recorder.Ledger;

namespace Recorder.Screening.Lists;

/// <summary>The lists of senders as people edit them; each act goes through the ledger.</summary>
public interface ISenderLists
{
    /// <summary>Makes or replaces an entry; the same pattern leaves the other list of its scope.</summary>
    /// <param name="pattern">As a person writes it: any case, Unicode or A-labels, <c>@domain</c>, <c>*@domain</c>.</param>
    /// <exception cref="ActRefusedException">bad-pattern, too-many-entries, not-enforceable.</exception>
    Task<ListEntry> SetAsync(
        Actor actor, string scope, ListKind kind, string pattern, string? comment, DateTimeOffset? expiresAt, bool isEnforced, CancellationToken cancel);

    /// <returns>false when there was no such entry.</returns>
    Task<bool> RemoveAsync(Actor actor, string scope, string pattern, CancellationToken cancel);

    /// <summary>A scope's entries in the order of their patterns.</summary>
    IEnumerable<ListEntry> Of(string scope);
}
