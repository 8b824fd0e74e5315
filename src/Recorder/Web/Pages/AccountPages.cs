using Microsoft.AspNetCore.Components.Endpoints;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Options;
using Recorder.Accounts;
using Recorder.Accounts.SecondFactors;
using Recorder.Ledger;
using Recorder.Web.Oidc;
using Recorder.Web.Security;
using Recorder.Web.Texts;

namespace Recorder.Web.Pages;

/// <summary>Signing in and out, the first administrator, the language.</summary>
internal static class AccountPages
{
    public static void MapAccountPages(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/signin", (HttpContext http, string? back, string? problem = null) =>
            SignIn(http, LocalPath(back), "", problem == "provider" ? Text.For(http)["providerFailed"] : null));
        routes.MapPost("/signin", SignInAsync);
        routes.MapPost("/signin/code", ConfirmAsync);
        routes.MapPost("/signout", SignOutAsync);
        routes.MapGet("/setup", (HttpContext http, SetupLink link, string? token) => Setup(http, link.Accepts(token) ? token : null, "", null));
        routes.MapPost("/setup", SetupAsync);
        routes.MapPost("/language", ChangeLanguage);
    }

    private static async Task<IResult> SignInAsync(
        HttpContext http, ISessions sessions, [FromForm] string? address, [FromForm] string? password, [FromForm] string? back, CancellationToken cancel)
    {
        var text = Text.For(http);
        if (string.IsNullOrEmpty(password) && Providers(http).For(address ?? "") is { } provider) return GoOn(http, provider.StartUrl(LocalPath(back), address), provider.Name);
        try
        {
            var started = await sessions.SignInAsync(address ?? "", password ?? "", "web", ClientAddress.Of(http), cancel);
            if (started is null)
            {
                return SignIn(http, LocalPath(back), address ?? "", text["wrongCredentials"], StatusCodes.Status403Forbidden);
            }

            SetCookie(http, started);
            return Results.LocalRedirect(LocalPath(back));
        }
        catch (SecondFactorNeededException needed)
        {
            return Code(http, needed.Ticket, LocalPath(back), null);
        }
        catch (ActRefusedException refused)
        {
            return SignIn(http, LocalPath(back), address ?? "", WordsOf(text, refused), StatusOf(refused));
        }
    }

    private static async Task<IResult> ConfirmAsync(
        HttpContext http, ISessions sessions, [FromForm] string? ticket, [FromForm] string? code, [FromForm] string? back, CancellationToken cancel)
    {
        var text = Text.For(http);
        try
        {
            if (await sessions.ConfirmAsync(ticket ?? "", code ?? "", "web", ClientAddress.Of(http), cancel) is not { } started)
            {
                return Code(http, ticket ?? "", LocalPath(back), text["refused.wrong-code"], StatusCodes.Status403Forbidden);
            }

            SetCookie(http, started);
            return Results.LocalRedirect(LocalPath(back));
        }
        catch (ActRefusedException refused)
        {
            return SignIn(http, LocalPath(back), "", WordsOf(text, refused), StatusOf(refused));
        }
    }

    internal static string WordsOf(Text text, ActRefusedException refused) =>
        refused.Code == "too-many-attempts" ? text["tooManyAttempts"] : text.Or("refused." + refused.Code, refused.Message);

    internal static int StatusOf(ActRefusedException refused) => Api.ApiProblems.Of(refused)!.StatusCode;

    private static async Task<IResult> SignOutAsync(HttpContext http, ISessions sessions, CancellationToken cancel)
    {
        if (http.Features.Get<Reader>() is { } reader)
        {
            await sessions.EndAsync(reader, cancel);
        }

        http.Response.Cookies.Delete(SessionAuthentication.CookieName);
        return Results.LocalRedirect("/signin");
    }

    private static async Task<IResult> SetupAsync(
        HttpContext http, SetupLink link, ISessions sessions, [FromForm] string? token, [FromForm] string? address, [FromForm] string? password, IOptions<AccountsOptions> accounts, CancellationToken cancel)
    {
        try
        {
            if (await link.UseAsync(token ?? "", address ?? "", password ?? "", ClientAddress.Of(http), cancel) is null)
            {
                return Setup(http, null, "", null, StatusCodes.Status403Forbidden);
            }
        }
        catch (ActRefusedException refused)
        {
            var words = refused.Code == "weak-password"
                ? Text.For(http)["refused.weak-password", accounts.Value.MinPasswordLength]
                : Text.For(http).Or("refused." + refused.Code, refused.Message);
            return Setup(http, token, address ?? "", words, StatusCodes.Status409Conflict);
        }

        if (await sessions.SignInAsync(address ?? "", password ?? "", "web", ClientAddress.Of(http), cancel) is { } started)
        {
            SetCookie(http, started);
        }

        // The first look of a new installation is at what it still needs.
        return Results.LocalRedirect("/admin/setup");
    }

    private static IResult ChangeLanguage(HttpContext http, [FromForm] string? back)
    {
        var other = Text.For(http).Tag == "en" ? "zh-Hant" : "en";
        http.Response.Cookies.Append(Text.LanguageCookie, other, new CookieOptions
        {
            MaxAge = TimeSpan.FromDays(365), SameSite = SameSiteMode.Lax, HttpOnly = true, Secure = http.Request.IsHttps,
        });
        return Results.LocalRedirect(LocalPath(back));
    }

    internal static RazorComponentResult SignIn(HttpContext http, string back, string address, string? problem, int status = StatusCodes.Status200OK) => PageResult.Of<SignInPage>(
        new { Frame = Frame(http), Back = back, Address = address, Problem = problem, Providers = Providers(http).All }, status);

    // The address of a provider's answer holds its code: it goes into no form.
    private static PageFrame Frame(HttpContext http) =>
        PageFrame.For(http, "signIn") is var frame && http.Request.Path == "/signin" ? frame : frame with { Here = "/signin" };

    // A form may lead to our own pages alone (its content policy), so this page leads on.
    private static RazorComponentResult GoOn(HttpContext http, string url, string name) =>
        PageResult.Of<GoOnPage>(new { Frame = PageFrame.For(http, "signIn") with { Here = "/signin", Refresh = $"0;url={url}" }, Url = url, Name = name });

    private static OidcProviders Providers(HttpContext http) => http.RequestServices.GetRequiredService<OidcProviders>();

    internal static RazorComponentResult Code(HttpContext http, string ticket, string back, string? problem, int status = StatusCodes.Status200OK) =>
        PageResult.Of<CodePage>(new { Frame = PageFrame.For(http, "signIn") with { Here = "/signin" }, Ticket = ticket, Back = back, Problem = problem }, status);

    private static RazorComponentResult Setup(HttpContext http, string? token, string address, string? problem, int status = StatusCodes.Status200OK) =>
        PageResult.Of<SetupPage>(new { Frame = PageFrame.For(http, "setupTitle"), Token = token, Address = address, Problem = problem }, status);

    internal static void SetCookie(HttpContext http, StartedSession started) =>
        http.Response.Cookies.Append(SessionAuthentication.CookieName, started.Token, new CookieOptions
        {
            HttpOnly = true, SameSite = SameSiteMode.Lax, Secure = http.Request.IsHttps, Expires = started.ExpiresAt, Path = "/",
        });

    // Only our own paths: a foreign address here would make the sign-in page a door to anywhere.
    internal static string LocalPath(string? path) =>
        path is ['/', not ('/' or '\\'), ..] && path.All(letter => letter is > ' ' and <= '~') ? path : "/mail";
}

/// <summary>One way to answer with a page.</summary>
internal static class PageResult
{
    public static RazorComponentResult Of<TPage>(object parameters, int status = StatusCodes.Status200OK) where TPage : Microsoft.AspNetCore.Components.IComponent =>
        new(typeof(TPage), parameters) { StatusCode = status, PreventStreamingRendering = true, ContentType = "text/html; charset=utf-8" };
}
