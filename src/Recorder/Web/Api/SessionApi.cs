using Microsoft.AspNetCore.Http.HttpResults;
using Recorder.Accounts;
using Recorder.Ledger;
using Recorder.Web.Security;

namespace Recorder.Web.Api;

internal static class SessionApi
{
    public static void MapSessionApi(this RouteGroupBuilder api)
    {
        api.MapPost("/session", SignInAsync).WithSummary("Sign in with the full address; the token goes into Authorization: Bearer.");
        api.MapDelete("/session", SignOutAsync).WithSummary("End the session that the token belongs to.");
    }

    private static async Task<Results<Ok<SignInAnswer>, ProblemHttpResult>> SignInAsync(
        SignInRequest request, ISessions sessions, HttpContext http, CancellationToken cancel)
    {
        var started = await sessions.SignInAsync(request.Address ?? "", request.Password ?? "", "api", ClientAddress.Of(http), cancel);
        if (started is null)
        {
            // RFC 9110 §15.5.2: a 401 names the scheme that would help.
            http.Response.Headers.WWWAuthenticate = "Bearer";
            return ApiProblems.WrongCredentials();
        }

        return TypedResults.Ok(new SignInAnswer(started.Token, started.Reader.Account.Address, started.ExpiresAt));
    }

    private static async Task<NoContent> SignOutAsync(ISessions sessions, HttpContext http, CancellationToken cancel)
    {
        await sessions.EndAsync(http.CurrentReader(), cancel);
        return TypedResults.NoContent();
    }
}
