using Recorder.Accounts;
using Recorder.Ledger;
using Recorder.Recovery;
using Recorder.Web.Texts;

namespace Recorder.Web.Pages;

/// <summary>What every page needs to draw its frame.</summary>
/// <param name="Title">Plain text of the title bar.</param>
/// <param name="Here">Path of this page, for coming back after a language change.</param>
/// <param name="Problems">How many things the reader asked for did not arrive.</param>
/// <param name="Refresh">Content of a refresh, set while something is pending: the page loads itself again where no script runs.</param>
public sealed record PageFrame(
    Text Text, Reader? Reader, string Title, string Here, TimeZoneInfo Zone, DateTimeOffset Now, string Query = "", string? Refresh = null,
    int Problems = 0)
{
    public static PageFrame For(HttpContext http, string titleName, string query = "") => For(http, text => text[titleName], query);

    public static PageFrame For(HttpContext http, Func<Text, string> title, string query = "")
    {
        var text = Text.For(http);
        var now = http.RequestServices.GetRequiredService<TimeProvider>().GetUtcNow();
        var reader = http.Features.Get<Reader>();
        var problems = reader is null ? 0 : DeliveryProblems.CountFor(http.RequestServices.GetRequiredService<ILedger>().State, reader);
        return new PageFrame(text, reader, title(text), http.Request.Path + http.Request.QueryString, ReaderZone.Of(http), now, query, Problems: problems);
    }
}

/// <summary>The time zone that the browser told by cookie; the server's own where it told none.</summary>
internal static class ReaderZone
{
    public const string CookieName = "recorder.tz";

    public static TimeZoneInfo Of(HttpContext http) =>
        http.Request.Cookies[CookieName] is { Length: > 0 and < 64 } name && TimeZoneInfo.TryFindSystemTimeZoneById(name, out var zone) ? zone : TimeZoneInfo.Local;
}
