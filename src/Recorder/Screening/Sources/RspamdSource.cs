using System.Net;
using System.Net.Sockets;
using System.Text;
using Recorder.Flow;

namespace Recorder.Screening.Sources;

/// <summary>Asks Rspamd's normal worker over HTTP (<c>POST /checkv2</c>), with the envelope and the outside client in the header.</summary>
internal sealed class RspamdSource : IRemoteVerdictSource, IProbed, IDisposable
{
    /// <summary>It names every URL and address of the message beside its symbols, so a message must not be able to make it too large.</summary>
    public const int MaxAnswerBytes = 16 << 20;

    private readonly RspamdOptions options;
    private readonly RspamdReply reply;
    private readonly Uri check;
    private readonly HttpClient http;

    public RspamdSource(ScreeningOptions screening, RemoteLimits limits)
    {
        (options, Limits) = (screening.Rspamd, limits);
        reply = new RspamdReply(screening.Rspamd, new SymbolRules(screening));
        check = new Uri(options.Url.TrimEnd('/') + "/checkv2");
        http = new HttpClient(new SocketsHttpHandler
        {
            UseProxy = false,
            UseCookies = false,
            AllowAutoRedirect = false,
            MaxResponseHeadersLength = 16,
            PooledConnectionLifetime = TimeSpan.FromMinutes(1),
            // An address may be internationalised (RFC 6531), and Rspamd takes it as it is.
            RequestHeaderEncodingSelector = (_, _) => Encoding.UTF8,
        })
        {
            // The door has the clock.
            Timeout = Timeout.InfiniteTimeSpan,
        };
    }

    public string Kind => "filter";

    public string Name => "rspamd";

    public RemoteLimits Limits { get; }

    public async ValueTask<SourceVerdict?> AskAsync(ReceivedMessage message, CancellationToken cancel)
    {
        try
        {
            using var request = RequestFor(message);
            using var answer = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancel);
            if (!answer.IsSuccessStatusCode) throw new VerdictUnavailableException($"it answered {(int)answer.StatusCode}") { IsRefusal = IsOfTheMessage(answer.StatusCode) };
            return reply.Read(await ReadAsync(answer.Content, cancel), message);
        }
        catch (Exception error) when (error is HttpRequestException or IOException)
        {
            throw new VerdictUnavailableException(Words(error), error);
        }
    }

    public async Task ProbeAsync(CancellationToken cancel)
    {
        using var answer = await http.GetAsync(new Uri(options.Url.TrimEnd('/') + "/ping"), HttpCompletionOption.ResponseHeadersRead, cancel);
        answer.EnsureSuccessStatusCode();
    }

    public void Dispose() => http.Dispose();

    /// <summary>A 4xx about the message, and not about our password, our address of it or its load.</summary>
    internal static bool IsOfTheMessage(HttpStatusCode code) => (int)code is >= 400 and < 500 && code is not (
        HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden or HttpStatusCode.NotFound or HttpStatusCode.MethodNotAllowed or HttpStatusCode.ProxyAuthenticationRequired
        or HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests);

    private HttpRequestMessage RequestFor(ReceivedMessage message)
    {
        var body = new StreamContent(message.Content.OpenRead());
        body.Headers.ContentLength = message.Content.LengthBytes;
        var request = new HttpRequestMessage(HttpMethod.Post, check) { Content = body };
        foreach (var (name, value) in RspamdFacts.Of(message)) request.Headers.TryAddWithoutValidation(name, value);
        if (options.Password.Length > 0) request.Headers.TryAddWithoutValidation("Password", options.Password);
        request.Headers.ExpectContinue = false;
        return request;
    }

    private static async Task<ReadOnlyMemory<byte>> ReadAsync(HttpContent content, CancellationToken cancel)
    {
        await using var stream = await content.ReadAsStreamAsync(cancel);
        return await BoundedAnswer.ReadAsync(stream, MaxAnswerBytes, cancel);
    }

    private static string Words(Exception error) => error switch
    {
        { InnerException: SocketException socket } => $"connection failed ({socket.SocketErrorCode})",
        HttpRequestException http => $"request failed ({http.HttpRequestError})",
        _ => "the connection broke",
    };
}

/// <summary>Reads what a filter answers, up to a limit.</summary>
internal static class BoundedAnswer
{
    /// <exception cref="VerdictUnavailableException">It goes on beyond the limit.</exception>
    public static async Task<ReadOnlyMemory<byte>> ReadAsync(Stream stream, int maxBytes, CancellationToken cancel)
    {
        using var answer = new MemoryStream();
        var block = new byte[8192];
        while (await stream.ReadAsync(block, cancel) is > 0 and var count)
        {
            if (answer.Length + count > maxBytes) throw new VerdictUnavailableException($"its answer is larger than {maxBytes / 1024} KB");
            answer.Write(block, 0, count);
        }
        return answer.GetBuffer().AsMemory(0, (int)answer.Length);
    }
}
