using Microsoft.AspNetCore.Http.HttpResults;
using Recorder.Accounts;
using Recorder.Accounts.SecondFactors;
using Recorder.Ledger;
using Recorder.Web.Security;

namespace Recorder.Web.Api;

internal static class SessionApi
{
    public static void MapSessionApi(this RouteGroupBuilder api)
    {
        api.MapPost("/session", SignInAsync).WithSummary("Sign in with the full address; the token goes into Authorization: Bearer.");
        api.MapDelete("/session", SignOutAsync).WithSummary("End the session that the token belongs to.");
        api.MapGet("/sessions", (ISessions sessions, HttpContext http) => TypedResults.Ok(new SessionsAnswer(
            [.. sessions.Open(http.CurrentReader()).Select(session => SessionItem.Of(session, http.CurrentReader()))]))).WithSummary("Your open sessions, this one first.");
        api.MapDelete("/sessions/{session}", EndAsync).WithSummary("End one of your sessions.");
        api.MapGet("/tokens", (ApiTokens tokens, HttpContext http) => TypedResults.Ok(new TokensAnswer([.. tokens.Of(http.CurrentReader().Account.Address).Select(TokenItem.Of)])))
            .WithSummary("Your tokens for programs.");
        api.MapPost("/tokens", MakeTokenAsync).WithSummary("Make a token for a program; it is shown in this answer only.");
        api.MapDelegatesApi();
        api.MapActivityApi();
        api.MapAccountsApi();
        api.MapDelete("/tokens/{token}", RevokeAsync).WithSummary("Revoke a token.");
    }

    private static async Task<Results<NoContent, ProblemHttpResult>> EndAsync(string session, ISessions sessions, HttpContext http, CancellationToken cancel) =>
        await sessions.EndAsync(http.CurrentReader(), session, cancel) ? TypedResults.NoContent() : ApiProblems.NoSuch("session");

    private static async Task<Created<MadeToken>> MakeTokenAsync(TokenRequest request, ApiTokens tokens, HttpContext http, CancellationToken cancel)
    {
        var reader = http.CurrentReader();
        var (token, secret) = await tokens.MakeAsync(reader.Actor, reader.Account.Address, request.Name ?? "", request.Scope, request.Days, cancel);
        return TypedResults.Created($"{ApiPaths.Root}/tokens", new MadeToken(TokenItem.Of(token), secret));
    }

    private static async Task<Results<NoContent, ProblemHttpResult>> RevokeAsync(string token, ApiTokens tokens, HttpContext http, CancellationToken cancel)
    {
        var reader = http.CurrentReader();
        return await tokens.RevokeAsync(reader.Actor, reader.Account.Address, token, cancel) ? TypedResults.NoContent() : ApiProblems.NoSuch("token");
    }

    private static async Task<Results<Ok<SignInAnswer>, ProblemHttpResult>> SignInAsync(
        SignInRequest request, ISessions sessions, HttpContext http, CancellationToken cancel)
    {
        var started = await StartAsync(request, sessions, ClientAddress.Of(http), cancel);
        if (started is null)
        {
            // RFC 9110 §15.5.2: a 401 names the scheme that would help.
            http.Response.Headers.WWWAuthenticate = "Bearer";
            return ApiProblems.WrongCredentials();
        }

        return TypedResults.Ok(new SignInAnswer(started.Token, started.Reader.Account.Address, started.ExpiresAt));
    }

    private static async Task<StartedSession?> StartAsync(SignInRequest request, ISessions sessions, string source, CancellationToken cancel)
    {
        try
        {
            return request.Ticket is { } given ? await sessions.ConfirmAsync(given, request.Code ?? "", "api", source, cancel)
                : await sessions.SignInAsync(request.Address ?? "", request.Password ?? "", "api", source, cancel);
        }
        catch (SecondFactorNeededException needed) when (request.Code is not null)
        {
            return await sessions.ConfirmAsync(needed.Ticket, request.Code, "api", source, cancel);
        }
    }

    private static async Task<NoContent> SignOutAsync(ISessions sessions, HttpContext http, CancellationToken cancel)
    {
        await sessions.EndAsync(http.CurrentReader(), cancel);
        return TypedResults.NoContent();
    }
}
