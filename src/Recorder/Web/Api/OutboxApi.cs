using Microsoft.AspNetCore.Http.HttpResults;
using Recorder.Delivery.Outbox;
using Recorder.Ledger;
using Recorder.Recovery;

namespace Recorder.Web.Api;

/// <param name="Id">Opaque; for the acts.</param>
/// <param name="Kind">resend, release, leftover, bounce, safeCopy, attached, append, digest or notice.</param>
/// <param name="Destination">The hosts it goes to.</param>
/// <param name="State">pending; begun: it may have arrived; accepted or failed once it is over.</param>
/// <param name="Words">The next hop's last words; null while it said nothing.</param>
/// <param name="AgeSeconds">How long it has waited.</param>
/// <param name="GivenUp">The administrator's reason for ending it.</param>
public sealed record OutboxItem(
    string Id, string RecordId, string Kind, string Recipient, string Mailbox, string Destination, string State, int Tries, DateTimeOffset RequestedAt,
    string RequestedBy, long AgeSeconds, DateTimeOffset? NextAttemptAt, string? NextHop, string? Words, string? GivenUp)
{
    internal static OutboxItem Of(OutboxRow row, DateTimeOffset now)
    {
        var one = row.Dispatch;
        return new OutboxItem(
            row.Id, one.RecordId, NameOf(one.Kind), one.Recipient, one.Mailbox, row.Destination, one.State.ToString().ToLowerInvariant(), one.Attempts,
            one.RequestedAt, one.RequestedBy, Math.Max(0, (long)(now - one.RequestedAt).TotalSeconds), one.NextAttemptAt, one.NextHop, one.LastReply, one.GivenUp);
    }

    internal static string NameOf(DispatchKind kind) => kind == DispatchKind.SafeCopy ? "safeCopy" : kind.ToString().ToLowerInvariant();
}

/// <param name="Next">Cursor of the next page; null on the last one.</param>
/// <param name="Total">Of all that waits.</param>
public sealed record OutboxAnswer(IReadOnlyList<OutboxItem> Items, string? Next, int Total);

/// <param name="Reason">Kept in the log, and read by whoever asked.</param>
public sealed record GiveUpRequest(string? Reason = null);

/// <param name="Id">Opaque; for dismissing it.</param>
/// <param name="CanOpen">The reader may still see the message.</param>
public sealed record ProblemItem(
    string Id, DispatchItem Dispatch, bool CanOpen, string From, string Subject, DateTimeOffset? ReceivedAt, DateTimeOffset AskedAt)
{
    internal static ProblemItem Of(ProblemRow row) => new(
        row.Id, DispatchItem.Of(row.Status), row.CanOpen, row.From, row.Subject, row.ReceivedAt, row.AskedAt);
}

public sealed record ProblemsAnswer(IReadOnlyList<ProblemItem> Items);

/// <summary>What waits to be delivered, for administrators; and what a person asked for and did not get.</summary>
internal static class OutboxApi
{
    private const int DefaultRows = 50;

    public static void MapOutboxApi(this RouteGroupBuilder api)
    {
        var outbox = api.MapGroup("/admin/outbox");
        outbox.MapGet("", List).WithSummary("Deliveries that wait, the longest waiting first; follow `next` to the end.");
        outbox.MapPost("/{dispatch}/retry", RetryAsync).WithSummary("Try a waiting delivery at once.");
        outbox.MapPost("/{dispatch}/give-up", GiveUpAsync).WithSummary("End a waiting delivery with a reason; whoever asked is told.");
        var problems = api.MapGroup("/problems");
        problems.MapGet("", (DeliveryProblems all, HttpContext http) => TypedResults.Ok(new ProblemsAnswer([.. all.List(http.CurrentReader()).Select(ProblemItem.Of)])))
            .WithSummary("What you asked for and did not get, the newest first.");
        problems.MapPost("/{problem}/dismiss", DismissAsync).WithSummary("Take one of them out of sight.");
    }

    private static Ok<OutboxAnswer> List(OutboxDesk desk, TimeProvider clock, int limit = DefaultRows, string? cursor = null)
    {
        var page = desk.List(limit, cursor);
        return TypedResults.Ok(new OutboxAnswer([.. page.Items.Select(row => OutboxItem.Of(row, clock.GetUtcNow()))], page.Next, page.Total));
    }

    private static async Task<Results<Ok<OutboxItem>, ProblemHttpResult>> RetryAsync(
        string dispatch, OutboxDesk desk, TimeProvider clock, HttpContext http, CancellationToken cancel) =>
        Answer(await desk.RetryAsync(http.CurrentReader().Actor, dispatch, cancel), clock);

    private static async Task<Results<Ok<OutboxItem>, ProblemHttpResult>> GiveUpAsync(
        string dispatch, OutboxDesk desk, TimeProvider clock, HttpContext http, CancellationToken cancel, GiveUpRequest? request = null) =>
        Answer(await desk.GiveUpAsync(http.CurrentReader().Actor, dispatch, request?.Reason ?? "", cancel), clock);

    private static Results<Ok<OutboxItem>, ProblemHttpResult> Answer(OutboxRow? row, TimeProvider clock) => row is null
        ? ApiProblems.Problem(StatusCodes.Status404NotFound, "no-such-delivery", "There is no such delivery.")
        : TypedResults.Ok(OutboxItem.Of(row, clock.GetUtcNow()));

    private static async Task<Results<NoContent, ProblemHttpResult>> DismissAsync(string problem, DeliveryProblems all, HttpContext http, CancellationToken cancel) =>
        await all.DismissAsync(http.CurrentReader(), problem, cancel)
            ? TypedResults.NoContent()
            : ApiProblems.Problem(StatusCodes.Status404NotFound, "no-such-problem", "There is no such delivery among those you asked for.");
}
