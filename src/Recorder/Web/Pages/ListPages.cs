using System.Globalization;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Recorder.Ledger;
using Recorder.Recovery;
using Recorder.Screening.Lists;
using Recorder.Web.Api;
using Recorder.Web.Security;

namespace Recorder.Web.Pages;

/// <summary>What the form of a new entry says, as it was typed.</summary>
public sealed record ListForm(string Kind = "block", string Pattern = "", string Comment = "", string Expires = "", bool Enforced = false);

/// <summary>Which list a page is about.</summary>
/// <param name="Path">/lists or /admin/lists.</param>
/// <param name="Domain">Of a domain's list; empty otherwise.</param>
public sealed record ListPlace(string Path, string Domain, string Scope)
{
    public bool IsShared => Path != "/lists";

    public bool IsSite => Scope == ListScopes.Site;

    /// <summary>Addresses of this list's pages.</summary>
    public string Url(string? below = null, string? query = null)
    {
        string?[] parts = [Domain.Length == 0 ? null : "domain=" + Uri.EscapeDataString(Domain), query];
        var asked = string.Join('&', parts.OfType<string>());
        return asked.Length == 0 ? Path + below : $"{Path}{below}?{asked}";
    }
}

/// <summary>People's own lists of senders, and administrators' for domains and the site.</summary>
internal static class ListPages
{
    public static void MapListPages(this IEndpointRouteBuilder routes)
    {
        Map(routes.MapGroup("/lists"), (http, _) => new ListPlace("/lists", "", ListDesk.OwnScope(http.CurrentReader())));
        Map(routes.MapGroup("/admin/lists"), (http, domain) => ListDesk.SharedScope(http.CurrentReader(), domain) is var scope && scope == ListScopes.Site
            ? new ListPlace("/admin/lists", "", scope) : new ListPlace("/admin/lists", scope["domain/".Length..], scope));
    }

    private static void Map(RouteGroupBuilder lists, Func<HttpContext, string?, ListPlace> placeOf)
    {
        lists.MapGet("", (HttpContext http, ListDesk desk, string? domain, string? q, string? kind, string? after, string? saved) =>
            new ListView(http, desk, placeOf(http, domain)) { Find = q ?? "", Kind = kind ?? "", After = after, Saved = saved }.Page());
        lists.MapPost("", (HttpContext http, ListDesk desk, string? domain, IFormCollection form, CancellationToken cancel) =>
            SetAsync(new ListView(http, desk, placeOf(http, domain)), desk, http, form, cancel));
        lists.MapPost("/remove", (HttpContext http, ListDesk desk, string? domain, [FromForm] string? pattern, CancellationToken cancel) =>
            RemoveAsync(new ListView(http, desk, placeOf(http, domain)), desk, http, pattern ?? "", cancel));
        lists.MapPost("/import", (HttpContext http, ListDesk desk, string? domain, IFormCollection form, CancellationToken cancel) =>
            ImportAsync(new ListView(http, desk, placeOf(http, domain)), desk, http, form, cancel)).WithMetadata(new BodyLimit(BodyLimit.ListFile));
        lists.MapGet("/export", (HttpContext http, ListDesk desk, string? domain) => desk.Export(placeOf(http, domain).Scope, http));
    }

    private static async Task<IResult> SetAsync(ListView view, ListDesk desk, HttpContext http, IFormCollection form, CancellationToken cancel)
    {
        view = view with { Form = new ListForm(form["kind"].ToString(), form["pattern"].ToString(), form["comment"].ToString(), form["expires"].ToString(), form["enforced"] == "true") };
        try
        {
            var wish = view.Wish();
            if (form["act"] == "check")
            {
                var (entry, preview) = await desk.PreviewAsync(http.CurrentReader(), wish, cancel);
                return (view with { Wished = entry, Preview = preview }).Page();
            }

            var made = await desk.SetAsync(http.CurrentReader().Actor, wish, cancel);
            return Results.LocalRedirect(view.Place.Url(null, "saved=" + Uri.EscapeDataString(made.Pattern)));
        }
        catch (ActRefusedException refused)
        {
            return (view with { Problem = Words(view, refused) }).Page(StatusCodes.Status409Conflict);
        }
    }

