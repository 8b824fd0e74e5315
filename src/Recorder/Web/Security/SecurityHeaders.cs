namespace Recorder.Web.Security;

/// <summary>What every answer carries, set before anything else runs, so that no route can forget it.</summary>
internal static class SecurityHeaders
{
    private const string PagePolicy =
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; connect-src 'self'; form-action 'self'; "
        + "frame-src 'self'; frame-ancestors 'none'; base-uri 'none'";

    /// <summary>For received bytes of any kind: nothing runs, nothing loads, not even our own.</summary>
    public const string ContentPolicy = "default-src 'none'; sandbox; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

    public static Task Apply(HttpContext http, RequestDelegate next)
    {
        var headers = http.Response.Headers;
        headers.ContentSecurityPolicy = PagePolicy;
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "no-referrer";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
        headers["Permissions-Policy"] = "camera=(), geolocation=(), microphone=(), payment=(), usb=()";
        headers.XFrameOptions = "DENY";
        headers.CacheControl = "no-store";
        return next(http);
    }

    /// <summary>The policy of the frame that shows a message's markup: styles of its own and the pictures in its document, nothing else.</summary>
    public static void AllowMessageFrame(HttpResponse response)
    {
        response.Headers.ContentSecurityPolicy =
            "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox allow-popups allow-popups-to-escape-sandbox; "
            + "frame-ancestors 'self'; base-uri 'none'; form-action 'none'";
        response.Headers.XFrameOptions = "SAMEORIGIN";
    }
}
