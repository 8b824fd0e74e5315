using Microsoft.AspNetCore.Authentication;
using Recorder.Web.Pages;
using Recorder.Web.Texts;

namespace Recorder.Web.Oidc;

/// <summary>The way to a provider. The way back is the handler's.</summary>
internal static class OidcPages
{
    private const int MaxHint = 320;

    public static void MapOidcPages(this IEndpointRouteBuilder routes) => routes.MapGet("/signin/with/{provider:int}", StartAsync);

    private static async Task<IResult> StartAsync(HttpContext http, OidcProviders providers, int provider, string? back = null, string? hint = null)
    {
        if (providers.All.ElementAtOrDefault(provider) is not { } found) return Results.NotFound();
        var properties = new AuthenticationProperties { RedirectUri = AccountPages.LocalPath(back) };
        properties.SetParameter(OidcDoor.Hint, hint is { Length: > 0 and <= MaxHint } ? hint : null);
        try
        {
            await http.ChallengeAsync(found.Scheme, properties);
            return Results.Empty;
        }
        catch (Exception error) when (error is InvalidOperationException or HttpRequestException or IOException or TaskCanceledException && !http.RequestAborted.IsCancellationRequested)
        {
            return AccountPages.SignIn(http, properties.RedirectUri, "", Text.For(http)["providerAway", found.Name], StatusCodes.Status503ServiceUnavailable);
        }
    }
}
