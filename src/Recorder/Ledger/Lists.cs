using System.Text.Json.Serialization;

namespace Recorder.Ledger;

public enum ListKind
{
    Allow,
    Block,
}

/// <summary>An entry of a personal, domain or site list. (Scope, Pattern) is its identity: a sender is on one list or the other.</summary>
/// <param name="Scope">One of <see cref="ListScopes"/>.</param>
/// <param name="Pattern">Canonical: address, domain, <c>*.domain</c> for what is below it, or a wildcard; A-labels, lower-case domain.</param>
/// <param name="CreatedBy">Address of whoever made or last changed it.</param>
/// <param name="ExpiresAt">From then on it matches nothing; null: never.</param>
/// <param name="IsEnforced">Site entries only: stands before every personal list.</param>
public sealed record ListEntry(
    string Scope, ListKind Kind, string Pattern, string? Comment, DateTimeOffset CreatedAt, string CreatedBy,
    DateTimeOffset? ExpiresAt = null, bool IsEnforced = false)
{
    /// <summary>Stars or question marks elsewhere than as a leading <c>*.</c>: such entries are matched, the others looked up.</summary>
    [JsonIgnore]
    public bool IsWildcard => IsWildcardPattern(Pattern);

    public static bool IsWildcardPattern(string pattern) =>
        pattern.AsSpan(pattern.StartsWith("*.", StringComparison.Ordinal) && !pattern.Contains('@', StringComparison.Ordinal) ? 2 : 0).IndexOfAny('*', '?') >= 0;

    /// <summary>True from its end on: it matches nothing, and is shown for a while before it goes.</summary>
    public bool HasExpired(DateTimeOffset at) => ExpiresAt is { } end && end <= at;
}

/// <summary>How often an entry decided, counted in the ledger now and then.</summary>
public sealed record ListHits(long Count, DateTimeOffset Last);

/// <summary>What is known of a scope without reading its entries.</summary>
/// <param name="Wildcards">The patterns that are matched one by one, in ordinal order.</param>
public sealed record ListSummary(int Entries, IReadOnlyList<string> Wildcards)
{
    public static ListSummary Empty { get; } = new(0, []);
}

public static class ListScopes
{
    public const string Site = "site";

    /// <param name="account">Primary address of the account.</param>
    public static string User(string account) => $"user/{account}";

    public static string Domain(string domain) => $"domain/{domain}";

    /// <returns>The account of a personal scope; null for the others.</returns>
    public static string? AccountOf(string scope) => scope.StartsWith("user/", StringComparison.Ordinal) ? scope["user/".Length..] : null;
}

/// <summary>An entry was made or changed; the value is the whole entry after the act.</summary>
public sealed record ListEntrySet(ListEntry Entry) : LedgerEvent;

public sealed record ListEntryRemoved(string Scope, string Pattern) : LedgerEvent;

/// <summary>Many entries of one scope at once, as an import brings them; each stands for a <see cref="ListEntrySet"/>.</summary>
public sealed record ListEntriesSet(string Scope, IReadOnlyList<ListEntry> Entries) : LedgerEvent;

/// <summary>Entries that decided since the last such event: gathered, so that deciding costs no event of its own.</summary>
public sealed record ListEntriesHit(IReadOnlyList<ListHit> Hits) : LedgerEvent;

/// <param name="Count">Further decisions, not the sum.</param>
public sealed record ListHit(string Scope, string Pattern, long Count, DateTimeOffset Last);
