using System.Globalization;
using Microsoft.AspNetCore.Mvc;
using Recorder.Accounts;
using Recorder.Archive;
using Recorder.Ledger;
using Recorder.Recovery;
using Recorder.Web.Api;
using Recorder.Web.Texts;

namespace Recorder.Web.Pages;

/// <summary>Who looked at the own mail, and the auditors' own page.</summary>
internal static class ActivityPages
{
    private const int RowsOfAPage = 50;

    public static void MapActivityPages(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/activity", ActivityAsync);
        routes.MapGet("/inspect", AuditAsync);
        routes.MapGet("/inspect/{id}", (HttpContext http, Inspections audit, string id, CancellationToken cancel, string? mailbox = null) => OpenAsync(http, audit, id, mailbox, null, cancel));
        routes.MapPost("/inspect/{id}", (HttpContext http, Inspections audit, string id, CancellationToken cancel, [FromForm] string? mailbox = null, [FromForm] string? reason = null) =>
            OpenAsync(http, audit, id, mailbox, reason ?? "", cancel));
    }

    private static async Task<IResult> ActivityAsync(HttpContext http, Activity activity, CancellationToken cancel, string? before = null, int all = 0)
    {
        var moment = DateTimeOffset.TryParse(before, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at) ? at : (DateTimeOffset?)null;
        var page = await activity.OfAsync(http.CurrentReader(), all == 1, moment, RowsOfAPage, cancel);
        return PageResult.Of<ActivityLogPage>(new { Frame = PageFrame.For(http, "activity"), Page = page, WithOwn = all == 1, IsLater = moment is not null });
    }

    private static async Task<IResult> AuditAsync(
        HttpContext http, Inspections audit, CancellationToken cancel, string? mailbox = null, string? from = null, string? subject = null, string? after = null, string? before = null, string? cursor = null)
    {
        var question = new InspectionQuestion(mailbox ?? "", from, subject, Day(after), Day(before));
        MessageList? list = null;
        string? problem = null;
        try
        {
            list = string.IsNullOrWhiteSpace(mailbox) ? null : await audit.FindAsync(http.CurrentReader(), question, RowsOfAPage, cursor, cancel);
        }
        catch (ActRefusedException refused) when (refused.Code == "bad-address")
        {
            problem = Text.For(http)["refused.bad-address"];
        }

        return PageResult.Of<InspectPage>(new { Frame = PageFrame.For(http, "inspect"), Question = question, List = list, Problem = problem });
    }

    private static async Task<IResult> OpenAsync(HttpContext http, Inspections audit, string id, string? mailbox, string? reason, CancellationToken cancel)
    {
        if (!RecordId.TryParse(id, out var record)) return Results.NotFound();
        string? problem = null;
        OpenedMessage? message;
        try
        {
            message = await audit.OpenAsync(http.CurrentReader(), mailbox ?? "", record, reason, cancel);
        }
        catch (ActRefusedException refused) when (refused.Code == "bad-reason")
        {
            problem = Text.For(http)["refused.bad-reason", Inspections.MinReason];
            message = await audit.OpenAsync(http.CurrentReader(), mailbox ?? "", record, null, cancel);
        }
        catch (ActRefusedException refused) when (refused.Code == "bad-address")
        {
            return Results.NotFound();
        }

        return message is null ? Results.NotFound() : PageResult.Of<InspectMessagePage>(
            new { Frame = PageFrame.For(http, "inspect") with { Here = "/inspect" }, Message = message, Mailbox = mailbox, Problem = problem, IsOpen = reason is not null && problem is null });
    }

    private static DateOnly? Day(string? text) => DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day) ? day : null;
}
