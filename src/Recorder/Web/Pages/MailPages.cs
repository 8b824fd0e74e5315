using Microsoft.AspNetCore.Mvc;
using Recorder.Archive;
using Recorder.Ledger;
using Recorder.Mail;
using Recorder.Recovery;
using Recorder.Search;
using Recorder.Web.Api;
using Recorder.Web.Remote;
using Recorder.Web.Security;

namespace Recorder.Web.Pages;

/// <summary>Finding mail, reading it, getting it back.</summary>
internal static class MailPages
{
    private const int RowsOfAPage = 50;
    private const int MaxSourceBytes = 512 * 1024;

    // Where no script runs, the page loads itself again while something is on its way.
    private const int RefreshSeconds = 3;

    public static void MapMailPages(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/", () => Results.LocalRedirect("/mail"));
        routes.MapGet("/mail", ListAsync);
        routes.MapGet("/mail/{id}", MessageAsync);
        routes.MapGet("/mail/{id}/body", BodyAsync);
        routes.MapGet("/mail/{id}/source", SourceAsync);
        routes.MapGet("/mail/{id}/raw", RawAsync);
        routes.MapGet("/mail/{id}/parts/{index:int}", PartAsync);
        routes.MapGet("/mail/{id}/dispatches", DispatchesAsync);
        routes.MapPost("/mail/{id}/resend", ResendAsync);
        routes.MapPost("/mail/{id}/append", AppendAsync);
        routes.MapPost("/mail/{id}/release", ReleaseAsync);
        routes.MapGet("/help", (HttpContext http) => PageResult.Of<HelpPage>(new { Frame = PageFrame.For(http, "help") }));
    }

    private static async Task<IResult> ListAsync(HttpContext http, IRecovery recovery, string? q, string? cursor, string? order, CancellationToken cancel)
    {
        var frame = PageFrame.For(http, text => string.IsNullOrEmpty(q) ? text["allMail"] : q, q ?? "");
        var isSearch = !string.IsNullOrWhiteSpace(q);
        var wish = new SearchWish(q ?? "", RowsOfAPage, cursor, frame.Zone, isSearch && order == "best" ? HitOrder.Best : HitOrder.Newest, isSearch, isSearch);
        var list = await recovery.FindAsync(http.CurrentReader(), wish, cancel);
        return PageResult.Of<MailListPage>(new { Frame = frame, List = list, IsLaterPage = cursor is not null, Order = wish.Order });
    }

    private static async Task<IResult> MessageAsync(
        HttpContext http, IRecovery recovery, ViewTickets tickets, RemoteImages pictures, string id, CancellationToken cancel, int remote = 0)
    {
        var reader = http.CurrentReader();
        if (!RecordId.TryParse(id, out var record)
            || await Within(recovery, tickets, http, record).OpenAsync(reader, record, false, part => $"#{part}", cancel) is not { } message)
        {
            return Results.NotFound();
        }

        var dispatches = await recovery.DispatchesAsync(reader, record, cancel) ?? [];
        var isPending = dispatches.Any(dispatch => dispatch.State is DispatchState.Pending or DispatchState.Begun);
        var ticket = tickets.Issue(reader, record);
        var frame = PageFrame.For(http, text => Show.Subject(message.View.Facts.Subject, text));
        return PageResult.Of<MessagePage>(new
        {
            Frame = isPending ? frame with { Refresh = $"{RefreshSeconds};url=/mail/{record}?{ViewTickets.QueryName}={ticket}" } : frame,
            Message = message, Timeline = await recovery.TimelineAsync(reader, record, cancel) ?? [], Dispatches = dispatches,
            ShowRemote = pictures.AreOffered && WantsRemote(remote, tickets, http, record), OffersRemote = pictures.AreOffered, IsPending = isPending, Ticket = ticket,
        });
    }

    private static async Task<IResult> BodyAsync(
        HttpContext http, IRecovery recovery, ViewTickets tickets, RemoteImages pictures, string id, CancellationToken cancel, int remote = 0)
    {
        var reader = http.CurrentReader();
        if (!RecordId.TryParse(id, out var record)) return Results.NotFound();
        var images = new BodyImages(recovery.WithinView, reader, pictures);
        var options = new MailViewOptions(pictures.AreOffered && WantsRemote(remote, tickets, http, record), images.Placeholder, images.RemotePlaceholder);
        if (await Within(recovery, tickets, http, record).OpenAsync(reader, record, options, cancel) is not { View.Html: { } html } message)
        {
            return Results.NotFound();
        }

        SecurityHeaders.AllowMessageFrame(http.Response);
        return Results.Content(BodyDocument.Of(await images.InlineAsync(html, message, cancel)), "text/html; charset=utf-8");
    }

