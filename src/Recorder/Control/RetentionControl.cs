using System.Threading.Channels;
using Microsoft.Extensions.Options;
using Recorder.Accounts;
using Recorder.Accounts.SecondFactors;
using Recorder.Archive;
using Recorder.Ledger;
using Recorder.Retention;
using Recorder.Transfer;

namespace Recorder.Control;

/// <summary>One line of a purge's stream.</summary>
/// <param name="Kind">progress, refused, failed or summary.</param>
/// <param name="Where">The stage, or the segment.</param>
public sealed record PurgeLine(string Kind, long Done = 0, long Total = 0, string? Where = null, string? Reason = null, PurgeOutcome? Outcome = null);

public sealed record LiftRequest(string Id, string Reason);

/// <param name="Account">The administrator, and the own password.</param>
public sealed record ApprovalAnswer(string Id, string Account, string Password);

public sealed record EraseRequest(string RecordId, string Reason);

public sealed record RuleChange(RetentionRule? Rule = null, string? Remove = null, bool PreviewOnly = false);

/// <summary>Rules, holds, purges and erasures for the command line.</summary>
internal static class RetentionControl
{
    public static void MapRetention(this RouteGroupBuilder control, Actor cli)
    {
        control.MapGet("/retention", (RetentionReports reports) => reports.Now());
        control.MapPost("/retention/rules", (RuleChange change, RetentionRules rules, CancellationToken cancel) => ActAsync(() => ChangeAsync(rules, cli, change, cancel)));
        control.MapGet("/purge/plan", (PurgePlanner planner, Holds holds, CancellationToken cancel) => ActAsync<PurgePlan>(async () => await planner.PlanNowAsync(holds, cancel)));
        control.MapPost("/purge", (HttpContext http, Purge purge, CancellationToken cancel) => ControlEndpoints.StreamAsync(http, PurgeLinesAsync(purge, cli, cancel), cancel));
        control.MapPost("/purge/confirm-clock", async (ClockWatch clock, CancellationToken cancel) =>
        {
            await clock.ConfirmAsync(cli, cancel);
            return clock.State;
        });
        control.MapPost("/purge/confirm-restore", async (RestoreConfirmation confirmation, CancellationToken cancel) =>
            await confirmation.ConfirmAsync(cli, cancel) is { } restored ? Results.Ok(restored) : NotFound("no restore waits to be confirmed"));
        control.MapGet("/purge/runs", (RetentionReports reports) => reports.Runs(1000));
        control.MapGet("/purge/runs/{run}", (string run, ILedger ledger, IOptions<RetentionOptions> options) =>
            PurgeCertificate.Of(ledger.State, run, options.Value.GraceDays) is { } found ? Results.Ok(found) : NotFound("there is no such purge"));
        control.MapGet("/holds", (Holds holds) => holds.All);
        control.MapPost("/holds", (HoldWish wish, Holds holds, CancellationToken cancel) => ActAsync<HoldAnswer>(async () => await holds.PlaceAsync(cli, wish, cancel)));
        control.MapPost("/holds/lift", (LiftRequest lift, Holds holds, CancellationToken cancel) =>
            ActAsync<object>(async () => await holds.LiftAsync(cli, lift.Id, lift.Reason, cancel) ? lift : null));
        control.MapGet("/approvals", (Approvals approvals) => approvals.Waiting);
        control.MapPost("/approvals/give", (ApprovalAnswer answer, ApprovedActs acts, ISessions sessions, CancellationToken cancel) =>
            ActAsync(async () => await acts.GiveAsync(await AdministratorAsync(sessions, answer, cancel), answer.Id, cancel)));
        control.MapPost("/approvals/refuse", (LiftRequest refusal, Approvals approvals, CancellationToken cancel) =>
            ActAsync<object>(async () => await approvals.RefuseAsync(cli, refusal.Id, refusal.Reason, cancel) ? refusal : null));
        control.MapGet("/erasures", (Erasures erasures) => erasures.Report());
        control.MapPost("/erasures", (EraseRequest erase, Erasures erasures, CancellationToken cancel) =>
            ActAsync(async () => RecordId.TryParse(erase.RecordId, out var id) ? await erasures.EraseAsync(cli, id, erase.Reason, cancel) : null));
    }

    // Whoever approves is a person who knows the own password, not whoever may open the socket.
    private static async Task<Actor> AdministratorAsync(ISessions sessions, ApprovalAnswer answer, CancellationToken cancel)
    {
        try
        {
            var session = await sessions.SignInAsync(answer.Account, answer.Password, "cli", "cli", cancel) ?? throw new ActRefusedException("no-admin", "address or password is wrong");
            await sessions.EndAsync(session.Reader, cancel);
            return session.Reader.Account.IsAdmin ? session.Reader.Actor : throw new ActRefusedException("no-admin", $"{answer.Account} is no administrator");
        }
        catch (SecondFactorNeededException)
        {
            throw new ActRefusedException("no-admin", $"{answer.Account} has a second factor: approve it on the page");
        }
    }

    private static async Task<RulePreview?> ChangeAsync(RetentionRules rules, Actor cli, RuleChange change, CancellationToken cancel) => change switch
    {
        { PreviewOnly: true } => await rules.PreviewAsync(change.Rule, change.Remove, cancel),
        { Rule: { } rule } => await rules.SetAsync(cli, rule, cancel),
        { Remove: { } id } => await rules.RemoveAsync(cli, id, cancel),
        _ => throw new ActRefusedException("bad-rule", "name a rule"),
    };

    /// <param name="act">null: what was named does not exist.</param>
    private static async Task<IResult> ActAsync<T>(Func<Task<T?>> act) where T : class
    {
        try
        {
            return await act() is { } done ? Results.Ok(done) : NotFound("there is none of that name");
        }
        catch (ActRefusedException refusal)
        {
            return Results.Json(new Refusal(refusal.Code, refusal.Message), statusCode: IsWrongCall(refusal.Code) ? StatusCodes.Status400BadRequest : StatusCodes.Status409Conflict);
        }
        catch (ArchiveException error)
        {
            return Results.Json(new Refusal("archive", error.Message), statusCode: StatusCodes.Status503ServiceUnavailable);
        }
    }

    // What is wrong whatever the archive holds; anything else depends on how it stands.
    private static bool IsWrongCall(string code) =>
        code is "bad-rule" or "too-short" or "bad-address" or "bad-domain" or "bad-end" or "too-many-named" or "nothing-named" or "no-matter" or "no-reason";

    private static IResult NotFound(string message) => Results.Json(new Refusal("not-found", message), statusCode: StatusCodes.Status404NotFound);

    private static IAsyncEnumerable<PurgeLine> PurgeLinesAsync(Purge purge, Actor cli, CancellationToken cancel) =>
        RunLines.ReadAsync<PurgeLine>((lines, stop) => RunAsync(purge, cli, lines, stop), cancel: cancel);

    private static async Task RunAsync(Purge purge, Actor cli, ChannelWriter<PurgeLine> lines, CancellationToken cancel)
    {
        try
        {
            var outcome = await purge.ExecuteAsync(cli, at => lines.TryWrite(new PurgeLine("progress", at.Done, at.Total, at.Segment ?? at.Stage)), cancel);
            lines.TryWrite(new PurgeLine("summary", Outcome: outcome));
        }
        catch (ActRefusedException refusal)
        {
            lines.TryWrite(new PurgeLine("refused", Where: refusal.Code, Reason: refusal.Message));
        }
        catch (Exception error) when (error is ArchiveException or IOException)
        {
            lines.TryWrite(new PurgeLine("failed", Reason: error.Message));
        }
    }
}
