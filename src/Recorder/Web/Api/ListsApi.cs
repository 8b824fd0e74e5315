using Microsoft.AspNetCore.Http.HttpResults;
using Recorder.Ledger;
using Recorder.Screening.Lists;
using Recorder.Web.Security;

namespace Recorder.Web.Api;

/// <summary>The reader's own lists, and for administrators those of the site and of domains.</summary>
internal static class ListsApi
{
    private const int DefaultRows = 100, MaxRows = 1_000;

    public static void MapListsApi(this RouteGroupBuilder api)
    {
        Map(api.MapGroup("/lists"), "your", (reader, _) => ListDesk.OwnScope(reader));
        Map(api.MapGroup("/admin/lists"), "the site's or, with `domain`, a domain's", ListDesk.SharedScope);
    }

    private static void Map(RouteGroupBuilder lists, string whose, Func<Accounts.Reader, string?, string> scopeOf)
    {
        lists.MapGet("", (ListDesk desk, HttpContext http, TimeProvider clock, string? domain = null, string? q = null, string? kind = null, int limit = DefaultRows, string? cursor = null) =>
                List(desk, Scope(http, domain), clock.GetUtcNow(), q, kind, limit, cursor))
            .WithSummary($"Entries of {whose} lists of senders, in the order of their patterns.");
        lists.MapPost("", (ListEntryRequest request, ListDesk desk, HttpContext http, TimeProvider clock, CancellationToken cancel, string? domain = null) =>
                SetAsync(desk, http, Wish(http, Scope(http, domain), request), clock, cancel))
            .WithSummary("Make or change an entry; the same pattern leaves the other list.");
        lists.MapDelete("", (string pattern, ListDesk desk, HttpContext http, CancellationToken cancel, string? domain = null) =>
                RemoveAsync(desk, http, Scope(http, domain), pattern, cancel))
            .WithSummary("Remove an entry.");
        lists.MapPost("/preview", (ListEntryRequest request, ListDesk desk, HttpContext http, TimeProvider clock, CancellationToken cancel, string? domain = null) =>
                PreviewAsync(desk, http, Wish(http, Scope(http, domain), request), clock, cancel))
            .WithSummary("What an entry would have changed in your own mail of the last 90 days, and what it meets; nothing is made.");
        lists.MapPost("/import", (ListDesk desk, HttpContext http, CancellationToken cancel, string? domain = null, string? kind = null) =>
                ImportAsync(desk, http, Scope(http, domain), kind, cancel))
            .WithSummary("Add a file: CSV (kind,pattern,comment,expires) or one address a line; the answer names every line that was not taken.")
            .Accepts<string>("text/csv", "*/*").WithMetadata(new BodyLimit(BodyLimit.ListFile));
        lists.MapGet("/export", (ListDesk desk, HttpContext http, string? domain = null) => desk.Export(Scope(http, domain), http))
            .WithSummary("All entries as CSV.").Produces<string>(200, "text/csv");

        string Scope(HttpContext http, string? domain) => scopeOf(http.CurrentReader(), domain);
    }

    private static Ok<ListEntriesAnswer> List(ListDesk desk, string scope, DateTimeOffset now, string? q, string? kind, int limit, string? cursor)
    {
        var page = desk.Page(scope, q, string.IsNullOrEmpty(kind) ? null : KindOf(kind), cursor, Math.Clamp(limit, 1, MaxRows));
        return TypedResults.Ok(new ListEntriesAnswer([.. page.Items.Select(one => ListEntryItem.Of(one.Entry, one.Hits, now))], page.Next, page.Total));
    }

    private static async Task<Ok<ListEntryItem>> SetAsync(ListDesk desk, HttpContext http, ListWish wish, TimeProvider clock, CancellationToken cancel) =>
        TypedResults.Ok(ListEntryItem.Of(await desk.SetAsync(http.CurrentReader().Actor, wish, cancel), null, clock.GetUtcNow()));

    private static async Task<Results<NoContent, ProblemHttpResult>> RemoveAsync(ListDesk desk, HttpContext http, string scope, string pattern, CancellationToken cancel) =>
        await desk.RemoveAsync(http.CurrentReader().Actor, scope, pattern, cancel)
            ? TypedResults.NoContent()
            : ApiProblems.Problem(StatusCodes.Status404NotFound, "no-such-entry", "There is no such entry on this list.");

    private static async Task<Ok<ListPreviewAnswer>> PreviewAsync(ListDesk desk, HttpContext http, ListWish wish, TimeProvider clock, CancellationToken cancel)
    {
        var (entry, preview) = await desk.PreviewAsync(http.CurrentReader(), wish, cancel);
        return TypedResults.Ok(ListPreviewAnswer.Of(entry, preview, one => ListEntryItem.Of(one, null, clock.GetUtcNow())));
    }

    private static async Task<Ok<ListImportReport>> ImportAsync(ListDesk desk, HttpContext http, string scope, string? kind, CancellationToken cancel)
    {
        // Read whole before anything is done: half a file must not become half a list.
        using var body = new StreamReader(http.Request.Body);
        using var file = new StringReader(await body.ReadToEndAsync(cancel));
        return TypedResults.Ok(await desk.ImportAsync(http.CurrentReader().Actor, scope, file, string.IsNullOrEmpty(kind) ? ListKind.Block : KindOf(kind), cancel));
    }

    // What stands above personal lists is the site's word, on a domain's list too.
    private static ListWish Wish(HttpContext http, string scope, ListEntryRequest request) => request.Enforced && ListScopes.AccountOf(scope) is null && !http.CurrentReader().Account.IsAdmin
        ? throw new ActRefusedException("not-granted", "only the site's administrators enforce entries")
        : new(scope, KindOf(request.Kind), request.Pattern ?? "", request.Comment, request.Expires, request.Enforced);

    private static ListKind KindOf(string? kind) => kind?.ToLowerInvariant() switch
    {
        "allow" => ListKind.Allow,
        "block" => ListKind.Block,
        _ => throw new ActRefusedException("bad-kind", "kind is allow or block"),
    };
}
