using System.Security.Claims;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.OpenIdConnect;
using Recorder.Accounts;
using Recorder.Accounts.SecondFactors;
using Recorder.Accounts.Sources;
using Recorder.Ledger;
using Recorder.Web.Pages;
using Recorder.Web.Security;
using Recorder.Web.Texts;

namespace Recorder.Web.Oidc;

/// <summary>
/// What happens at the steps of the framework's handler. A session of ours begins once the handler has checked everything:
/// the correlation of request and answer, the token's signature, issuer, audience, time and nonce.
/// </summary>
internal sealed partial class OidcDoor(OidcProviders providers, ISessions sessions, ILogger<OidcDoor> log) : OpenIdConnectEvents
{
    public const string Hint = "login_hint";

    public override Task RedirectToIdentityProvider(RedirectContext context)
    {
        if (providers.Of(context.Scheme.Name) is { PublicUrl.Length: > 0 } provider) context.ProtocolMessage.RedirectUri = provider.PublicUrl + provider.CallbackPath;
        context.ProtocolMessage.LoginHint = context.Properties.GetParameter<string>(Hint);
        return Task.CompletedTask;
    }

    // The specification lets a token from the provider's own answer go unsigned (OpenID Connect Core §3.1.3.7); here none does.
    public override Task TokenValidated(TokenValidatedContext context)
    {
        if (context.SecurityToken.SignatureAlgorithm is null or "" or "none") context.Fail("the token is not signed");
        return Task.CompletedTask;
    }

    public override async Task TicketReceived(TicketReceivedContext context)
    {
        context.HandleResponse();
        var http = context.HttpContext;
        var back = AccountPages.LocalPath(context.ReturnUri);
        await (await AnswerAsync(http, context.Principal, providers.Of(context.Scheme.Name), back)).ExecuteAsync(http);
    }

    public override Task RemoteFailure(RemoteFailureContext context)
    {
        LogFailed(log, context.Scheme.Name, context.Failure?.Message ?? "");
        context.HandleResponse();
        context.Response.Redirect("/signin?problem=provider");
        return Task.CompletedTask;
    }

    public override Task AccessDenied(AccessDeniedContext context)
    {
        context.HandleResponse();
        context.Response.Redirect("/signin?problem=provider");
        return Task.CompletedTask;
    }

    private async Task<IResult> AnswerAsync(HttpContext http, ClaimsPrincipal? who, OidcProvider? provider, string back)
    {
        if (Read(who) is not { } vouched || provider is null || providers.For(vouched.Address) != provider) return Refused(http, back, "refused.not-vouched");
        try
        {
            if (await sessions.WelcomeAsync(vouched, "web", ClientAddress.Of(http), http.RequestAborted) is not { } started) return Refused(http, back, "wrongCredentials");
            AccountPages.SetCookie(http, started);
            return Results.LocalRedirect(back);
        }
        catch (SecondFactorNeededException needed)
        {
            return AccountPages.Code(http, needed.Ticket, back, null);
        }
        catch (ActRefusedException refused)
        {
            return AccountPages.SignIn(http, back, "", AccountPages.WordsOf(Text.For(http), refused), AccountPages.StatusOf(refused));
        }
    }

    // Only what the provider says it has verified, written as we write it: a detail behind a plus is another's to give.
    private static Vouched? Read(ClaimsPrincipal? who)
    {
        var (email, issuer, subject) = (Value("email"), Value("iss"), Value("sub"));
        var isVerified = string.Equals(Value("email_verified"), "true", StringComparison.OrdinalIgnoreCase);
        return isVerified && email.Length > 0 && issuer.Length > 0 && subject.Length > 0 && SourceLogin.IsAllowed(email) && !email.Contains('+', StringComparison.Ordinal)
            ? new Vouched(email, issuer, subject, Value("name")) : null;

        string Value(string name) => who?.FindFirst(name)?.Value ?? "";
    }

    private static IResult Refused(HttpContext http, string back, string words) =>
        AccountPages.SignIn(http, back, "", Text.For(http)[words], StatusCodes.Status403Forbidden);

    [LoggerMessage(6010, LogLevel.Warning, "Sign-in with {Scheme} failed: {Reason}")]
    private static partial void LogFailed(ILogger log, string scheme, string reason);
}
