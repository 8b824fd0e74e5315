using Microsoft.AspNetCore.Http.HttpResults;
using Recorder.Archive;
using Recorder.Ledger;
using Recorder.Recovery;
using Recorder.Web.Security;
using Recorder.Web.Texts;

namespace Recorder.Web.Api;

/// <summary>Acts on held and listed mail, and the administrators' answers to requests.</summary>
internal static class QuarantineApi
{
    public static void MapQuarantineApi(this RouteGroupBuilder api)
    {
        var messages = api.MapGroup("/messages");
        messages.MapPost("/{id}/request", AskAsync).WithSummary("Ask an administrator to release a message that you may not release yourself.");
        messages.MapPost("/{id}/allow-sender", AllowAsync).WithSummary("Put the author on your own allow list.");
        messages.MapPost("/{id}/block-sender", BlockAsync).WithSummary("Put the author on your own block list.");
        messages.MapPost("/{id}/unlist-sender", UnlistAsync).WithSummary("Take the author off your own list.");
        messages.MapPost("/{id}/safe-copy", SafeCopyAsync).WithSummary("Send a plain-text copy of a held message to your own mailbox.");
        messages.MapPost("/{id}/report", ReportAsync).WithSummary("Say that the message is spam, or is not.");
        messages.MapPost("/{id}/hide", HideAsync).WithSummary("Take the message out of your lists; `is:hidden` finds it.");
        messages.MapPost("/{id}/unhide", UnhideAsync).WithSummary("Show the message in your lists again.");
        var requests = api.MapGroup("/admin/requests");
        requests.MapGet("", ListAsync).WithSummary("Requests for a release that wait, oldest message first, or with state=decided the decided ones, newest first; follow `next` to the end.");
        requests.MapGet("/{request}", OpenAsync).WithSummary("The text of the message behind a request; the view is recorded.");
        requests.MapPost("/{request}/approve", ApproveAsync).WithSummary("Approve a request and release the message.");
        requests.MapPost("/{request}/deny", DenyAsync).WithSummary("Deny a request.");
    }

    private static async Task<Results<Ok<RequestAnswer>, ProblemHttpResult>> AskAsync(
        string id, IRecordActs acts, HttpContext http, CancellationToken cancel, WordsRequest? request = null) =>
        RecordId.TryParse(id, out var record) && RequestAnswer.Of(await acts.AskAsync(http.CurrentReader(), record, request?.Words, cancel)) is { } asked
            ? TypedResults.Ok(asked) : ApiProblems.NoSuchMessage();

    private static Task<Results<Ok<EntryItem>, ProblemHttpResult>> AllowAsync(string id, IRecordActs acts, HttpContext http, CancellationToken cancel) =>
        ListSenderAsync(id, ListKind.Allow, acts, http, cancel);

    private static Task<Results<Ok<EntryItem>, ProblemHttpResult>> BlockAsync(string id, IRecordActs acts, HttpContext http, CancellationToken cancel) =>
        ListSenderAsync(id, ListKind.Block, acts, http, cancel);

    private static async Task<Results<Ok<EntryItem>, ProblemHttpResult>> ListSenderAsync(
        string id, ListKind kind, IRecordActs acts, HttpContext http, CancellationToken cancel) =>
        RecordId.TryParse(id, out var record) && EntryItem.Of(await acts.ListSenderAsync(http.CurrentReader(), record, kind, cancel)) is { } entry
            ? TypedResults.Ok(entry) : ApiProblems.NoSuchMessage();

    private static async Task<Results<NoContent, ProblemHttpResult>> UnlistAsync(string id, IRecordActs acts, HttpContext http, CancellationToken cancel) =>
        Done(RecordId.TryParse(id, out var record) && await acts.UnlistSenderAsync(http.CurrentReader(), record, cancel));

    private static async Task<Results<Accepted<DispatchItem>, ProblemHttpResult>> SafeCopyAsync(
        string id, IRecordActs acts, HttpContext http, CancellationToken cancel) =>
        RecordId.TryParse(id, out var record) && await acts.SafeCopyAsync(http.CurrentReader(), record, cancel) is { } status
            ? TypedResults.Accepted($"{ApiPaths.Root}/messages/{id}/dispatches", DispatchItem.Of(status)) : ApiProblems.NoSuchMessage();

