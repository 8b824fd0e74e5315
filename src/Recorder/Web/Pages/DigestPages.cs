using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Recorder.Digests;
using Recorder.Ledger;
using Recorder.Web.Security;
using Recorder.Web.Texts;

namespace Recorder.Web.Pages;

/// <summary>
/// What a link of a digest opens. Opening changes nothing, so that programs which look at every link of a mail change
/// nothing; the form of the page does. The token is the authority: no session is asked for and none is made, and since
/// nothing comes along by itself there is nothing that another site could make a browser send.
/// </summary>
internal static class DigestPages
{
    /// <summary>The form's field: a POST without it is nobody's click.</summary>
    private const string Confirmed = "release";

    public static void MapDigestPages(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/digest/{token}", ShowAsync).ExcludeFromDescription();
        routes.MapPost("/digest/{token}", ReleaseAsync).ExcludeFromDescription().DisableAntiforgery();
    }

    private static Task<IResult> ShowAsync(HttpContext http, LinkDoor door, LinkLimits limits, string token, CancellationToken cancel) =>
        AnswerAsync(http, door, limits, token, source => door.ShowAsync(token, source, cancel));

    private static Task<IResult> ReleaseAsync(
        HttpContext http, LinkDoor door, LinkLimits limits, string token, CancellationToken cancel, [FromForm] string? act = null) =>
        AnswerAsync(http, door, limits, token, source => act == Confirmed ? door.ReleaseAsync(token, source, cancel) : door.ShowAsync(token, source, cancel));

    private static async Task<IResult> AnswerAsync(HttpContext http, LinkDoor door, LinkLimits limits, string token, Func<string, Task<LinkSight?>> ask)
    {
        var source = ClientAddress.Of(http);
        // The signature costs nothing to check: whoever holds a right link is kept out by nobody's wrong ones.
        if (door.AccountOf(token) is not { } account)
        {
            return limits.CountWrong(source) ? Page(http, null, null, StatusCodes.Status404NotFound) : MustWait(http);
        }

        if (!limits.CountOpen(account))
        {
            return MustWait(http);
        }

        try
        {
            return await ask(source) is { } sight
                ? Page(http, sight, null, StatusCodes.Status200OK)
                : Page(http, null, null, StatusCodes.Status404NotFound);
        }
        catch (ActRefusedException refused)
        {
            return Page(http, null, Text.For(http).Or("refused." + refused.Code, refused.Message), StatusCodes.Status409Conflict);
        }
    }

    private static RazorComponentResult MustWait(HttpContext http) => Page(http, null, null, StatusCodes.Status429TooManyRequests);

    private static RazorComponentResult Page(HttpContext http, LinkSight? sight, string? problem, int status)
    {
        var frame = PageFrame.For(http, "linkTitle");
        // The address of the page is a secret: it goes into no form of the frame. The language is the account's.
        frame = frame with { Here = "/mail", Text = sight?.Account.Language is { } language ? Text.Of(language) : frame.Text };
        var isPending = sight is { Release.State: DispatchState.Pending or DispatchState.Begun };
        return PageResult.Of<LinkPage>(new { Frame = isPending ? frame with { Refresh = "5" } : frame, Sight = sight, Problem = problem }, status);
    }
}
