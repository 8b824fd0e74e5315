using Microsoft.AspNetCore.Http.HttpResults;
using Recorder.Archive;
using Recorder.Recovery;
using Recorder.Search;
using Recorder.Web.Security;
using Recorder.Web.Texts;

namespace Recorder.Web.Api;

internal static class MessagesApi
{
    private const int DefaultRows = 50;

    public static void MapMessagesApi(this RouteGroupBuilder api)
    {
        var messages = api.MapGroup("/messages");
        messages.MapGet("", FindAsync)
            .WithSummary("Find messages, newest first; follow `next` to the end.")
            .WithDescription("`q` is the query language of the search box. `order=best` ranks the newest 500 hits, then the next 500. "
                + "`facets=true` counts on the first page what the hits could be narrowed to. `highlight=true` tells where the words stand in each item.");
        messages.MapGet("/{id}", OpenAsync).WithSummary("One message, decoded; the view is recorded.");
        messages.MapGet("/{id}/raw", RawAsync).WithSummary("The exact bytes as received.").Produces<byte[]>(200, "message/rfc822");
        messages.MapGet("/{id}/parts/{index:int}", PartAsync).WithSummary("One attachment, decoded.").Produces<byte[]>(200, "application/octet-stream");
        messages.MapGet("/{id}/timeline", TimelineAsync).WithSummary("What happened to the message, as far as it concerns you.");
        messages.MapGet("/{id}/dispatches", DispatchesAsync).WithSummary("Resends and releases of the message and where they stand.");
        messages.MapPost("/{id}/resend", ResendAsync).WithSummary("Send the exact bytes to one of your own mailboxes again.");
        messages.MapPost("/{id}/append", AppendAsync).WithSummary("Put the exact bytes into a folder of your mailbox, past SMTP; of a held message this is its release.");
        messages.MapPost("/{id}/release", ReleaseAsync).WithSummary("Let a held message go on to your mailbox.");
    }

    private static async Task<Ok<MessagesAnswer>> FindAsync(
        IRecovery recovery, WebOptions options, HttpContext http, CancellationToken cancel, string? q = null, int limit = DefaultRows, string? cursor = null,
        string? order = null, bool facets = false, bool highlight = false)
    {
        var wish = new SearchWish(
            q ?? "", Math.Clamp(limit, 1, options.MaxPageRows), cursor, null, order == "best" ? HitOrder.Best : HitOrder.Newest, facets, highlight);
        var found = await recovery.FindAsync(http.CurrentReader(), wish, cancel);
        return TypedResults.Ok(new MessagesAnswer(
            [.. found.Items.Select(row => MessageItem.Of(row, highlight))], found.Next, found.Total, found.TotalIsExact, found.Hints, found.IndexedThrough, found.IndexLag,
            [.. found.Understood.Select(UnderstoodItem.Of)], facets ? [.. found.Facets.Select(FacetItem.Of)] : null));
    }

    private static async Task<Results<Ok<MessageAnswer>, ProblemHttpResult>> OpenAsync(string id, IRecovery recovery, HttpContext http, CancellationToken cancel)
    {
        var opened = RecordId.TryParse(id, out var record)
            ? await recovery.OpenAsync(http.CurrentReader(), record, false, part => $"{ApiPaths.Root}/messages/{id}/parts/{part}", cancel)
            : null;
        return opened is null ? ApiProblems.NoSuchMessage() : TypedResults.Ok(Answer(opened, Text.For(http)));
    }

    private static MessageAnswer Answer(OpenedMessage opened, Text text) => new(
        opened.Id.ToString(), opened.Facts.ReceivedAt, opened.Facts.ReversePath, opened.OwnAddresses, opened.State, opened.View.Facts.Subject,
        [.. opened.View.Headers.Select(header => new HeaderItem(header.Name, header.Value))], opened.View.Text, opened.View.Html, opened.View.HasRemoteContent,
        [.. opened.View.Facts.Attachments.Select(part => new AttachmentItem(part.Index, part.FileName, part.ContentType, part.SizeBytes, part.IsDangerous))],
        opened.SizeBytes, opened.Sha256Hex, opened.CanResend, opened.ResendTargets,
        [.. opened.Standing.Why.Select(why => WhyItem.Of(why, text))], RightsItem.Of(opened.Standing.Rights), RequestAnswer.Of(opened.Standing.Rights.Request),
        EntryItem.Of(opened.Standing.Entry), opened.FolderTargets);

