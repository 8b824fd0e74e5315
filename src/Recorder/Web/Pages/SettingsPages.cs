using System.Globalization;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Recorder.Digests;
using Recorder.Ledger;
using Recorder.Web.Api;
using Recorder.Web.Texts;

namespace Recorder.Web.Pages;

/// <summary>The form of the settings page as it was sent, so that a mistake costs nobody the rest.</summary>
public sealed record SettingsForm(
    string Schedule, string Times, IReadOnlyList<DayOfWeek> Days, string Phrase, string TimeZone, string Threshold, string Language)
{
    public const string Site = "site", Off = "off", Own = "own";

    internal static SettingsForm Of(PreferencesSight sight) => new(
        sight.Chosen.DigestTimes is null ? Site : sight.Chosen.DigestTimes.Count == 0 ? Off : Own,
        DigestSchedule.WriteTimes(sight.Chosen.DigestTimes is { Count: > 0 } times ? times : sight.Site.Times),
        sight.Chosen.DigestDays ?? [], sight.Chosen.DigestPhrase ?? "", sight.Chosen.TimeZone ?? "",
        sight.Chosen.SpamThreshold?.ToString(CultureInfo.InvariantCulture) ?? "", sight.Language ?? "");

    /// <exception cref="ActRefusedException">bad-times, bad-threshold.</exception>
    internal PreferencesWish ToWish() => new(
        Schedule switch
        {
            Off => [],
            Own => DigestSchedule.ReadTimes(Times) is { Count: > 0 } times ? times : throw new ActRefusedException("bad-times", "write times like 08:00, 17:00"),
            _ => null,
        },
        Schedule == Own ? Days : null, Phrase, NullIfEmpty(TimeZone), Score(Threshold), NullIfEmpty(Language));

    private static double? Score(string text) => string.IsNullOrWhiteSpace(text) ? null
        : double.TryParse(text.Trim().Replace(',', '.'), NumberStyles.Float, CultureInfo.InvariantCulture, out var score) ? score
        : throw new ActRefusedException("bad-threshold", "the spam threshold is a number");

    private static string? NullIfEmpty(string text) => string.IsNullOrWhiteSpace(text) ? null : text.Trim();
}

/// <summary>What people choose for themselves.</summary>
internal static class SettingsPages
{
    public static void MapSettingsPages(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/settings", (HttpContext http, PersonalPreferences preferences, int saved = 0, int sent = 0) =>
            Page(http, preferences, null, null, saved == 1 ? "saved" : sent == 1 ? "digestSent" : null));
        routes.MapPost("/settings", SaveAsync);
        routes.MapPost("/settings/digest", SendAsync);
    }

    private static async Task<IResult> SaveAsync(
        HttpContext http, PersonalPreferences preferences, CancellationToken cancel, [FromForm] string? schedule = null, [FromForm] string? times = null,
        [FromForm] string? phrase = null, [FromForm] string? zone = null, [FromForm] string? threshold = null, [FromForm] string? language = null)
    {
        var form = new SettingsForm(
            schedule ?? SettingsForm.Site, times ?? "", DigestSchedule.ReadDays(http.Request.Form["days"].ToString()) ?? [], phrase ?? "", zone ?? "", threshold ?? "", language ?? "");
        try
        {
            await preferences.SetAsync(http.CurrentReader(), form.ToWish(), cancel);
        }
        catch (ActRefusedException refused)
        {
            return Page(http, preferences, form, Text.For(http).Or("refused." + refused.Code, refused.Message), null);
        }

        // The account's language is the reader's from here on, whatever this browser said before.
        http.Response.Cookies.Delete(Text.LanguageCookie);
        return Results.LocalRedirect("/settings?saved=1");
    }

    private static async Task<IResult> SendAsync(HttpContext http, PersonalPreferences preferences, DigestNow digests, CancellationToken cancel)
    {
        try
        {
            await digests.MakeAsync(http.CurrentReader(), cancel);
            return Results.LocalRedirect("/settings?sent=1");
        }
        catch (ActRefusedException refused)
        {
            return Page(http, preferences, null, Text.For(http).Or("refused." + refused.Code, refused.Message), null);
        }
    }

    /// <param name="done">Name of the words that say what was done.</param>
    private static RazorComponentResult Page(HttpContext http, PersonalPreferences preferences, SettingsForm? form, string? problem, string? done)
    {
        var sight = preferences.Of(http.CurrentReader().Account);
        return PageResult.Of<SettingsPage>(
            new { Frame = PageFrame.For(http, "settings") with { Here = "/settings" }, Sight = sight, Form = form ?? SettingsForm.Of(sight), Problem = problem, Done = done },
            problem is null ? StatusCodes.Status200OK : StatusCodes.Status409Conflict);
    }
}
