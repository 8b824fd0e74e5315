using Microsoft.AspNetCore.Http.HttpResults;
using Recorder.Accounts;
using Recorder.Ledger;
using Recorder.Recovery;

namespace Recorder.Web.Api;

/// <param name="Rights">read, and any of release and resend.</param>
public sealed record GrantItem(string Mailbox, string Delegate, IReadOnlyList<string> Rights, DateTimeOffset GrantedAt, string GrantedBy, DateTimeOffset? ExpiresAt)
{
    internal static GrantItem Of(MailboxGrant grant) => new(
        grant.Mailbox, grant.Delegate, [.. Enum.GetValues<GrantRights>().Where(right => grant.Rights.HasFlag(right)).Select(right => right.ToString().ToLowerInvariant())],
        grant.GrantedAt, grant.GrantedBy, grant.ExpiresAt);
}

/// <param name="Given">Who may see the own mailbox.</param>
/// <param name="Received">Mailboxes of others that you may see.</param>
public sealed record GrantsAnswer(IReadOnlyList<GrantItem> Given, IReadOnlyList<GrantItem> Received);

/// <param name="Rights">read, release, resend; reading is always part of it.</param>
public sealed record GrantRequest(string? Delegate, IReadOnlyList<string>? Rights = null, DateTimeOffset? ExpiresAt = null)
{
    internal GrantRights ToRights() => (Rights ?? []).Aggregate(GrantRights.Read, (all, name) => Enum.TryParse<GrantRights>(name, ignoreCase: true, out var one) && Enum.IsDefined(one)
        ? all | one : throw new ActRefusedException("bad-rights", "rights are read, release and resend"));
}

/// <param name="Actor">Address of who did it.</param>
/// <param name="ActorKind">user, delegate, auditor, admin, link or cli.</param>
public sealed record ActivityItem(DateTimeOffset At, string Code, string Actor, string ActorKind, string? Source, string Mailbox, string? MessageId, string? Words);

/// <param name="Next">Give it as <c>before</c> for the next page; null on the last.</param>
public sealed record ActivityAnswer(IReadOnlyList<ActivityItem> Items, DateTimeOffset? Next);

internal static class DelegatesApi
{
    public static void MapDelegatesApi(this RouteGroupBuilder api)
    {
        api.MapGet("/delegates", (Grants grants, HttpContext http) => TypedResults.Ok(new GrantsAnswer(
            [.. grants.Of(http.CurrentReader().Account.Address).Select(GrantItem.Of)], [.. grants.To(http.CurrentReader().Account.Address).Select(GrantItem.Of)])))
            .WithSummary("Who may see your mailbox, and whose you may see.");
        api.MapPost("/delegates", async (GrantRequest request, Grants grants, HttpContext http, CancellationToken cancel) => TypedResults.Ok(GrantItem.Of(await grants.SetAsync(
            http.CurrentReader().Actor, http.CurrentReader().Account.Address, request.Delegate ?? "", request.ToRights(), request.ExpiresAt, cancel))))
            .WithSummary("Let somebody into your mailbox, or change what they may do.");
        api.MapDelete("/delegates", EndAsync).WithSummary("End a grant.");
    }

    private static async Task<Results<NoContent, ProblemHttpResult>> EndAsync(string @delegate, Grants grants, HttpContext http, CancellationToken cancel) =>
        await grants.EndAsync(http.CurrentReader().Actor, http.CurrentReader().Account.Address, @delegate, cancel) ? TypedResults.NoContent() : ApiProblems.NoSuch("delegate");
}

internal static class ActivityApi
{
    private const int DefaultRows = 50;

    public static void MapActivityApi(this RouteGroupBuilder api)
    {
        api.MapGet("/activity", async (Activity activity, HttpContext http, CancellationToken cancel, DateTimeOffset? before = null, int limit = DefaultRows, bool own = true) =>
        {
            var page = await activity.OfAsync(http.CurrentReader(), own, before, limit, cancel);
            return TypedResults.Ok(new ActivityAnswer([.. page.Steps.Select(step => new ActivityItem(
                step.At, step.Code, step.Actor, step.ActorKind, step.Source, step.Mailbox, step.RecordId.Length == 0 ? null : step.RecordId, step.Words))], page.Next));
        }).WithSummary("Who opened, downloaded, released or resent your mail, and why; your sign-ins.");
        api.MapGet("/inspect/messages", FindAsync).WithSummary("For auditors: facts of a mailbox's mail; the owner sees that you looked.");
        api.MapPost("/inspect/messages/{id}/open", OpenAsync).WithSummary("For auditors: open a message with a reason, which the owner can read.");
    }

    private static async Task<Ok<InspectedList>> FindAsync(
        Inspections audit, HttpContext http, CancellationToken cancel, string mailbox, string? from = null, string? subject = null, DateOnly? after = null, DateOnly? before = null,
        int limit = DefaultRows, string? cursor = null)
    {
        var found = await audit.FindAsync(http.CurrentReader(), new InspectionQuestion(mailbox, from, subject, after, before), limit, cursor, cancel);
        return TypedResults.Ok(new InspectedList([.. found.Items.Select(row => new InspectedItem(
            row.Hit.Id, row.Hit.ReceivedAt, row.Hit.From, row.Hit.Subject, row.Hit.SizeBytes, row.State))], found.Next, found.Total, found.IndexLag));
    }

    private static async Task<Results<Ok<AuditedMessage>, ProblemHttpResult>> OpenAsync(string id, AuditRequest request, Inspections audit, HttpContext http, CancellationToken cancel) =>
        Archive.RecordId.TryParse(id, out var record) && await audit.OpenAsync(http.CurrentReader(), request.Mailbox ?? "", record, request.Reason ?? "", cancel) is { } opened
            ? TypedResults.Ok(new AuditedMessage(id, opened.Facts.ReceivedAt, opened.Facts.ReversePath, opened.View.Facts.Subject, opened.View.Text, opened.SizeBytes, opened.Sha256Hex))
            : ApiProblems.NoSuchMessage();
}

/// <param name="Reason">At least 10 characters; the owner reads it.</param>
public sealed record AuditRequest(string? Mailbox, string? Reason);

public sealed record AuditedMessage(string Id, DateTimeOffset ReceivedAt, string ReversePath, string Subject, string Text, long Size, string Sha256);

public sealed record InspectedItem(string Id, DateTimeOffset ReceivedAt, string From, string Subject, long Size, string State);

/// <param name="Next">Cursor of the next page; null on the last one.</param>
public sealed record InspectedList(IReadOnlyList<InspectedItem> Items, string? Next, long Total, long IndexLag);