    private static async Task<IResult> RawAsync(string id, IRecovery recovery, HttpContext http, CancellationToken cancel)
    {
        var source = RecordId.TryParse(id, out var record) ? await recovery.OpenSourceAsync(http.CurrentReader(), record, cancel) : null;
        return source is null ? ApiProblems.NoSuchMessage() : ReceivedBytes.Of(http, source, "message/rfc822", $"{id}.eml");
    }

    private static async Task<IResult> PartAsync(string id, int index, IRecovery recovery, HttpContext http, CancellationToken cancel)
    {
        var part = RecordId.TryParse(id, out var record) ? await recovery.OpenPartAsync(http.CurrentReader(), record, index, cancel) : null;
        return part is null ? ApiProblems.NoSuchMessage() : ReceivedBytes.Of(http, part.Value.Bytes, part.Value.Facts.ContentType, part.Value.Facts.FileName);
    }

    private static async Task<Results<Ok<TimelineAnswer>, ProblemHttpResult>> TimelineAsync(string id, IRecovery recovery, HttpContext http, CancellationToken cancel)
    {
        var steps = RecordId.TryParse(id, out var record) ? await recovery.TimelineAsync(http.CurrentReader(), record, cancel) : null;
        return steps is null
            ? ApiProblems.NoSuchMessage()
            : TypedResults.Ok(new TimelineAnswer([.. steps.Select(step => new TimelineItem(step.At, step.Code, step.Actor, step.Mailbox, step.NextHop, step.Words))]));
    }

    private static async Task<Results<Ok<DispatchesAnswer>, ProblemHttpResult>> DispatchesAsync(string id, IRecovery recovery, HttpContext http, CancellationToken cancel)
    {
        var all = RecordId.TryParse(id, out var record) ? await recovery.DispatchesAsync(http.CurrentReader(), record, cancel) : null;
        return all is null ? ApiProblems.NoSuchMessage() : TypedResults.Ok(new DispatchesAnswer([.. all.Select(DispatchItem.Of)]));
    }

    private static async Task<Results<Accepted<DispatchItem>, ProblemHttpResult>> ResendAsync(
        string id, IRecovery recovery, IRecordActs acts, HttpContext http, CancellationToken cancel, ResendRequest? request = null)
    {
        var (wish, reader) = (request ?? new ResendRequest(), http.CurrentReader());
        var status = !RecordId.TryParse(id, out var record) ? null
            : wish.AsAttachment ? await acts.SendAttachedAsync(reader, record, wish.To, wish.Again, cancel)
            : await recovery.ResendAsync(reader, record, wish.To, wish.Again, cancel);
        return Accepted(id, status);
    }

    private static async Task<Results<Accepted<DispatchItem>, ProblemHttpResult>> AppendAsync(
        string id, IRecordActs acts, HttpContext http, CancellationToken cancel, AppendRequest? request = null)
    {
        var wish = request ?? new AppendRequest();
        return Accepted(id, RecordId.TryParse(id, out var record)
            ? await acts.AppendAsync(http.CurrentReader(), record, wish.Mailbox, wish.Folder, wish.Again, cancel) : null);
    }

    private static async Task<Results<Accepted<DispatchItem>, ProblemHttpResult>> ReleaseAsync(
        string id, IRecovery recovery, IRecordActs acts, HttpContext http, CancellationToken cancel, ReleaseOptions? request = null)
    {
        if (!RecordId.TryParse(id, out var record))
        {
            return ApiProblems.NoSuchMessage();
        }

        return Accepted(id, request is { AllowSender: true }
            ? (await acts.ReleaseAndAllowAsync(http.CurrentReader(), record, cancel))?.Dispatch
            : await recovery.ReleaseAsync(http.CurrentReader(), record, cancel));
    }

    private static Results<Accepted<DispatchItem>, ProblemHttpResult> Accepted(string id, DispatchStatus? status) =>
        status is null
            ? ApiProblems.NoSuchMessage()
            : TypedResults.Accepted($"{ApiPaths.Root}/messages/{id}/dispatches", DispatchItem.Of(status));
}