    // Answered at once, so that the way back stands beside what was done.
    private static async Task<IResult> RemoveAsync(ListView view, ListDesk desk, HttpContext http, string pattern, CancellationToken cancel)
    {
        var removed = desk.Find(view.Place.Scope, pattern);
        await desk.RemoveAsync(http.CurrentReader().Actor, view.Place.Scope, pattern, cancel);
        return (view with { Removed = removed }).Page();
    }

    private static async Task<IResult> ImportAsync(ListView view, ListDesk desk, HttpContext http, IFormCollection form, CancellationToken cancel)
    {
        using var upload = form.Files["file"] is { Length: > 0 } file ? new StreamReader(file.OpenReadStream()) : null;
        using var lines = new StringReader(upload is null ? form["text"].ToString() : await upload.ReadToEndAsync(cancel));
        var report = await desk.ImportAsync(http.CurrentReader().Actor, view.Place.Scope, lines, ListView.KindOf(form["kind"]), cancel);
        return (view with { Report = report }).Page();
    }

    private static string Words(ListView view, ActRefusedException refused) =>
        refused.Code == "bad-pattern" && SenderPattern.TryRead(view.Form.Pattern, ListView.KindOf(view.Form.Kind), out var problem) is null
            ? view.Frame.Text["pattern." + problem]
            : view.Frame.Text.Or("refused." + refused.Code, refused.Message);
}

/// <summary>One answer with a list on it.</summary>
internal sealed record ListView(HttpContext Http, ListDesk Desk, ListPlace Place)
{
    private const int RowsOfAPage = 50;

    public PageFrame Frame { get; } = PageFrame.For(Http, Place.IsShared ? "siteLists" : "lists") with { Here = Place.Url() };
    public string Find { get; init; } = "";
    public string Kind { get; init; } = "";
    public string? After { get; init; }
    public string? Saved { get; init; }
    public ListForm Form { get; init; } = new();
    public ListEntry? Wished { get; init; }
    public ListPreview? Preview { get; init; }
    public ListEntry? Removed { get; init; }
    public ListImportReport? Report { get; init; }
    public string? Problem { get; init; }

    public static ListKind KindOf(string? kind) => kind == "allow" ? ListKind.Allow : ListKind.Block;

    /// <exception cref="ActRefusedException">bad-expiry.</exception>
    public ListWish Wish() => new(Place.Scope, KindOf(Form.Kind), Form.Pattern, Form.Comment, Expiry(), Form.Enforced && Http.CurrentReader().Account.IsAdmin);

    public RazorComponentResult Page(int status = StatusCodes.Status200OK)
    {
        var page = Desk.Page(Place.Scope, Find, Kind is "allow" or "block" ? KindOf(Kind) : null, After, RowsOfAPage);
        return PageResult.Of<ListsPage>(new
        {
            Frame, Place, Form, Find, Kind, After, Rows = page.Items, page.Next, page.Total, Problem, Wished, Preview, Removed, Report,
            Saved = Saved is null ? null : Desk.Find(Place.Scope, Saved),
        }, status);
    }

    // A day is a day of the reader's own, to its end.
    private DateTimeOffset? Expiry()
    {
        if (Form.Expires.Trim().Length == 0) return null;
        if (DateOnly.TryParseExact(Form.Expires.Trim(), "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day) && day < DateOnly.MaxValue)
        {
            var end = day.AddDays(1).ToDateTime(TimeOnly.MinValue);
            return new DateTimeOffset(end, Frame.Zone.GetUtcOffset(end)).ToUniversalTime();
        }

        return ListFile.Moment(Form.Expires.Trim()) ?? throw new ActRefusedException("bad-expiry", "the date is not one like 2026-12-31");
    }
}
