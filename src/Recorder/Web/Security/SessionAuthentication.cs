using System.Security.Claims;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;
using Recorder.Accounts;
using Recorder.Ledger;

namespace Recorder.Web.Security;

/// <summary>
/// Signs a request in by the session cookie (pages) or by <c>Authorization: Bearer</c> (API). Both carry the same
/// token, whose hash the ledger's state knows.
/// </summary>
public sealed class SessionAuthentication(
    IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder, ISessions sessions)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
{
    public const string SchemeName = "Session";
    public const string CookieName = "recorder.session";
    private const string BearerPrefix = "Bearer ";

    /// <summary>True where a browser sent the token by itself: such requests need proof that our own page asked.</summary>
    public static bool CameByCookie(HttpContext http) => Bearer(http) is null && http.Request.Cookies.ContainsKey(CookieName);

    protected override Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        var token = Bearer(Context) ?? Request.Cookies[CookieName];
        if (string.IsNullOrEmpty(token))
        {
            return Task.FromResult(AuthenticateResult.NoResult());
        }

        if (sessions.Validate(token, ClientAddress.Of(Context)) is not { } reader)
        {
            return Task.FromResult(AuthenticateResult.Fail("no such session"));
        }

        Context.Features.Set(reader);
        var identity = new ClaimsIdentity([new Claim(ClaimTypes.Name, reader.Account.Address)], SchemeName);
        return Task.FromResult(AuthenticateResult.Success(new AuthenticationTicket(new ClaimsPrincipal(identity), SchemeName)));
    }

    /// <summary>Pages lead to the sign-in; the API answers 401.</summary>
    protected override Task HandleChallengeAsync(AuthenticationProperties properties)
    {
        if (ApiPaths.IsApi(Context))
        {
            Response.Headers[HeaderNames.WWWAuthenticate] = "Bearer";
            Response.StatusCode = StatusCodes.Status401Unauthorized;
            return Task.CompletedTask;
        }

        var back = HttpMethods.IsGet(Request.Method) ? Request.Path + Request.QueryString : "/mail";
        Response.Redirect($"/signin?back={Uri.EscapeDataString(back)}");
        return Task.CompletedTask;
    }

    private static string? Bearer(HttpContext http)
    {
        var header = http.Request.Headers.Authorization.ToString();
        return header.StartsWith(BearerPrefix, StringComparison.OrdinalIgnoreCase) ? header[BearerPrefix.Length..].Trim() : null;
    }
}

/// <summary>Which requests are for programs rather than people.</summary>
internal static class ApiPaths
{
    public const string Root = "/api/v1";

    public static bool IsApi(HttpContext http) => http.Request.Path.StartsWithSegments("/api", StringComparison.OrdinalIgnoreCase);
}

internal static class ClientAddress
{
    public static string Of(HttpContext http) => http.Connection.RemoteIpAddress switch
    {
        null => "local",
        { IsIPv4MappedToIPv6: true } mapped => mapped.MapToIPv4().ToString(),
        var address => address.ToString(),
    };
}
