using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;
using Recorder.Archive;
using Recorder.Ledger;
using Recorder.Retention;
using Recorder.Web.Security;

namespace Recorder.Web.Api;

/// <param name="Reason">Kept in the log.</param>
public sealed record LiftBody(string? Reason = null);

/// <param name="Reason">Kept in the log.</param>
public sealed record ErasureBody(string? RecordId = null, string? Reason = null);

/// <summary>What is kept and for how long; holds; what was destroyed.</summary>
internal static class RetentionApi
{
    public static void MapRetentionApi(this RouteGroupBuilder api)
    {
        api.MapGet("/admin/retention", (RetentionReports reports) => reports.Now()).WithSummary("What is kept by month and category, the rules, the next purge, the last whole check.");
        api.MapGet("/admin/retention/plan", (PurgePlanner planner, Holds holds, CancellationToken cancel) => planner.PlanNowAsync(holds, cancel))
            .WithSummary("What a purge would remove now, and by which terms.");
        api.MapPost("/admin/retention/preview", (RetentionRule rule, RetentionRules rules, CancellationToken cancel) => rules.PreviewAsync(rule, null, cancel))
            .WithSummary("What a rule would do to the records that are kept; changes nothing.");
        api.MapPost("/admin/retention/rules", (RetentionRule rule, RetentionRules rules, HttpContext http, CancellationToken cancel) =>
            rules.SetAsync(http.CurrentReader().Actor, rule, cancel)).WithSummary("Make or change a rule of retention.");
        api.MapDelete("/admin/retention/rules/{rule}", RemoveAsync).WithSummary("Remove a rule of retention.");
        api.MapPost("/admin/retention/confirm-clock", ConfirmAsync).WithSummary("Say that the clock is right after it leapt.");
        api.MapPost("/admin/retention/confirm-restore", ConfirmRestoreAsync).WithSummary("Say that holds and rules which were newer than a restored copy are in force again.");
        api.MapGet("/admin/purges", (RetentionReports reports) => reports.Runs(1000)).WithSummary("Purges, newest first.");
        api.MapGet("/admin/purges/{run}", Certificate).WithSummary("The certificate of a purge.");
        api.MapGet("/admin/holds", (Holds holds) => holds.All).WithSummary("All holds, newest first, lifted ones too.");
        api.MapPost("/admin/holds", PlaceAsync).WithSummary("Place a hold; says which records had left already.");
        api.MapPost("/admin/holds/{hold}/lift", LiftAsync).WithSummary("Lift a hold.");
        api.MapGet("/admin/erasures", (Erasures erasures) => erasures.Report()).WithSummary("What was erased, newest first, and which copies still have it.");
        api.MapGet("/admin/approvals", (Approvals approvals) => approvals.All).WithSummary("Purges and erasures that two administrators must approve, newest first.");
        api.MapPost("/admin/approvals/{approval}/give", GiveAsync).WithSummary("Approve; the second approval of an erasure carries it out.");
        api.MapPost("/admin/approvals/{approval}/refuse", RefuseAsync).WithSummary("Refuse what waits for approval.");
        api.MapPost("/admin/erasures", EraseAsync).WithSummary("Remove one record before its term, for a stated reason.");
    }

    private static async Task<NoContent> ConfirmAsync(ClockWatch clock, HttpContext http, CancellationToken cancel)
    {
        await clock.ConfirmAsync(http.CurrentReader().Actor, cancel);
        return TypedResults.NoContent();
    }

    private static async Task<Results<Ok<RestoredState>, ProblemHttpResult>> ConfirmRestoreAsync(RestoreConfirmation confirmation, HttpContext http, CancellationToken cancel) =>
        await confirmation.ConfirmAsync(http.CurrentReader().Actor, cancel) is { } restored ? TypedResults.Ok(restored) : None("restore to confirm");

    private static async Task<Results<Ok<Approval>, ProblemHttpResult>> GiveAsync(string approval, ApprovedActs acts, HttpContext http, CancellationToken cancel) =>
        await acts.GiveAsync(http.CurrentReader().Actor, approval, cancel) is { } given ? TypedResults.Ok(given) : None("approval that waits");

    private static async Task<Results<NoContent, ProblemHttpResult>> RefuseAsync(string approval, LiftBody body, Approvals approvals, HttpContext http, CancellationToken cancel) =>
        await approvals.RefuseAsync(http.CurrentReader().Actor, approval, body.Reason ?? "", cancel) ? TypedResults.NoContent() : None("approval that waits");

    private static async Task<Results<Ok<RulePreview>, ProblemHttpResult>> RemoveAsync(string rule, RetentionRules rules, HttpContext http, CancellationToken cancel) =>
        await rules.RemoveAsync(http.CurrentReader().Actor, rule, cancel) is { } effect ? TypedResults.Ok(effect) : None("rule");

    private static Results<Ok<PurgeCertificate>, ProblemHttpResult> Certificate(string run, ILedger ledger, IOptions<RetentionOptions> options) =>
        PurgeCertificate.Of(ledger.State, run, options.Value.GraceDays) is { } found ? TypedResults.Ok(found) : None("purge");

    private static async Task<Created<HoldAnswer>> PlaceAsync(HoldWish wish, Holds holds, HttpContext http, CancellationToken cancel)
    {
        var answer = await holds.PlaceAsync(http.CurrentReader().Actor, wish, cancel);
        return TypedResults.Created($"{ApiPaths.Root}/admin/holds", answer);
    }

    private static async Task<Results<NoContent, ProblemHttpResult>> LiftAsync(string hold, LiftBody body, Holds holds, HttpContext http, CancellationToken cancel) =>
        await holds.LiftAsync(http.CurrentReader().Actor, hold, body.Reason ?? "", cancel) ? TypedResults.NoContent() : None("hold in force");

    private static async Task<Results<Ok<Erasure>, ProblemHttpResult>> EraseAsync(ErasureBody body, Erasures erasures, HttpContext http, CancellationToken cancel) =>
        RecordId.TryParse(body.RecordId, out var id) && await erasures.EraseAsync(http.CurrentReader().Actor, id, body.Reason ?? "", cancel) is { } done
            ? TypedResults.Ok(done) : None("record");

    private static ProblemHttpResult None(string what) => ApiProblems.Problem(StatusCodes.Status404NotFound, $"no-such-{what.Replace(' ', '-')}", $"There is no such {what}.");
}
