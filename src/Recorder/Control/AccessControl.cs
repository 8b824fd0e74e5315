using Recorder.Accounts;
using Recorder.Accounts.SecondFactors;
using Recorder.Ledger;

namespace Recorder.Control;

/// <summary>What the command line does with tokens and second factors.</summary>
internal static class AccessControl
{
    public static void MapAccess(this RouteGroupBuilder control)
    {
        control.MapGet("/tokens", (string address, ApiTokens tokens, IAddressBook book) => tokens.Of(book.Normalise(address) ?? address).Select(TokenRow.Of));
        control.MapPost("/tokens", (TokenWish wish, ApiTokens tokens, IAddressBook book, CancellationToken cancel) => ActAsync(async () =>
        {
            var (token, secret) = await tokens.MakeAsync(ControlEndpoints.Cli, book.Normalise(wish.Address) ?? wish.Address, wish.Name, wish.Scope, wish.Days, cancel);
            return TokenRow.Of(token) with { Secret = secret };
        }));
        control.MapPost("/tokens/revoke", (TokenName name, ApiTokens tokens, IAddressBook book, CancellationToken cancel) => ActAsync(async () =>
            await tokens.RevokeAsync(ControlEndpoints.Cli, book.Normalise(name.Address) ?? name.Address, name.Id, cancel)
                ? name : throw new ActRefusedException("no-such-token", $"{name.Address} has no token {name.Id}")));
        control.MapPost("/accounts/reset-second-factor", (AccountRequest request, Authenticators factors, IAccounts accounts, CancellationToken cancel) => ActAsync(async () =>
        {
            var account = accounts.Find(request.Address) ?? throw new ActRefusedException("no-such-account", $"there is no account {request.Address}");
            await factors.ResetAsync(ControlEndpoints.Cli, account.Address, cancel);
            return ControlEndpoints.Row(account);
        }));
    }

    public static async Task<IResult> ActAsync<T>(Func<Task<T>> act)
    {
        try
        {
            return Results.Ok(await act());
        }
        catch (ActRefusedException refusal)
        {
            return Results.Json(new Refusal(refusal.Code, refusal.Message), statusCode: StatusCodes.Status409Conflict);
        }
    }
}
