using Recorder.Flow;
using Recorder.Ledger;

namespace Recorder.Screening.Sources;

/// <summary>What came of asking one source.</summary>
/// <param name="Unavailable">Why there is no verdict, one line; null where the source was heard.</param>
/// <param name="IsDown">It should have been asked and could not: <c>Screening:WhenDown</c> applies.</param>
/// <param name="OwnTries">At how many tries of this message it failed on it and answered others.</param>
internal sealed record SourceAnswer(string Source, SourceVerdict? Verdict = null, string? Unavailable = null, bool IsDown = false, int OwnTries = 0);

/// <summary>How a source fares, for health.</summary>
/// <param name="State">open: it is asked; broken: left alone after it failed often; probing: one message tries it again.</param>
/// <param name="LastError">Of the last message asked for; null when that went well.</param>
public sealed record SourceHealth(string Name, string State, string? LastError);

/// <summary>The way to one source: never throws for what the source does, only for a cancelled caller.</summary>
internal interface ISourceDoor
{
    /// <summary>null for a source that cannot be down.</summary>
    SourceHealth? Health { get; }

    ValueTask<SourceAnswer> AskAsync(ReceivedMessage message, CancellationToken cancel);
}

/// <summary>The way to a source within this process.</summary>
internal sealed class LocalDoor(IVerdictSource source, ILogger log) : ISourceDoor
{
    public SourceHealth? Health => null;

    public async ValueTask<SourceAnswer> AskAsync(ReceivedMessage message, CancellationToken cancel)
    {
        try
        {
            return new SourceAnswer(source.Name, await source.AskAsync(message, cancel));
        }
        catch (VerdictUnavailableException error)
        {
            return new SourceAnswer(source.Name, Unavailable: error.Message);
        }
        // Mail must flow past what was not foreseen in reading it.
        catch (Exception error) when (error is not OperationCanceledException)
        {
            Log.SourceFailed(log, error, source.Name);
            return new SourceAnswer(source.Name, Unavailable: $"failed ({error.GetType().Name})");
        }
    }
}
