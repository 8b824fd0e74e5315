using Microsoft.Extensions.Logging;
using Recorder.Archive;
using Recorder.Ledger;

namespace Recorder.Indexing;

/// <summary>
/// Carries the log into an index, in sequence order: whatever the log has grown by is prepared and added in pieces at once, and
/// shown at once too, at most every 200 ms; under load less often (<see cref="ShowingPace"/>), since many small pieces cost
/// an index more than few large ones. Made durable every 10 s with the position it stands for. Whatever fails is tried
/// again from the index's own checkpoint; adding twice replaces.
/// </summary>
/// <param name="prepare">The documents of one entry. Never fails for what the entry holds.</param>
internal sealed partial class IndexPump<T>(
    string name, IArchiveLog archive, IndexTarget<T> target, Func<LogEntry, CancellationToken, Task<IReadOnlyList<T>>> prepare,
    TimeProvider time, ILogger log)
{
    private static readonly TimeSpan PauseAfterFailure = TimeSpan.FromSeconds(5);

    private readonly AppliedWaiters waiters = new();
    private readonly Meter meter = new(time);
    private readonly ShowingPace pace = new(time);

    public string Name => name;

    public string? LastError { get; private set; }

    public long Through => waiters.Applied;

    public long Lag => Math.Max(0, archive.DurableSequence - Through);

    public double DocumentsPerSecond => meter.PerSecond;

    public Task CatchUpAsync(CancellationToken cancel)
    {
        var caughtUp = waiters.WaitAsync(archive.DurableSequence);
        if (!caughtUp.IsCompleted) pace.Hurry();
        return caughtUp.WaitAsync(cancel);
    }

    /// <summary>Runs until cancelled, then commits what was added.</summary>
    public Task RunAsync(CancellationToken cancel) => UntilCancelled.RunAsync(FollowAsync, Report, PauseAfterFailure, time, cancel);

    private void Report(Exception error)
    {
        LastError = error.Message;
        LogStopped(log, name, Through, error);
    }

    private async Task FollowAsync(CancellationToken cancel)
    {
        var start = StartAfter();
        waiters.Reached(start);
        LastError = null;
        await new IndexRun<T>(archive, start, target, prepare, pace, waiters, meter, time).RunAsync(cancel);
    }

    /// <summary>An index that is ahead of the log belongs to another one: everything is added anew.</summary>
    private long StartAfter()
    {
        var checkpoint = target.Checkpoint().GetValueOrDefault(archive.Lane);
        if (checkpoint <= archive.DurableSequence)
        {
            return checkpoint;
        }

        LogAhead(log, name, checkpoint, archive.DurableSequence);
        return 0;
    }

    [LoggerMessage(2201, LogLevel.Error, "The {Name} index stands still after {Sequence}; trying again")]
    private static partial void LogStopped(ILogger log, string name, long sequence, Exception error);

    [LoggerMessage(2202, LogLevel.Warning, "The {Name} index stands at {Checkpoint} but the log ends at {Durable}: adding everything anew")]
    private static partial void LogAhead(ILogger log, string name, long checkpoint, long durable);
}