    private static async Task<IResult> SourceAsync(HttpContext http, IRecovery recovery, string id, CancellationToken cancel)
    {
        if (!RecordId.TryParse(id, out var record) || await recovery.OpenSourceAsync(http.CurrentReader(), record, cancel) is not { } source)
        {
            return Results.NotFound();
        }

        await using (source)
        {
            var buffer = new byte[MaxSourceBytes];
            var read = await source.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancel);
            var isCut = read == buffer.Length;
            return PageResult.Of<SourcePage>(new
            {
                Frame = PageFrame.For(http, "source"), Id = record.ToString(), Source = SourceText.Of(buffer.AsSpan(0, read), isCut), IsCut = isCut,
            });
        }
    }

    private static async Task<IResult> RawAsync(HttpContext http, IRecovery recovery, string id, CancellationToken cancel) =>
        RecordId.TryParse(id, out var record) && await recovery.OpenSourceAsync(http.CurrentReader(), record, cancel) is { } source
            ? ReceivedBytes.Of(http, source, "message/rfc822", $"{record}.eml")
            : Results.NotFound();

    private static async Task<IResult> PartAsync(HttpContext http, IRecovery recovery, string id, int index, CancellationToken cancel) =>
        RecordId.TryParse(id, out var record) && await recovery.OpenPartAsync(http.CurrentReader(), record, index, cancel) is { } part
            ? ReceivedBytes.Of(http, part.Bytes, part.Facts.ContentType, part.Facts.FileName)
            : Results.NotFound();

    private static async Task<IResult> DispatchesAsync(HttpContext http, IRecovery recovery, string id, CancellationToken cancel) =>
        RecordId.TryParse(id, out var record) && await recovery.DispatchesAsync(http.CurrentReader(), record, cancel) is { } dispatches
            ? PageResult.Of<DispatchList>(new { Frame = PageFrame.For(http, "resendTitle"), Dispatches = dispatches })
            : Results.NotFound();

    private static async Task<IResult> ResendAsync(
        HttpContext http, IRecovery recovery, IRecordActs acts, ViewTickets tickets, string id, CancellationToken cancel,
        [FromForm] string? to = null, [FromForm] bool again = false, [FromForm] bool attached = false)
    {
        var sent = !RecordId.TryParse(id, out var record) ? null
            : attached ? await acts.SendAttachedAsync(http.CurrentReader(), record, to, again, cancel)
            : await recovery.ResendAsync(http.CurrentReader(), record, to, again, cancel);
        return sent is null ? Results.NotFound() : BackTo(http, tickets, record);
    }

    private static async Task<IResult> AppendAsync(
        HttpContext http, IRecordActs acts, ViewTickets tickets, string id, CancellationToken cancel,
        [FromForm] string? to = null, [FromForm] string? folder = null, [FromForm] bool again = false) =>
        RecordId.TryParse(id, out var record) && await acts.AppendAsync(http.CurrentReader(), record, to, folder, again, cancel) is not null
            ? BackTo(http, tickets, record)
            : Results.NotFound();

    private static async Task<IResult> ReleaseAsync(HttpContext http, IRecovery recovery, ViewTickets tickets, string id, CancellationToken cancel) =>
        RecordId.TryParse(id, out var record) && await recovery.ReleaseAsync(http.CurrentReader(), record, cancel) is not null
            ? BackTo(http, tickets, record)
            : Results.NotFound();

    // Forms come from the message's own page, whose view is recorded: coming back to it is no further view.
    public static IResult BackTo(HttpContext http, ViewTickets tickets, RecordId record) => tickets.Covers(http, http.CurrentReader(), record)
        ? Results.LocalRedirect($"/mail/{record}?{ViewTickets.QueryName}={tickets.Issue(http.CurrentReader(), record)}")
        : Results.LocalRedirect($"/mail/{record}");

    // Only the message's own page can ask: a link of the sender's would otherwise fetch the sender's pictures.
    private static bool WantsRemote(int remote, ViewTickets tickets, HttpContext http, RecordId record) =>
        remote == 1 && tickets.Covers(http, http.CurrentReader(), record);

    private static IRecovery Within(IRecovery recovery, ViewTickets tickets, HttpContext http, RecordId record) =>
        tickets.Covers(http, http.CurrentReader(), record) ? recovery.WithinView : recovery;
}
