using Recorder.Accounts;
using Recorder.Ledger;
using Recorder.Screening.Lists;

namespace Recorder.Control;

/// <summary>Lists of senders for the command line.</summary>
internal static class ListEndpoints
{
    public static void MapLists(this RouteGroupBuilder control, Actor cli)
    {
        control.MapPost("/lists/show", (ListPlaceRequest place, ISenderLists lists, IAccounts accounts, ILedger ledger) =>
            AnswerAsync(() => Task.FromResult(lists.Of(ScopeOf(place, accounts)).Select(entry => RowOf(entry, ledger.State)).ToList())));
        control.MapPost("/lists/export", (ListPlaceRequest place, ISenderLists lists, IAccounts accounts) =>
            AnswerAsync(() => Task.FromResult(Export(lists.Of(ScopeOf(place, accounts))))));
        control.MapPost("/lists/add", (ListEntryWish wish, ISenderLists lists, IAccounts accounts, ILedger ledger, CancellationToken cancel) =>
            AnswerAsync(async () => RowOf(await lists.SetAsync(
                cli, ScopeOf(wish.Place, accounts), KindOf(wish.Kind), wish.Pattern, wish.Comment, Moment(wish.Expires), wish.Enforced, cancel), ledger.State)));
        control.MapPost("/lists/remove", (ListRemoval removal, ISenderLists lists, IAccounts accounts, CancellationToken cancel) =>
            AnswerAsync(async () => await lists.RemoveAsync(cli, ScopeOf(removal.Place, accounts), removal.Pattern, cancel)
                ? removal : throw new ActRefusedException("no-such-entry", "there is no such entry on this list")));
        control.MapPost("/lists/import", (ListPiece piece, ListImport import, IAccounts accounts, CancellationToken cancel) =>
            AnswerAsync(async () =>
            {
                using var lines = new StringReader(piece.Text);
                return await import.RunAsync(cli, ScopeOf(piece.Place, accounts), ListFile.Read(lines, KindOf(piece.Kind)), cancel);
            }));
    }

    private static string ScopeOf(ListPlaceRequest place, IAccounts accounts) => place switch
    {
        { Account: { } name } => ListScopes.User((accounts.Find(name) ?? throw new ActRefusedException("no-such-account", $"there is no account {name}")).Address),
        { Domain: { } domain } => ListScopeNames.OfDomain(domain),
        _ => ListScopes.Site,
    };

    private static ListKind KindOf(string kind) => kind == "allow" ? ListKind.Allow : ListKind.Block;

    private static DateTimeOffset? Moment(string? text) => text is null ? null
        : ListFile.Moment(text) ?? throw new ActRefusedException("bad-expiry", "the date is not one like 2026-12-31");

    private static string Export(IEnumerable<ListEntry> entries)
    {
        using var file = new StringWriter();
        ListFile.Write(file, entries);
        return file.ToString();
    }

    private static ListEntryRow RowOf(ListEntry entry, IStateSnapshot state)
    {
        var hits = state.Get<ListHits>(StateKeys.ListHits(entry.Scope, entry.Pattern));
        return new ListEntryRow(
            entry.Kind == ListKind.Allow ? "allow" : "block", entry.Pattern, ShownPattern.Of(entry.Pattern), entry.Comment, entry.ExpiresAt, entry.IsEnforced, entry.CreatedAt, entry.CreatedBy,
            hits?.Count ?? 0, hits?.Last);
    }

    // What was written wrongly is the caller's to mend; the rest is the list's state.
    private static async Task<IResult> AnswerAsync<T>(Func<Task<T>> act)
    {
        try
        {
            return Results.Json(await act(), ControlDoor.Json);
        }
        catch (ActRefusedException refusal)
        {
            var isBadCall = refusal.Code.StartsWith("bad-", StringComparison.Ordinal) || refusal.Code is "not-enforceable" or "no-such-account";
            return Results.Json(new Refusal(refusal.Code, refusal.Message), statusCode: isBadCall ? StatusCodes.Status400BadRequest : StatusCodes.Status409Conflict);
        }
    }
}
