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
    DateTimeOffset? ExpiresAt = null, bool IsEnforced = false);

/// <summary>How often an entry decided, counted in the ledger now and then.</summary>
public sealed record ListHits(long Count, DateTimeOffset Last);

public static class ListScopes
{
    public const string Site = "site";

    /// <param name="account">Primary address of the account.</param>
    public static string User(string account) => $"user/{account}";

    public static string Domain(string domain) => $"domain/{domain}";
}

/// <summary>An entry was made or changed; the value is the whole entry after the act.</summary>
public sealed record ListEntrySet(ListEntry Entry) : LedgerEvent;

public sealed record ListEntryRemoved(string Scope, string Pattern) : LedgerEvent;
