using System.Net;
using System.Net.Sockets;
using Recorder.Ledger;

namespace Recorder.Screening.Learning;

/// <summary>The learner does not take a report now.</summary>
/// <param name="isRefusal">It is there and refuses this one message.</param>
public sealed class LearnerUnavailableException(string message, bool isRefusal, Exception? inner = null) : Exception(message, inner)
{
    public bool IsRefusal { get; } = isRefusal;
}

/// <summary>Rspamd's controller as a learner: <c>POST /learnspam</c> and <c>/learnham</c> with the message as the body.</summary>
public sealed class RspamdLearner : IDisposable
{
    private readonly RspamdOptions options;
    private readonly TimeProvider clock;
    private readonly HttpClient http = new(new SocketsHttpHandler
    {
        UseProxy = false,
        UseCookies = false,
        AllowAutoRedirect = false,
        MaxResponseHeadersLength = 16,
        PooledConnectionLifetime = TimeSpan.FromMinutes(1),
    })
    {
        Timeout = Timeout.InfiniteTimeSpan,
    };

    public RspamdLearner(RspamdOptions options, TimeProvider clock) => (this.options, this.clock) = (options, clock);

    /// <summary>A controller is configured.</summary>
    public bool IsOn => options.ControllerUrl.Length > 0;

    /// <param name="message">The exact bytes as received.</param>
    /// <exception cref="LearnerUnavailableException">It may be asked again; the message says why, in one line without secrets.</exception>
    public async Task<(Lesson Lesson, string? Words)> TeachAsync(ReportKind kind, Stream message, long lengthBytes, CancellationToken cancel)
    {
        using var time = new CancellationTokenSource(TimeSpan.FromSeconds(options.TimeoutSeconds), clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancel, time.Token);
        try
        {
            using var request = RequestFor(kind, message, lengthBytes);
            using var answer = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, either.Token);
            return Read(answer.StatusCode);
        }
        catch (OperationCanceledException error) when (!cancel.IsCancellationRequested)
        {
            throw new LearnerUnavailableException($"no answer within {options.TimeoutSeconds} s", false, error);
        }
        catch (HttpRequestException error)
        {
            throw new LearnerUnavailableException(error.InnerException is SocketException socket ? $"connection failed ({socket.SocketErrorCode})" : $"request failed ({error.HttpRequestError})", false, error);
        }
    }

    public void Dispose() => http.Dispose();

    private HttpRequestMessage RequestFor(ReportKind kind, Stream message, long lengthBytes)
    {
        var path = kind == ReportKind.Spam ? "/learnspam" : "/learnham";
        var body = new StreamContent(message);
        body.Headers.ContentLength = lengthBytes;
        var request = new HttpRequestMessage(HttpMethod.Post, new Uri(options.ControllerUrl.TrimEnd('/') + path)) { Content = body };
        if (options.ControllerPassword.Length > 0) request.Headers.TryAddWithoutValidation("Password", options.ControllerPassword);
        request.Headers.ExpectContinue = false;
        return request;
    }

    // As Rspamd 3.4 answers: 208 where it has learned the message so before, 204 where there is too little text.
    private static (Lesson Lesson, string? Words) Read(HttpStatusCode code) => code switch
    {
        HttpStatusCode.AlreadyReported => (Lesson.Known, null),
        HttpStatusCode.NoContent => (Lesson.Refused, "too little text to learn from"),
        >= HttpStatusCode.OK and < HttpStatusCode.MultipleChoices => (Lesson.Learned, null),
        _ => throw new LearnerUnavailableException($"it answered {(int)code}", Sources.RspamdSource.IsOfTheMessage(code)),
    };
}
