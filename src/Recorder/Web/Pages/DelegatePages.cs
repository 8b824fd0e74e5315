using System.Globalization;
using Microsoft.AspNetCore.Mvc;
using Recorder.Accounts;
using Recorder.Ledger;
using Recorder.Web.Api;

namespace Recorder.Web.Pages;

/// <summary>Letting others into the own mailbox.</summary>
internal static class DelegatePages
{
    public static void MapDelegatePages(this IEndpointRouteBuilder routes)
    {
        routes.MapPost("/settings/access/delegates", GrantAsync);
        routes.MapPost("/settings/access/delegates/end", async (HttpContext http, Grants grants, CancellationToken cancel, [FromForm(Name = "delegate")] string? account = null) =>
            await grants.EndAsync(http.CurrentReader().Actor, http.CurrentReader().Account.Address, account ?? "", cancel)
                ? Results.LocalRedirect("/settings/access?done=grant") : Results.NotFound());
    }

    private static async Task<IResult> GrantAsync(
        HttpContext http, Grants grants, CancellationToken cancel, [FromForm(Name = "delegate")] string? account = null, [FromForm] bool release = false, [FromForm] bool resend = false, [FromForm] string? until = null)
    {
        var reader = http.CurrentReader();
        var rights = GrantRights.Read | (release ? GrantRights.Release : 0) | (resend ? GrantRights.Resend : 0);
        try
        {
            await grants.SetAsync(reader.Actor, reader.Account.Address, account ?? "", rights, EndOf(until, ReaderZone.Of(http)), cancel);
            return Results.LocalRedirect("/settings/access?done=grant");
        }
        catch (ActRefusedException refused)
        {
            return AccessPages.Page(http, new AccessNews(AccessPages.Words(http, refused)));
        }
    }

    // A day is a day of the reader's own, to its end.
    private static DateTimeOffset? EndOf(string? day, TimeZoneInfo zone)
    {
        if (!DateOnly.TryParseExact(day, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var last) || last == DateOnly.MaxValue) return null;
        var end = last.AddDays(1).ToDateTime(TimeOnly.MinValue);
        return new DateTimeOffset(end, zone.GetUtcOffset(end)).ToUniversalTime();
    }
}
