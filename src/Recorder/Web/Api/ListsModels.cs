using Recorder.Ledger;
using Recorder.Recovery;
using Recorder.Screening.Lists;

namespace Recorder.Web.Api;

/// <param name="Kind">allow or block.</param>
/// <param name="Pattern">As a person writes it: an address, a domain, <c>*.domain</c>, or a wildcard.</param>
/// <param name="Expires">From then on it matches nothing; null: never.</param>
/// <param name="Enforced">Site's list only: stands before every personal list.</param>
public sealed record ListEntryRequest(string Kind, string Pattern, string? Comment = null, DateTimeOffset? Expires = null, bool Enforced = false);

/// <param name="Pattern">Canonical, as it is stored and compared.</param>
/// <param name="Shown">The same with its domain in Unicode.</param>
/// <param name="Hits">How often it decided; counted some minutes behind.</param>
public sealed record ListEntryItem(
    string Kind, string Pattern, string Shown, string? Comment, DateTimeOffset CreatedAt, string CreatedBy, DateTimeOffset? Expires, bool Expired, bool Enforced,
    long Hits, DateTimeOffset? LastHit)
{
    internal static ListEntryItem Of(ListEntry entry, ListHits? hits, DateTimeOffset now) => new(
        KindName(entry.Kind), entry.Pattern, ShownPattern.Of(entry.Pattern), entry.Comment, entry.CreatedAt, entry.CreatedBy, entry.ExpiresAt, entry.HasExpired(now),
        entry.IsEnforced, hits?.Count ?? 0, hits?.Last);

    internal static string KindName(ListKind kind) => kind == ListKind.Allow ? "allow" : "block";
}

/// <param name="Total">Entries of the scope, whatever was asked for.</param>
public sealed record ListEntriesAnswer(IReadOnlyList<ListEntryItem> Items, string? Next, int Total);

/// <param name="Code">replaces, already, covered, except, overrules or enforced.</param>
public sealed record ListConflictItem(string Code, ListEntryItem Entry);

/// <param name="WouldBe">held or delivered.</param>
public sealed record TurnedItem(string Id, DateTimeOffset ReceivedAt, string From, string Subject, string WouldBe);

/// <param name="Looked">Messages of such senders in the last 90 days that were judged again, at most 500.</param>
/// <param name="IsWhole">false: there are older ones that were not looked at.</param>
public sealed record ListPreviewAnswer(
    string Pattern, int Looked, bool IsWhole, int WouldBeHeld, int WouldBeDelivered, IReadOnlyList<TurnedItem> Messages, IReadOnlyList<ListConflictItem> Conflicts)
{
    internal static ListPreviewAnswer Of(ListEntry wish, ListPreview preview, Func<ListEntry, ListEntryItem> item) => new(
        wish.Pattern, preview.Looked, preview.IsWhole, preview.WouldBeHeld, preview.WouldBeDelivered,
        [.. preview.Turned.Select(one => new TurnedItem(one.Hit.Id, one.Hit.ReceivedAt, one.Hit.From, one.Hit.Subject, one.WouldBeHeld ? "held" : "delivered"))],
        [.. preview.Conflicts.Select(one => new ListConflictItem(one.Code, item(one.Entry)))]);
}
