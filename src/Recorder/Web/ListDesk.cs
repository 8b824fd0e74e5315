using Recorder.Ledger;
using Recorder.Recovery;
using Recorder.Screening.Lists;

namespace Recorder.Web;

/// <param name="Next">The last pattern of the page; null on the last page.</param>
internal sealed record ListPage(IReadOnlyList<(ListEntry Entry, ListHits? Hits)> Items, string? Next, int Total);

/// <summary>What pages and API do with lists, for whichever scope they were asked for.</summary>
internal sealed class ListDesk(ILedger ledger, SenderLists lists, ListImport imports, ListPreviews previews, TimeProvider clock)
{
    /// <summary>A personal list is the reader's own; this is its only way in.</summary>
    public static string OwnScope(Accounts.Reader reader) => ListScopes.User(reader.Account.Address);

    /// <exception cref="ActRefusedException">bad-domain.</exception>
    /// <exception cref="ActRefusedException">no-such-domain: an administrator of domains asks for another, or for the site's list.</exception>
    public static string SharedScope(Accounts.Reader reader, string? domain)
    {
        var own = reader.Account.IsAdmin ? null : reader.Account.AdminOf ?? [];
        var scope = ScopeOf(string.IsNullOrWhiteSpace(domain) ? own?.FirstOrDefault() : domain);
        return own is null || own.Any(one => ListScopes.Domain(one) == scope) ? scope
            : throw new ActRefusedException("no-such-domain", "that is none of your domains");
    }

    private static string ScopeOf(string? domain) => string.IsNullOrWhiteSpace(domain) ? ListScopes.Site : ListScopeNames.OfDomain(domain);

    /// <param name="find">Part of a pattern or a note.</param>
    public ListPage Page(string scope, string? find, ListKind? kind, string? after, int limit)
    {
        var state = ledger.State;
        var entries = lists.Of(scope)
            .Where(entry => after is null || string.CompareOrdinal(entry.Pattern, after) > 0)
            .Where(entry => kind is null || entry.Kind == kind)
            .Where(entry => string.IsNullOrWhiteSpace(find) || Has(entry.Pattern, find) || Has(ShownPattern.Of(entry.Pattern), find) || Has(entry.Comment ?? "", find))
            .Take(limit + 1).ToList();
        var next = entries.Count > limit ? entries[limit - 1].Pattern : null;
        return new ListPage(
            [.. entries.Take(limit).Select(entry => (entry, state.Get<ListHits>(StateKeys.ListHits(scope, entry.Pattern))))], next,
            state.Get<ListSummary>(StateKeys.ListSummary(scope))?.Entries ?? 0);
    }

    public Task<ListEntry> SetAsync(Actor actor, ListWish wish, CancellationToken cancel) =>
        lists.SetAsync(actor, wish.Scope, wish.Kind, wish.Pattern, wish.Comment, wish.ExpiresAt, wish.IsEnforced, cancel);

    public Task<bool> RemoveAsync(Actor actor, string scope, string pattern, CancellationToken cancel) => lists.RemoveAsync(actor, scope, pattern, cancel);

    /// <summary>The entry as it would be, and what it would have done: nothing is made.</summary>
    public async Task<(ListEntry Entry, ListPreview Preview)> PreviewAsync(Accounts.Reader reader, ListWish wish, CancellationToken cancel)
    {
        var entry = lists.Wish(reader.Actor, wish.Scope, wish.Kind, SenderPattern.Read(wish.Pattern, wish.Kind).Text, wish.Comment, wish.ExpiresAt, wish.IsEnforced);
        return (entry, wish.Scope == OwnScope(reader) ? await previews.OfAsync(reader, entry, cancel) : previews.ConflictsOnly(entry));
    }

    public Task<ListImportReport> ImportAsync(Actor actor, string scope, TextReader file, ListKind kind, CancellationToken cancel) =>
        imports.RunAsync(actor, scope, ListFile.Read(file, kind), cancel);

    /// <summary>As a file to keep.</summary>
    public IResult Export(string scope, HttpContext http)
    {
        http.Response.Headers.ContentDisposition = $"attachment; filename=\"recorder-list-{clock.GetUtcNow():yyyyMMdd}.csv\"";
        using var file = new StringWriter();
        ListFile.Write(file, lists.Of(scope));
        return Results.Text(file.ToString(), "text/csv", System.Text.Encoding.UTF8);
    }

    public ListEntry? Find(string scope, string pattern) => ledger.State.Get<ListEntry>(StateKeys.ListEntry(scope, pattern));

    private static bool Has(string text, string part) => text.Contains(part.Trim(), StringComparison.OrdinalIgnoreCase);
}

/// <summary>An entry as somebody wrote it.</summary>
internal sealed record ListWish(string Scope, ListKind Kind, string Pattern, string? Comment, DateTimeOffset? ExpiresAt, bool IsEnforced);
