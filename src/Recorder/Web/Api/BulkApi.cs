using Microsoft.AspNetCore.Http.HttpResults;
using Recorder.Ledger;
using Recorder.Recovery.Bulk;
using Recorder.Transfer.Export;
using Recorder.Web.Security;

namespace Recorder.Web.Api;

/// <param name="Act">release, resend, hide, unhide, reportSpam, reportNotSpam or export.</param>
/// <param name="Query">Everything this finds; used where <paramref name="Ids"/> names nothing. Empty means all mail.</param>
public sealed record BulkRequest(string? Act = null, string? Query = null, IReadOnlyList<string>? Ids = null);

/// <param name="Code">As of a refused act; gone for a message that is no longer there.</param>
public sealed record RefusalItem(string Id, string Code);

/// <param name="State">running, paused, done, cancelled or failed.</param>
/// <param name="Done">Including what was as wished already.</param>
/// <param name="Refusals">The first hundred that could not be done.</param>
public sealed record JobAnswer(
    string Id, string Act, string Query, string State, long Total, long Done, long Refused, IReadOnlyList<RefusalItem> Refusals,
    DateTimeOffset StartedAt, DateTimeOffset? EndedAt)
{
    internal static JobAnswer Of(BulkStatus job) => new(
        job.Id, BulkActs.NameOf(job.Act), job.Query, job.State.ToString().ToLowerInvariant(), job.Total, job.Done, job.Refused,
        [.. job.Refusals.Select(one => new RefusalItem(one.RecordId, one.Code))], job.StartedAt, job.EndedAt);
}

/// <param name="Items">The newest first, at most a hundred; what could not be done stands in each job's own answer.</param>
public sealed record JobsAnswer(IReadOnlyList<JobAnswer> Items);

/// <summary>Acts on everything a query finds.</summary>
internal static class BulkApi
{
    public static void MapBulkApi(this RouteGroupBuilder api)
    {
        api.MapPost("/bulk", StartAsync).Produces<JobAnswer>(StatusCodes.Status202Accepted).ProducesProblem(StatusCodes.Status400BadRequest)
            .WithSummary("Release, resend, hide, unhide or report everything a query finds, one job at a time; or export it, which answers where to download.");
        api.MapGet("/jobs", List).WithSummary("Your own jobs, the newest first.");
        api.MapGet("/jobs/{job}", Find).WithSummary("Where a job stands, and what could not be done.");
        api.MapPost("/jobs/{job}/pause", (string job, IBulkJobs jobs, HttpContext http, CancellationToken cancel) => PauseAsync(job, true, jobs, http, cancel))
            .WithSummary("Pause a job.");
        api.MapPost("/jobs/{job}/resume", (string job, IBulkJobs jobs, HttpContext http, CancellationToken cancel) => PauseAsync(job, false, jobs, http, cancel))
            .WithSummary("Let a paused job go on.");
        api.MapPost("/jobs/{job}/cancel", CancelAsync).WithSummary("End a job; what it did stays done.");
    }

    private static async Task<IResult> StartAsync(BulkRequest request, IBulkJobs jobs, Exports exports, HttpContext http, CancellationToken cancel)
    {
        if (request.Act == ExportApi.Act)
        {
            return await ExportApi.AskAsync(request, exports, http, cancel);
        }

        if (BulkActs.Named(request.Act) is not { } act)
        {
            return ApiProblems.Problem(StatusCodes.Status400BadRequest, "bad-act", "Name an act: release, resend, hide, unhide, reportSpam, reportNotSpam or export.");
        }

        var job = await jobs.StartAsync(http.CurrentReader(), act, request.Query ?? "", request.Ids, null, cancel);
        return TypedResults.Accepted($"{ApiPaths.Root}/jobs/{job.Id}", JobAnswer.Of(job));
    }

    private static Ok<JobsAnswer> List(IBulkJobs jobs, HttpContext http) =>
        TypedResults.Ok(new JobsAnswer([.. jobs.List(http.CurrentReader()).Select(JobAnswer.Of)]));

    private static Results<Ok<JobAnswer>, ProblemHttpResult> Find(string job, IBulkJobs jobs, HttpContext http) => Answer(jobs.Find(http.CurrentReader(), job));

    private static async Task<Results<Ok<JobAnswer>, ProblemHttpResult>> PauseAsync(
        string job, bool isPaused, IBulkJobs jobs, HttpContext http, CancellationToken cancel) =>
        Answer(await jobs.PauseAsync(http.CurrentReader(), job, isPaused, cancel));

    private static async Task<Results<Ok<JobAnswer>, ProblemHttpResult>> CancelAsync(string job, IBulkJobs jobs, HttpContext http, CancellationToken cancel) =>
        Answer(await jobs.CancelAsync(http.CurrentReader(), job, cancel));

    private static Results<Ok<JobAnswer>, ProblemHttpResult> Answer(BulkStatus? job) => job is not null
        ? TypedResults.Ok(JobAnswer.Of(job))
        : ApiProblems.Problem(StatusCodes.Status404NotFound, "no-such-job", "There is no such job of yours.");
}

/// <summary>Bulk acts by the names of the API and the forms.</summary>
internal static class BulkActs
{
    public static IReadOnlyList<BulkAct> All { get; } = Enum.GetValues<BulkAct>();

    public static BulkAct? Named(string? name) => All.Where(act => NameOf(act) == name).Select(act => (BulkAct?)act).FirstOrDefault();

    public static string NameOf(BulkAct act) => char.ToLowerInvariant(act.ToString()[0]) + act.ToString()[1..];
}
