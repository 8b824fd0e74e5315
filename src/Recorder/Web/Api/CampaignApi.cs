using Microsoft.AspNetCore.Http.HttpResults;
using Recorder.Ledger;
using Recorder.Recovery.Campaigns;

namespace Recorder.Web.Api;

/// <param name="Act">hold or hide.</param>
/// <param name="Lift">True takes the act back.</param>
/// <param name="Reason">Kept in the log.</param>
/// <param name="RecordId">Any record of the message: all with the same bytes are meant.</param>
/// <param name="From">Received at or after; a week ago where absent.</param>
public sealed record CampaignRequest(
    string? Act = null, bool Lift = false, string? Reason = null, string? RecordId = null, string? MessageId = null, string? Sender = null,
    string? Subject = null, DateTimeOffset? From = null, DateTimeOffset? Until = null);

/// <summary>One message held or hidden in all mailboxes.</summary>
internal static class CampaignApi
{
    public static void MapCampaignApi(this RouteGroupBuilder api)
    {
        api.MapGet("/admin/campaign", PreviewAsync).WithSummary("What an act on one message in all mailboxes would touch; the look is recorded.");
        api.MapPost("/admin/campaign", ActAsync).WithSummary("Hold or hide one message in all mailboxes, or lift that.");
    }

    public static CampaignAct? Named(string? act) => act switch { "hold" => CampaignAct.Hold, "hide" => CampaignAct.Hide, _ => null };

    private static async Task<Ok<CampaignPreview>> PreviewAsync(
        ICampaigns campaigns, HttpContext http, CancellationToken cancel, string? recordId = null, string? messageId = null, string? sender = null,
        string? subject = null, DateTimeOffset? from = null, DateTimeOffset? until = null) =>
        TypedResults.Ok(await campaigns.PreviewAsync(http.CurrentReader(), new CampaignTarget(recordId, messageId, sender, subject, from, until), cancel));

    private static async Task<Results<Ok<CampaignOutcome>, ProblemHttpResult>> ActAsync(
        CampaignRequest request, ICampaigns campaigns, HttpContext http, CancellationToken cancel)
    {
        if (Named(request.Act) is not { } act)
        {
            return ApiProblems.Problem(StatusCodes.Status400BadRequest, "bad-act", "Name an act: hold or hide.");
        }

        var target = new CampaignTarget(request.RecordId, request.MessageId, request.Sender, request.Subject, request.From, request.Until);
        return TypedResults.Ok(await campaigns.ActAsync(http.CurrentReader(), target, act, request.Lift, request.Reason ?? "", cancel));
    }
}
