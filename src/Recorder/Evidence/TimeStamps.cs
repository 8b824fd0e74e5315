using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Security.Cryptography.Pkcs;
using Microsoft.Extensions.Options;

namespace Recorder.Evidence;

/// <summary>The authority gave no time stamp that holds.</summary>
public sealed class TimeStampException(string message, Exception? inner = null) : Exception(message, inner);

/// <param name="Token">As it came: a CMS message (RFC 3161 §2.4.2).</param>
public sealed record TimeStamp(byte[] Token, DateTimeOffset At);

/// <summary>Asks a time stamp authority over HTTP (RFC 3161 §3.4).</summary>
public sealed class TimeStamps(HttpClient http, IOptions<EvidenceOptions> options)
{
    /// <summary>No honest answer is longer.</summary>
    public const int MaxAnswerBytes = 1 << 20;

    public bool IsOn => Authority.Length > 0;

    public string Authority => options.Value.TimeStampUrl;

    /// <exception cref="TimeStampException">It could not be reached, refused, or answered for something else.</exception>
    public async Task<TimeStamp> AskAsync(byte[] text, CancellationToken cancel)
    {
        var request = Rfc3161TimestampRequest.CreateFromData(text, HashAlgorithmName.SHA256, nonce: RandomNumberGenerator.GetBytes(8), requestSignerCertificates: true);
        try
        {
            var token = request.ProcessResponse(await SendAsync(request.Encode(), cancel), out _);
            if (!token.VerifySignatureForData(text, out _)) throw new TimeStampException($"{Authority}: the time stamp's signature does not hold");
            return new TimeStamp(token.AsSignedCms().Encode(), token.TokenInfo.Timestamp);
        }
        catch (CryptographicException error)
        {
            throw new TimeStampException($"{Authority} gave no time stamp: {error.Message}", error);
        }
    }

    private async Task<byte[]> SendAsync(byte[] query, CancellationToken cancel)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limit.CancelAfter(TimeSpan.FromSeconds(options.Value.TimeStampTimeoutSeconds));
        try
        {
            using var content = new ByteArrayContent(query);
            content.Headers.ContentType = new MediaTypeHeaderValue("application/timestamp-query");
            using var answer = await http.PostAsync(Authority, content, limit.Token);
            answer.EnsureSuccessStatusCode();
            return await answer.Content.ReadAsByteArrayAsync(limit.Token);
        }
        catch (Exception error) when (error is HttpRequestException || (error is OperationCanceledException && !cancel.IsCancellationRequested))
        {
            throw new TimeStampException($"{Authority} cannot be reached: {error.Message}", error);
        }
    }
}
