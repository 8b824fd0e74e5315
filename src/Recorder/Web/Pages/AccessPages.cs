using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Recorder.Accounts;
using Recorder.Accounts.SecondFactors;
using Recorder.Ledger;
using Recorder.Web.Api;
using Recorder.Web.Texts;

namespace Recorder.Web.Pages;

/// <summary>What the page of sessions, tokens and the second factor shows beside what is in force.</summary>
/// <param name="Secret">A new token; never shown again.</param>
/// <param name="Recovery">New recovery codes; never shown again.</param>
public sealed record AccessNews(string? Problem = null, string? Done = null, string? Secret = null, OfferedFactor? Offer = null, IReadOnlyList<string>? Recovery = null);

/// <summary>How people and programs get in to the own account.</summary>
internal static class AccessPages
{
    private const string Place = "/settings/access";

    public static void MapAccessPages(this IEndpointRouteBuilder routes)
    {
        routes.MapGet(Place, (HttpContext http, string? done = null) => Page(http, new AccessNews(Done: done is "session" or "token" or "factor" or "grant" ? done : null)));
        routes.MapPost(Place + "/sessions/end", (HttpContext http, ISessions sessions, CancellationToken cancel, [FromForm] string? session = null) =>
            DoAsync(http, "session", () => sessions.EndAsync(http.CurrentReader(), session ?? "", cancel)));
        routes.MapPost(Place + "/tokens", MakeTokenAsync);
        routes.MapPost(Place + "/tokens/revoke", (HttpContext http, ApiTokens tokens, CancellationToken cancel, [FromForm] string? token = null) =>
            DoAsync(http, "token", () => tokens.RevokeAsync(http.CurrentReader().Actor, http.CurrentReader().Account.Address, token ?? "", cancel)));
        routes.MapPost(Place + "/factor/begin", (HttpContext http, Authenticators factors) =>
            Page(http, new AccessNews(Offer: factors.Offer(http.CurrentReader().Account.Address))));
        routes.MapPost(Place + "/factor", SetFactorAsync);
        routes.MapPost(Place + "/factor/remove", RemoveFactorAsync);
        routes.MapDelegatePages();
        routes.MapActivityPages();
    }

    private static async Task<IResult> DoAsync(HttpContext http, string what, Func<Task<bool>> act) =>
        await act() ? Results.LocalRedirect($"{Place}?done={what}") : Results.NotFound();

    private static async Task<IResult> MakeTokenAsync(
        HttpContext http, ApiTokens tokens, CancellationToken cancel, [FromForm] string? name = null, [FromForm] string? scope = null, [FromForm] int days = 90)
    {
        var reader = http.CurrentReader();
        try
        {
            var reach = Enum.TryParse<TokenScope>(scope, ignoreCase: true, out var known) && Enum.IsDefined(known) ? known : TokenScope.Read;
            return Page(http, new AccessNews(Secret: (await tokens.MakeAsync(reader.Actor, reader.Account.Address, name ?? "", reach, days, cancel)).Secret));
        }
        catch (ActRefusedException refused)
        {
            return Page(http, new AccessNews(Problem: Words(http, refused)));
        }
    }

    private static async Task<IResult> SetFactorAsync(
        HttpContext http, Authenticators factors, CancellationToken cancel, [FromForm] string? offer = null, [FromForm] string? code = null)
    {
        var reader = http.CurrentReader();
        try
        {
            return Page(http, new AccessNews(Recovery: await factors.SetAsync(reader, offer ?? "", code ?? "", cancel)));
        }
        catch (ActRefusedException refused)
        {
            return Page(http, new AccessNews(Words(http, refused), Offer: factors.Again(reader.Account.Address, offer ?? "")));
        }
    }

    private static async Task<IResult> RemoveFactorAsync(HttpContext http, Authenticators factors, CancellationToken cancel, [FromForm] string? code = null)
    {
        try
        {
            await factors.RemoveAsync(http.CurrentReader(), code ?? "", cancel);
            return Results.LocalRedirect($"{Place}?done=factor");
        }
        catch (ActRefusedException refused)
        {
            return Page(http, new AccessNews(Words(http, refused)));
        }
    }

    internal static string Words(HttpContext http, ActRefusedException refused) => Text.For(http).Or("refused." + refused.Code, refused.Message);

    internal static RazorComponentResult Page(HttpContext http, AccessNews news)
    {
        var (services, reader) = (http.RequestServices, http.CurrentReader());
        return PageResult.Of<AccessPage>(
            new
            {
                Frame = PageFrame.For(http, "access") with { Here = Place }, News = news,
                Sessions = services.GetRequiredService<ISessions>().Open(reader),
                Tokens = services.GetRequiredService<ApiTokens>().Of(reader.Account.Address),
                MaxDays = services.GetRequiredService<ApiTokens>().MaxDays,
                Given = services.GetRequiredService<Grants>().Of(reader.Account.Address), Received = services.GetRequiredService<Grants>().To(reader.Account.Address),
                Factor = services.GetRequiredService<Authenticators>().Of(reader.Account.Address),
            },
            news.Problem is null ? StatusCodes.Status200OK : StatusCodes.Status409Conflict);
    }
}
