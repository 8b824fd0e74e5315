using System.Threading.RateLimiting;
using Polly;
using Polly.CircuitBreaker;
using Recorder.Flow;

namespace Recorder.Screening.Sources;

/// <summary>
/// The way to a filter that is another program: only so many messages at a time, only so many waiting, only so long, and
/// none at all for a while after it failed often.
/// </summary>
internal sealed class RemoteDoor : ISourceDoor, IDisposable
{
    // A burst must not open it for one hiccup, and a quiet site must not wait for hundreds of failures.
    private const int FewestAsked = 5;
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(30);

    // One message that it refuses is the message's affair; several in a row, and nothing else, is the operator's.
    private const int OwnToReport = 3;

    private readonly IRemoteVerdictSource source;
    private readonly TimeProvider clock;
    private readonly RecorderMetrics? metrics;
    private readonly ILogger log;
    private readonly ConcurrencyLimiter places;
    private readonly ResiliencePipeline breaker;
    private readonly CircuitBreakerStateProvider state = new();
    private readonly TroubleLog troubles;
    private volatile string? lastError;
    private int ownInARow;

    public RemoteDoor(IRemoteVerdictSource source, TimeProvider clock, RecorderMetrics? metrics, ILogger log)
    {
        (this.source, this.clock, this.metrics, this.log) = (source, clock, metrics, log);
        troubles = new TroubleLog(clock);
        places = new ConcurrencyLimiter(new ConcurrencyLimiterOptions
        {
            PermitLimit = Limits.MaxConcurrent,
            QueueLimit = Limits.MaxWaiting,
            QueueProcessingOrder = QueueProcessingOrder.OldestFirst,
        });
        breaker = new ResiliencePipelineBuilder { TimeProvider = clock }.AddCircuitBreaker(new CircuitBreakerStrategyOptions
        {
            FailureRatio = 0.5,
            MinimumThroughput = FewestAsked,
            SamplingDuration = Window,
            BreakDuration = Limits.Break,
            // What one message brought about says nothing of the filter.
            ShouldHandle = new PredicateBuilder().Handle<VerdictUnavailableException>(error => !error.IsOwn),
            StateProvider = state,
        }).Build();
    }

    public SourceHealth Health => new(source.Name, state.CircuitState switch
    {
        CircuitState.Closed => "open",
        CircuitState.HalfOpen => "probing",
        _ => "broken",
    }, lastError);

    private RemoteLimits Limits => source.Limits;

    private string MaxSize => Limits.MaxBytes % (1 << 20) == 0 ? $"{Limits.MaxBytes >> 20} MB" : $"{Limits.MaxBytes} bytes";

    private string Seconds => FormattableString.Invariant($"{Limits.Timeout.TotalSeconds:0.#} s");

    public async ValueTask<SourceAnswer> AskAsync(ReceivedMessage message, CancellationToken cancel)
    {
        if (message.Content.LengthBytes > Limits.MaxBytes)
        {
            metrics?.Screened(source.Name, "too-large", TimeSpan.Zero);
            return new SourceAnswer(source.Name, Unavailable: $"larger than {MaxSize}");
        }
        var started = clock.GetTimestamp();
        var answer = await AskSmallAsync(message, cancel);
        metrics?.Screened(source.Name, answer.IsDown ? "failed" : "answered", clock.GetElapsedTime(started));
        return answer;
    }

    public void Dispose() => places.Dispose();

    private async Task<SourceAnswer> AskSmallAsync(ReceivedMessage message, CancellationToken cancel)
    {
        using var time = new CancellationTokenSource(Limits.Timeout, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancel, time.Token);
        try
        {
            using var place = await places.AcquireAsync(1, either.Token);
            if (!place.IsAcquired) return Failed($"busy, {Limits.MaxWaiting} messages wait already");
            var verdict = await breaker.ExecuteAsync(token => AskCountedAsync(message, token, cancel), either.Token);
            Heard();
            return new SourceAnswer(source.Name, verdict);
        }
        catch (BrokenCircuitException)
        {
            return Down($"left alone after it failed often: {lastError}");
        }
        catch (VerdictUnavailableException error)
        {
            return error.IsOwn ? Own(error) : Failed(error.Message) with { OwnTries = error.OwnTries };
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            return Failed($"busy, no free place within {Seconds}");
        }
    }

    private async ValueTask<SourceVerdict?> AskCountedAsync(ReceivedMessage message, CancellationToken token, CancellationToken cancel)
    {
        var name = NameOf(message);
        var heardBefore = troubles.Heard;
        try
        {
            var verdict = await AskSourceAsync(message, token, cancel);
            troubles.Answered(name);
            return verdict;
        }
        catch (VerdictUnavailableException error)
        {
            var (isOwn, tries) = troubles.Failed(name, heardBefore, error.IsRefusal);
            throw new VerdictUnavailableException(error.Message, error) { IsOwn = isOwn, OwnTries = tries };
        }
    }

    // What a retry of the same delivery says again.
    private static string NameOf(ReceivedMessage message) => $"{Convert.ToHexStringLower(message.Content.Sha256.Span)}/{message.Envelope.ReversePath}";

    // Every way to fail becomes the one that the breaker counts; a caller that gives up is none.
    private async ValueTask<SourceVerdict?> AskSourceAsync(ReceivedMessage message, CancellationToken token, CancellationToken cancel)
    {
        try
        {
            return await source.AskAsync(message, token);
        }
        catch (OperationCanceledException error) when (!cancel.IsCancellationRequested)
        {
            throw new VerdictUnavailableException($"no answer within {Seconds}", error);
        }
        catch (Exception error) when (error is not (OperationCanceledException or VerdictUnavailableException))
        {
            Log.SourceFailed(log, error, source.Name);
            throw new VerdictUnavailableException($"failed ({error.GetType().Name})", error);
        }
    }

    private void Heard()
    {
        Interlocked.Exchange(ref ownInARow, 0);
        if (lastError is null) return;
        lastError = null;
        Log.SourceBack(log, source.Name);
    }

    private SourceAnswer Own(VerdictUnavailableException error)
    {
        Log.MessageFailed(log, source.Name, error.OwnTries, error.Message);
        if (Interlocked.Increment(ref ownInARow) >= OwnToReport) lastError = error.Message;
        return Down(error.Message) with { OwnTries = error.OwnTries };
    }

    private SourceAnswer Failed(string why)
    {
        // Once for each time it goes away, not once for each message.
        if (lastError is null) Log.SourceGone(log, source.Name, why);
        lastError = why;
        return Down(why);
    }

    private SourceAnswer Down(string why) => new(source.Name, Unavailable: why, IsDown: true);
}

internal static partial class Log
{
    [LoggerMessage(3401, LogLevel.Error, "{Source} failed in a way nobody foresaw; the message goes on without its verdict")]
    public static partial void SourceFailed(ILogger log, Exception error, string source);

    [LoggerMessage(3402, LogLevel.Warning, "{Source} gives no verdicts: {Why}")]
    public static partial void SourceGone(ILogger log, string source, string why);

    [LoggerMessage(3404, LogLevel.Warning, "{Source} fails on one message and answers others, try {Tries}: {Why}")]
    public static partial void MessageFailed(ILogger log, string source, int tries, string why);

    [LoggerMessage(3403, LogLevel.Information, "{Source} gives verdicts again")]
    public static partial void SourceBack(ILogger log, string source);
}