    private static async Task<Results<NoContent, ProblemHttpResult>> ReportAsync(
        string id, IRecordActs acts, HttpContext http, CancellationToken cancel, ReportRequest? request = null)
    {
        if (!RecordId.TryParse(id, out var record) || (await acts.SeeAsync(http.CurrentReader(), [record.ToString()], cancel)).Count == 0)
        {
            return ApiProblems.NoSuchMessage();
        }

        return request?.As switch
        {
            "spam" => Done(await acts.ReportAsync(http.CurrentReader(), record, ReportKind.Spam, cancel)),
            "notSpam" => Done(await acts.ReportAsync(http.CurrentReader(), record, ReportKind.NotSpam, cancel)),
            _ => ApiProblems.Problem(StatusCodes.Status400BadRequest, "bad-request", "Say {\"as\":\"spam\"} or {\"as\":\"notSpam\"}."),
        };
    }

    private static async Task<Results<NoContent, ProblemHttpResult>> HideAsync(string id, IRecordActs acts, HttpContext http, CancellationToken cancel) =>
        Done(RecordId.TryParse(id, out var record) && await acts.HideAsync(http.CurrentReader(), record, true, cancel));

    private static async Task<Results<NoContent, ProblemHttpResult>> UnhideAsync(string id, IRecordActs acts, HttpContext http, CancellationToken cancel) =>
        Done(RecordId.TryParse(id, out var record) && await acts.HideAsync(http.CurrentReader(), record, false, cancel));

    private static async Task<Ok<AdminRequestsAnswer>> ListAsync(IReleaseRequests requests, HttpContext http, CancellationToken cancel, string? state = null, string? cursor = null)
    {
        var page = await requests.ListAsync(http.CurrentReader(), state == "decided", cursor, cancel);
        return TypedResults.Ok(new AdminRequestsAnswer([.. page.Items.Select(row => AdminRequestItem.Of(row, Text.For(http)))], page.Next));
    }

    private static async Task<Results<Ok<AdminRequestMessage>, ProblemHttpResult>> OpenAsync(
        string request, IReleaseRequests requests, HttpContext http, CancellationToken cancel) =>
        await requests.OpenAsync(http.CurrentReader(), request, cancel) is { } opened
            ? TypedResults.Ok(new AdminRequestMessage(AdminRequestItem.Of(opened.Row, Text.For(http)), opened.Message.View.Facts.Text))
            : NoSuchRequest();

    private static Task<Results<Ok<RequestAnswer>, ProblemHttpResult>> ApproveAsync(
        string request, IReleaseRequests requests, HttpContext http, CancellationToken cancel, WordsRequest? answer = null) =>
        DecideAsync(request, true, answer, requests, http, cancel);

    private static Task<Results<Ok<RequestAnswer>, ProblemHttpResult>> DenyAsync(
        string request, IReleaseRequests requests, HttpContext http, CancellationToken cancel, WordsRequest? answer = null) =>
        DecideAsync(request, false, answer, requests, http, cancel);

    private static async Task<Results<Ok<RequestAnswer>, ProblemHttpResult>> DecideAsync(
        string request, bool isApproved, WordsRequest? answer, IReleaseRequests requests, HttpContext http, CancellationToken cancel) =>
        RequestAnswer.Of(await requests.DecideAsync(http.CurrentReader(), request, isApproved, answer?.Words ?? "", cancel)) is { } decided
            ? TypedResults.Ok(decided) : NoSuchRequest();

    private static ProblemHttpResult NoSuchRequest() =>
        ApiProblems.Problem(StatusCodes.Status404NotFound, "no-such-request", "There is no such request.");

    private static Results<NoContent, ProblemHttpResult> Done(bool isFound) => isFound ? TypedResults.NoContent() : ApiProblems.NoSuchMessage();
}
