using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.OpenIdConnect;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;
using Recorder.Accounts;
using Recorder.Accounts.Sources;

namespace Recorder.Web.Oidc;

/// <summary>One scheme of the framework's handler a provider: code flow with PKCE, answers by address, nothing kept of the tokens.</summary>
internal static class OidcSetup
{
    public static void AddProviders(this AuthenticationBuilder schemes, IList<OidcSignInOptions> providers)
    {
        schemes.Services.AddSingleton(services => new OidcProviders(providers, services.GetRequiredService<IAddressBook>()));
        schemes.Services.AddScoped<OidcDoor>();
        for (var number = 0; number < providers.Count; number++)
        {
            var (one, position) = (providers[number], number);
            schemes.AddOpenIdConnect(OidcProvider.SchemeOf(position), options => Configure(options, one, position));
        }
    }

    private static void Configure(OpenIdConnectOptions options, OidcSignInOptions one, int number)
    {
        (options.Authority, options.ClientId, options.ClientSecret) = (one.Authority, one.ClientId, one.ClientSecret.Length > 0 ? one.ClientSecret : null);
        options.RequireHttpsMetadata = new Uri(one.Authority).Scheme == Uri.UriSchemeHttps;
        (options.ResponseType, options.ResponseMode, options.UsePkce) = (OpenIdConnectResponseType.Code, OpenIdConnectResponseMode.Query, true);
        options.CallbackPath = OidcProvider.CallbackOf(number);
        // Nobody else's request signs anybody out here.
        (options.RemoteSignOutPath, options.SignedOutCallbackPath) = (default, default);
        (options.SaveTokens, options.GetClaimsFromUserInfoEndpoint, options.MapInboundClaims, options.DisableTelemetry) = (false, false, false, true);
        options.ClaimActions.Clear();
        options.Scope.Clear();
        foreach (var scope in new[] { "openid", "email" }.Concat(one.Scopes).Distinct(StringComparer.Ordinal)) options.Scope.Add(scope);
        options.BackchannelTimeout = TimeSpan.FromSeconds(one.TimeoutSeconds);
        options.EventsType = typeof(OidcDoor);
        Guard(options.CorrelationCookie, "recorder.oidc.");
        Guard(options.NonceCookie, "recorder.nonce.");
    }

    // The answer comes as an address that the browser is led to, so the cookies need not travel with foreign forms.
    private static void Guard(CookieBuilder cookie, string name)
    {
        (cookie.Name, cookie.SameSite, cookie.HttpOnly, cookie.SecurePolicy) = (name, SameSiteMode.Lax, true, CookieSecurePolicy.SameAsRequest);
    }
}
