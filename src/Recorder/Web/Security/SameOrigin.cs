namespace Recorder.Web.Security;

/// <summary>
/// A cookie travels with requests that other sites start. A changing API request that came by cookie must therefore
/// say that it is our own page's: Sec-Fetch-Site, or Origin in browsers without it.
/// </summary>
internal static class SameOrigin
{
    public static bool IsProven(HttpContext http)
    {
        if (!SessionAuthentication.CameByCookie(http) || IsSafe(http.Request.Method))
        {
            return true;
        }

        var site = http.Request.Headers["Sec-Fetch-Site"].ToString();
        if (site.Length > 0)
        {
            return site == "same-origin";
        }

        return Uri.TryCreate(http.Request.Headers.Origin, UriKind.Absolute, out var origin)
            && string.Equals(origin.Authority, http.Request.Host.Value, StringComparison.OrdinalIgnoreCase);
    }

    private static bool IsSafe(string method) => HttpMethods.IsGet(method) || HttpMethods.IsHead(method) || HttpMethods.IsOptions(method);
}
