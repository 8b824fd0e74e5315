using System.Globalization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Options;
using Recorder.Archive;
using Recorder.Ledger;
using Recorder.Retention;
using Recorder.Web.Api;

namespace Recorder.Web.Pages;

/// <summary>What is kept and for how long, the holds, and the certificates of what was destroyed.</summary>
internal static class RetentionPages
{
    private const int RunsShown = 20, ErasuresShown = 20;

    public static void MapRetentionPages(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/admin/retention", (HttpContext http, RetentionReports reports) => Page(http, reports));
        routes.MapGet("/admin/retention/plan", PlanAsync);
        routes.MapGet("/admin/retention/report", (HttpContext http, RetentionReports reports) =>
            PageResult.Of<RetentionReportPage>(new { Frame = PageFrame.For(http, "retentionReport"), Report = reports.Now() }));
        routes.MapGet("/admin/retention/report.csv", (RetentionReports reports) => Results.Text(RetentionCsv.Of(reports.Now()), "text/csv; charset=utf-8"));
        routes.MapPost("/admin/retention/confirm-restore", ConfirmRestoreAsync);
        routes.MapPost("/admin/approvals/{approval}", ApproveAsync);
        routes.MapPost("/admin/retention/rules", RuleAsync);
        routes.MapPost("/admin/retention/confirm-clock", ConfirmAsync);
        routes.MapPost("/admin/erasures", EraseAsync);
        routes.MapGet("/admin/purges/{run}", Certificate);
        routes.MapGet("/admin/purges/{run}/certificate.json", CertificateFile);
        routes.MapGet("/admin/holds", (HttpContext http, Holds holds) => HoldsPage(http, holds));
        routes.MapPost("/admin/holds", PlaceAsync);
        routes.MapPost("/admin/holds/{hold}/lift", LiftAsync);
    }

    private static IResult Page(HttpContext http, RetentionReports reports, RuleForm? form = null, RulePreview? preview = null, string? done = null, ActRefusedException? refused = null)
    {
        var frame = PageFrame.For(http, "retention") with { Here = "/admin/retention" };
        return PageResult.Of<RetentionPage>(new
        {
            Frame = frame, Report = reports.Now(), Runs = reports.Runs(RunsShown), Erased = http.RequestServices.GetRequiredService<Erasures>().Report(ErasuresShown), Form = form ?? new RuleForm(), Preview = preview, Done = done,
            Refused = refused is null ? null : AccountPages.WordsOf(frame.Text, refused), Waiting = http.RequestServices.GetRequiredService<Approvals>().Waiting,
        }, StatusOf(refused));
    }

    private static async Task<IResult> PlanAsync(HttpContext http, PurgePlanner planner, Holds holds, RetentionReports reports, CancellationToken cancel)
    {
        var frame = PageFrame.For(http, "plan") with { Here = "/admin/retention/plan" };
        try
        {
            var plan = await planner.PlanNowAsync(holds, cancel);
            return PageResult.Of<PurgePlanPage>(new { Frame = frame, Plan = plan, reports.Now().Blocked });
        }
        catch (ActRefusedException refused)
        {
            return PageResult.Of<PurgePlanPage>(new { Frame = frame, Refused = AccountPages.WordsOf(frame.Text, refused) }, StatusOf(refused));
        }
    }

    private static async Task<IResult> RuleAsync(
        HttpContext http, RetentionReports reports, RetentionRules rules, CancellationToken cancel, [FromForm] string? act = null, [FromForm] string? name = null,
        [FromForm] string? days = null, [FromForm] string? domains = null, [FromForm] string? mailboxes = null, [FromForm] string? categories = null)
    {
        var (form, actor) = (new RuleForm(name, days, domains, mailboxes, categories), http.CurrentReader().Actor);
        try
        {
            switch (act)
            {
                case "preview":
                    return Page(http, reports, form, await rules.PreviewAsync(form.Rule, null, cancel));
                case "set":
                    await rules.SetAsync(actor, form.Rule, cancel);
                    return Page(http, reports, done: "retentionRuleSet");
                case "remove":
                    return await rules.RemoveAsync(actor, name ?? "", cancel) is null ? Results.NotFound() : Page(http, reports, done: "retentionRuleRemoved");
                default:
                    throw new ActRefusedException("bad-act", "there is no such act");
            }
        }
        catch (ActRefusedException refused)
        {
            return Page(http, reports, form, refused: refused);
        }
    }

    private static int StatusOf(ActRefusedException? refused) => refused is null ? StatusCodes.Status200OK : AccountPages.StatusOf(refused);

    private static async Task<IResult> ConfirmAsync(HttpContext http, ClockWatch clock, RetentionReports reports, CancellationToken cancel)
    {
        await clock.ConfirmAsync(http.CurrentReader().Actor, cancel);
        return Page(http, reports, done: "retentionClockConfirmed");
    }

    private static async Task<IResult> ConfirmRestoreAsync(HttpContext http, RestoreConfirmation confirmation, RetentionReports reports, CancellationToken cancel) =>
        await confirmation.ConfirmAsync(http.CurrentReader().Actor, cancel) is null ? Results.NotFound() : Page(http, reports, done: "retentionRestoreConfirmed");

