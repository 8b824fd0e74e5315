using Microsoft.AspNetCore.Http.HttpResults;
using Recorder.Digests;
using Recorder.Ledger;
using Recorder.Web.Security;

namespace Recorder.Web.Api;

/// <param name="DigestTimes">Local times of day such as <c>08:00</c>; empty for no digests; null follows the site.</param>
/// <param name="DigestDays">Names of days, Monday to Sunday; null or empty for every day.</param>
/// <param name="DigestPhrase">Appears in each digest; 4 to 80 characters.</param>
/// <param name="TimeZone">IANA name; null follows the site.</param>
/// <param name="SpamThreshold">Score from which mail is held; null follows the site.</param>
/// <param name="Language">en, zh-Hant, or null to follow the browser.</param>
public sealed record PreferencesRequest(
    IReadOnlyList<string>? DigestTimes, IReadOnlyList<string>? DigestDays, string? DigestPhrase, string? TimeZone, double? SpamThreshold, string? Language);

/// <param name="NextDigest">Null when none will come.</param>
/// <param name="DigestsAreOn">The site sends digests.</param>
/// <param name="LastDigestFailure">The words with which the delivery of the last digest ended; null where it went well.</param>
public sealed record PreferencesAnswer(
    IReadOnlyList<string>? DigestTimes, IReadOnlyList<string>? DigestDays, string? DigestPhrase, string? TimeZone, double? SpamThreshold, string? Language,
    DateTimeOffset? NextDigest, bool DigestsAreOn, DateTimeOffset? LastDigest, string? LastDigestFailure);

internal static class PreferencesApi
{
    public static void MapPreferencesApi(this RouteGroupBuilder api)
    {
        api.MapGet("/preferences", Get).WithSummary("What you chose for digests, screening and language.");
        api.MapPut("/preferences", PutAsync).WithSummary("Choose it anew: the whole of it; null members follow the site.");
        api.MapPost("/preferences/digest", SendAsync).WithSummary("Send your digest now: what is held that the last one did not tell.");
    }

    private static async Task<Accepted<PreferencesAnswer>> SendAsync(DigestNow digests, PersonalPreferences preferences, HttpContext http, CancellationToken cancel)
    {
        await digests.MakeAsync(http.CurrentReader(), cancel);
        return TypedResults.Accepted($"{ApiPaths.Root}/preferences", Answer(preferences.Of(http.CurrentReader().Account)));
    }

    private static Ok<PreferencesAnswer> Get(PersonalPreferences preferences, HttpContext http) => TypedResults.Ok(Answer(preferences.Of(http.CurrentReader().Account)));

    private static async Task<Results<Ok<PreferencesAnswer>, ProblemHttpResult>> PutAsync(
        PreferencesRequest request, PersonalPreferences preferences, HttpContext http, CancellationToken cancel)
    {
        var reader = http.CurrentReader();
        await preferences.SetAsync(reader, Wish(request), cancel);
        return TypedResults.Ok(Answer(preferences.Of(reader.Account)));
    }

    private static PreferencesWish Wish(PreferencesRequest request) => new(
        request.DigestTimes is null ? null
            : DigestSchedule.ReadTimes(string.Join(',', request.DigestTimes)) ?? throw new ActRefusedException("bad-times", "write times like 08:00"),
        request.DigestDays is null ? null
            : DigestSchedule.ReadDays(string.Join(',', request.DigestDays)) ?? throw new ActRefusedException("bad-days", "write days like Monday"),
        request.DigestPhrase, request.TimeZone, request.SpamThreshold, request.Language);

    private static PreferencesAnswer Answer(PreferencesSight sight) => new(
        sight.Chosen.DigestTimes?.Select(minutes => DigestSchedule.WriteTimes([minutes])).ToList(),
        sight.Chosen.DigestDays?.Select(day => day.ToString()).ToList(), sight.Chosen.DigestPhrase, sight.Chosen.TimeZone, sight.Chosen.SpamThreshold, sight.Language,
        sight.NextDigest, sight.DigestsAreOn, sight.LastDigest?.At, sight.LastDigest?.Failure);
}
