using System.Globalization;
using Microsoft.AspNetCore.Mvc;
using Recorder.Ledger;
using Recorder.Recovery.Campaigns;
using Recorder.Web.Api;

namespace Recorder.Web.Pages;

/// <summary>One message held or hidden in all mailboxes: look first, then act.</summary>
internal static class CampaignPages
{
    public static void MapCampaignPages(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/admin/campaign", PreviewAsync);
        routes.MapPost("/admin/campaign", ActAsync);
    }

    private static async Task<IResult> PreviewAsync(
        HttpContext http, ICampaigns campaigns, CancellationToken cancel,
        string? record = null, string? messageId = null, string? sender = null, string? subject = null, string? from = null, string? until = null)
    {
        var frame = PageFrame.For(http, "campaign");
        var fields = new CampaignFields(record, messageId, sender, subject, from, until);
        var preview = fields.IsEmpty ? null : await campaigns.PreviewAsync(http.CurrentReader(), fields.Target(frame), cancel);
        return PageResult.Of<CampaignPage>(new { Frame = frame, Fields = fields, Preview = preview });
    }

    private static async Task<IResult> ActAsync(
        HttpContext http, ICampaigns campaigns, CancellationToken cancel, [FromForm] string? act = null, [FromForm] string? reason = null,
        [FromForm] string? record = null, [FromForm] string? messageId = null, [FromForm] string? sender = null, [FromForm] string? subject = null,
        [FromForm] string? from = null, [FromForm] string? until = null)
    {
        var frame = PageFrame.For(http, "campaign");
        var (fields, isLifted) = (new CampaignFields(record, messageId, sender, subject, from, until), act?.StartsWith("lift-", StringComparison.Ordinal) ?? false);
        var named = CampaignApi.Named(isLifted ? act!["lift-".Length..] : act) ?? throw new ActRefusedException("bad-act", "there is no such act");
        var outcome = await campaigns.ActAsync(http.CurrentReader(), fields.Target(frame), named, isLifted, reason ?? "", cancel);
        return PageResult.Of<CampaignPage>(new { Frame = frame with { Here = "/admin/campaign" }, Fields = fields, Outcome = outcome });
    }
}

/// <summary>The form as it was filled in; days are the reader's.</summary>
public sealed record CampaignFields(string? Record, string? MessageId, string? Sender, string? Subject, string? From, string? Until)
{
    public bool IsEmpty => string.IsNullOrWhiteSpace(Record + MessageId + Sender + Subject);

    public CampaignTarget Target(PageFrame frame) => new(Record, MessageId, Sender, Subject, Day(From, frame.Zone), Day(Until, frame.Zone));

    private static DateTimeOffset? Day(string? text, TimeZoneInfo zone)
    {
        if (!DateTime.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day)) return null;
        return new DateTimeOffset(day, zone.GetUtcOffset(day));
    }
}
