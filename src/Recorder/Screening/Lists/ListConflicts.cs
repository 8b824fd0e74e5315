using Recorder.Ledger;

namespace Recorder.Screening.Lists;

/// <param name="Code">One of <see cref="ListConflicts"/>'s.</param>
/// <param name="Entry">The one that is there already.</param>
public sealed record ListConflict(string Code, ListEntry Entry);

/// <summary>What of an entry that somebody is about to make meets what is there.</summary>
public static class ListConflicts
{
    /// <summary>The same sender on the other list: it will leave that one.</summary>
    public const string Replaces = "replaces";

    /// <summary>On this list already.</summary>
    public const string Already = "already";

    /// <summary>A wider entry of this list says so already.</summary>
    public const string Covered = "covered";

    /// <summary>An entry of the other list names some of these senders more exactly, and wins for them.</summary>
    public const string Except = "except";

    /// <summary>A wider entry of the other list, over which this one wins.</summary>
    public const string Overrules = "overrules";

    /// <summary>The site enforces the opposite: this entry changes nothing for these senders.</summary>
    public const string Enforced = "enforced";

    private const int MaxOfACode = 10;

    public static IReadOnlyList<ListConflict> Of(IStateSnapshot state, ListEntry wish, DateTimeOffset now)
    {
        var pattern = SenderPattern.Stored(wish.Pattern);
        var inside = SenderLists.Of(state, wish.Scope).Where(entry => !entry.HasExpired(now)).Select(entry => (Entry: entry, Code: CodeInside(wish, pattern, entry)));
        var above = wish is { Scope: ListScopes.Site, IsEnforced: true } ? [] : SenderLists.Of(state, ListScopes.Site)
            .Where(entry => entry.IsEnforced && entry.Kind != wish.Kind && entry.Pattern != wish.Pattern && !entry.HasExpired(now))
            .Where(entry => SenderPattern.Stored(entry.Pattern).Covers(pattern)).Select(entry => (Entry: entry, Code: (string?)Enforced));
        return [.. above.Concat(inside).Where(one => one.Code is not null).GroupBy(one => one.Code, StringComparer.Ordinal)
            .SelectMany(same => same.Take(MaxOfACode)).Select(one => new ListConflict(one.Code!, Shown(wish, one.Entry)))];
    }

    // What was noted with an entry of another scope is for those who keep that list.
    private static ListEntry Shown(ListEntry wish, ListEntry entry) =>
        entry.Scope == wish.Scope ? entry : entry with { Comment = null, CreatedBy = "" };

    private static string? CodeInside(ListEntry wish, SenderPattern pattern, ListEntry entry)
    {
        if (entry.Pattern == wish.Pattern) return entry.Kind == wish.Kind ? Already : Replaces;
        var other = SenderPattern.Stored(entry.Pattern);
        var isWider = other.Covers(pattern);
        if (entry.Kind == wish.Kind) return isWider ? Covered : null;
        // Wildcards stand last, however narrow they are.
        return pattern.Covers(other) || (isWider && pattern.Form == PatternForm.Wildcard) ? Except : isWider ? Overrules : null;
    }
}