    private static async Task<IResult> ApproveAsync(
        HttpContext http, ApprovedActs acts, Approvals approvals, RetentionReports reports, string approval, CancellationToken cancel, [FromForm] string? act = null, [FromForm] string? reason = null)
    {
        var actor = http.CurrentReader().Actor;
        if (act == "refuse") return await approvals.RefuseAsync(actor, approval, reason ?? "", cancel) ? Page(http, reports, done: "approvalRefused") : Results.NotFound();
        if (act != "give") throw new ActRefusedException("bad-act", "there is no such act");
        return await acts.GiveAsync(actor, approval, cancel) is { } given
            ? Page(http, reports, done: !given.IsGiven ? "approvalOneMore" : given.Kind == ApprovalKind.Erasure ? "retentionErased" : "approvalGiven") : Results.NotFound();
    }

    private static async Task<IResult> EraseAsync(
        HttpContext http, Erasures erasures, RetentionReports reports, CancellationToken cancel, [FromForm] string? record = null, [FromForm] string? reason = null)
    {
        try
        {
            return RecordId.TryParse(record?.Trim(), out var id) && await erasures.EraseAsync(http.CurrentReader().Actor, id, reason ?? "", cancel) is not null
                ? Page(http, reports, done: "retentionErased") : throw new ActRefusedException("gone", "there is no such record");
        }
        catch (ActRefusedException waiting) when (waiting.Code == "approval-needed")
        {
            return Page(http, reports, done: "approvalAsked");
        }
    }

    private static IResult Certificate(HttpContext http, string run, ILedger ledger, IOptions<RetentionOptions> options) =>
        PurgeCertificate.Of(ledger.State, run, options.Value.GraceDays) is { } found
            ? PageResult.Of<CertificatePage>(new { Frame = PageFrame.For(http, "certificate"), Certificate = found }) : Results.NotFound();

    private static IResult CertificateFile(string run, ILedger ledger, IOptions<RetentionOptions> options) =>
        PurgeCertificate.Of(ledger.State, run, options.Value.GraceDays) is { } found
            ? Results.File(found.ToJson(), "application/json", $"purge-{found.Run}.json") : Results.NotFound();

    private static IResult HoldsPage(
        HttpContext http, Holds holds, HoldAnswer? answer = null, bool lifted = false, HoldForm? form = null, ActRefusedException? refused = null)
    {
        var frame = PageFrame.For(http, "holds") with { Here = "/admin/holds" };
        return PageResult.Of<HoldsPage>(new
        {
            Frame = frame, Holds = holds.All, Answer = answer, Lifted = lifted, Form = form ?? new HoldForm(),
            Refused = refused is null ? null : AccountPages.WordsOf(frame.Text, refused),
        }, StatusOf(refused));
    }

    private static async Task<IResult> PlaceAsync(
        HttpContext http, Holds holds, CancellationToken cancel, [FromForm] string? matter = null, [FromForm] string? reason = null, [FromForm] string? kind = null,
        [FromForm] string? mailboxes = null, [FromForm] string? query = null, [FromForm] string? records = null, [FromForm] string? until = null)
    {
        var form = new HoldForm(matter, reason, kind, mailboxes, query, records, until);
        try
        {
            return HoldsPage(http, holds, await holds.PlaceAsync(http.CurrentReader().Actor, form.Wish, cancel));
        }
        catch (ActRefusedException refused)
        {
            return HoldsPage(http, holds, form: form, refused: refused);
        }
    }

    private static async Task<IResult> LiftAsync(HttpContext http, Holds holds, string hold, CancellationToken cancel, [FromForm] string? reason = null) =>
        await holds.LiftAsync(http.CurrentReader().Actor, hold, reason ?? "", cancel) ? HoldsPage(http, holds, lifted: true) : Results.NotFound();
}

/// <summary>A rule as it was typed.</summary>
public sealed record RuleForm(string? Name = null, string? Days = null, string? Domains = null, string? Mailboxes = null, string? Categories = null)
{
    /// <summary>No days are for ever; what is no number is refused as no term.</summary>
    public RetentionRule Rule => new(
        Name?.Trim() ?? "", string.IsNullOrWhiteSpace(Days) ? null : int.TryParse(Days, NumberStyles.None, CultureInfo.InvariantCulture, out var days) ? days : 0,
        Words(Domains), Words(Mailboxes), Words(Categories));

    public static IReadOnlyList<string> Words(string? text) => (text ?? "").Split([' ', ',', '\n', '\r', '\t'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
}

/// <summary>A hold as it was typed.</summary>
public sealed record HoldForm(
    string? Matter = null, string? Reason = null, string? Kind = null, string? Mailboxes = null, string? Query = null, string? Records = null, string? Until = null)
{
    public HoldWish Wish => new(
        Matter ?? "", Reason ?? "", Kind switch { "query" => HoldKind.Query, "records" => HoldKind.Records, _ => HoldKind.Mailboxes },
        RuleForm.Words(Mailboxes), Query, RuleForm.Words(Records), Day(Until));

    private static DateTimeOffset? Day(string? text) =>
        DateTimeOffset.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var day) ? day : null;
}
