using Microsoft.AspNetCore.Http.HttpResults;
using Recorder.Ledger;
using Recorder.Web.Api;
using Recorder.Web.Pages;
using Recorder.Web.Security;
using Recorder.Web.Texts;

namespace Recorder.Web;

/// <summary>Every error leaves as words: a problem document (RFC 9457) for programs, a page for people.</summary>
internal sealed partial class Errors(RequestDelegate next, ILogger<Errors> logger)
{
    private const int ClientClosedRequest = 499;
    private const string RetryAfterSeconds = "5";

    public async Task InvokeAsync(HttpContext http)
    {
        try
        {
            await next(http);
            if (http.Response is { StatusCode: >= 400, HasStarted: false, ContentType: null } response)
            {
                await AnswerAsync(http, OfStatus(response.StatusCode), null);
            }
        }
        catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested)
        {
            SetStatus(http, ClientClosedRequest);
        }
        catch (Exception error) when (!http.Response.HasStarted)
        {
            var problem = ApiProblems.Of(error) ?? Unexpected(http, error);
            await AnswerAsync(http, problem, (error as ActRefusedException)?.Code);
        }
    }

    private ProblemHttpResult Unexpected(HttpContext http, Exception error)
    {
        Log.Failed(logger, http.Request.Method, (http.GetEndpoint() as RouteEndpoint)?.RoutePattern.RawText ?? "", error);
        return OfStatus(StatusCodes.Status500InternalServerError);
    }

    private static ProblemHttpResult OfStatus(int status) => ApiProblems.Problem(status, $"http-{status}", WordsOf(Text.English, status, null));

    private static async Task AnswerAsync(HttpContext http, ProblemHttpResult problem, string? refusal)
    {
        SetStatus(http, problem.StatusCode);
        http.Response.ContentLength = null;
        if (problem.StatusCode == StatusCodes.Status503ServiceUnavailable)
        {
            http.Response.Headers.RetryAfter = RetryAfterSeconds;
        }

        if (!IsForPeople(http))
        {
            await problem.ExecuteAsync(http);
            return;
        }

        var frame = PageFrame.For(http, "errorTitle") with { Here = "/mail" };
        await PageResult.Of<ErrorPage>(new { Frame = frame, Words = WordsOf(frame.Text, problem.StatusCode, refusal) }, problem.StatusCode).ExecuteAsync(http);
    }

    private static string WordsOf(Text text, int status, string? refusal) =>
        refusal is not null && text.Or("refused." + refusal, "") is { Length: > 0 } words
            ? text["error.409", words]
            : status == StatusCodes.Status409Conflict ? text["error.409", refusal ?? ""] : text.Or($"error.{status}", text[status >= 500 ? "error.500" : "error.400"]);

    private static bool IsForPeople(HttpContext http) =>
        !ApiPaths.IsApi(http)
        && !http.Request.Path.StartsWithSegments("/control", StringComparison.OrdinalIgnoreCase)
        && !http.Request.Path.StartsWithSegments("/openapi", StringComparison.OrdinalIgnoreCase);

    private static void SetStatus(HttpContext http, int status)
    {
        if (!http.Response.HasStarted)
        {
            http.Response.StatusCode = status;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(5001, LogLevel.Error, "{Method} {Route} failed")]
        public static partial void Failed(ILogger logger, string method, string route, Exception error);
    }
}
