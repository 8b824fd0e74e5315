using Microsoft.AspNetCore.Http.HttpResults;
using Recorder.Accounts;
using Recorder.Archive;
using Recorder.Ledger;

namespace Recorder.Web.Api;

/// <summary>Errors of the API in the form of RFC 9457: what happened, and what to do.</summary>
internal static class ApiProblems
{
    public static Reader CurrentReader(this HttpContext http) =>
        http.Features.Get<Reader>() ?? throw new InvalidOperationException("this route needs a signed-in reader");

    public static ProblemHttpResult WrongCredentials() =>
        Problem(StatusCodes.Status401Unauthorized, "wrong-credentials", "The address or the password is not right.");

    /// <summary>For a record that does not exist and for one that is somebody else's: the same answer.</summary>
    public static ProblemHttpResult NoSuchMessage() =>
        Problem(StatusCodes.Status404NotFound, "no-such-message", "There is no such message in your mailboxes.");

    public static ProblemHttpResult NoSuch(string what) => Problem(StatusCodes.Status404NotFound, $"no-such-{what}", $"You have no such {what}.");

    public static ProblemHttpResult Problem(int status, string code, string detail) =>
        TypedResults.Problem(detail, statusCode: status, extensions: new Dictionary<string, object?> { ["code"] = code });

    /// <summary>The status that fits a refusal or failure which any act may meet; null for what is our own fault.</summary>
    public static ProblemHttpResult? Of(Exception error) => error switch
    {
        Accounts.SecondFactors.SecondFactorNeededException needed => TypedResults.Problem(needed.Message, statusCode: StatusCodes.Status401Unauthorized,
            extensions: new Dictionary<string, object?> { ["code"] = needed.Code, ["ticket"] = needed.Ticket }),
        ActRefusedException { Code: "sign-in-again" } late => Problem(StatusCodes.Status401Unauthorized, late.Code, late.Message),
        ActRefusedException { Code: "sign-in-unavailable" } down => Problem(StatusCodes.Status503ServiceUnavailable, down.Code, down.Message),
        ActRefusedException { Code: "no-such-domain" or "no-such-account" } none => Problem(StatusCodes.Status404NotFound, none.Code, none.Message),
        ActRefusedException { Code: "not-granted" } refused => Problem(StatusCodes.Status403Forbidden, refused.Code, refused.Message),
        ActRefusedException { Code: "too-many-attempts" or Recovery.TakingLimit.EnoughCode or Recovery.TakingLimit.TooMuchCode } wait => Problem(StatusCodes.Status429TooManyRequests, wait.Code, wait.Message),
        ActRefusedException { Code: "busy" or Recovery.SearchDesk.BusyCode } busy => Problem(StatusCodes.Status503ServiceUnavailable, busy.Code, busy.Message),
        ActRefusedException refused => Problem(StatusCodes.Status409Conflict, refused.Code, refused.Message),
        ArchiveException { Fault: ArchiveFault.Damaged or ArchiveFault.Missing } => Problem(StatusCodes.Status500InternalServerError, "damaged",
            "The stored bytes of this message are damaged. An administrator can run recorder verify."),
        ArchiveException => Problem(StatusCodes.Status503ServiceUnavailable, "not-recorded", "The act could not be recorded, so it was not done. Try again."),
        BadHttpRequestException bad => Problem(bad.StatusCode, "bad-request", "The request cannot be read. Check its JSON and its length."),
        _ => null,
    };
}
