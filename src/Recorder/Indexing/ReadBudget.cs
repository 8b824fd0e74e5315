namespace Recorder.Indexing;

/// <summary>
/// So long may the reading of one message take. At the limit it is asked to stop, and shortly after that it is no longer
/// waited for: what follows in the log must not stand behind one message, whatever a parser makes of it.
/// </summary>
internal sealed class ReadBudget(TimeSpan limit, TimeProvider time)
{
    private static readonly TimeSpan ToStop = TimeSpan.FromSeconds(2);

    public TimeSpan Limit => limit;

    /// <param name="read">Runs on a thread of its own, which is replaced when it is left, and disposes what it opened itself.</param>
    /// <exception cref="TimeoutException">It took too long.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancel"/> was cancelled.</exception>
    public Task<T> RunAsync<T>(Func<CancellationToken, Task<T>> read, CancellationToken cancel) =>
        BackgroundThreads.Waiting.RunAsync(() => WaitAsync(read, cancel));

    private async Task<T> WaitAsync<T>(Func<CancellationToken, Task<T>> read, CancellationToken cancel)
    {
        var stop = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var reading = BackgroundThreads.Shared.RunAsync(() => read(stop.Token));
        // Not before the reader is done with its token, which may be long after it was left.
        _ = reading.ContinueWith(static (ended, source) => { _ = ended.Exception; ((CancellationTokenSource)source!).Dispose(); }, stop, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        try
        {
            return await reading.WaitAsync(limit, time, cancel);
        }
        catch (TimeoutException) when (!reading.IsCompleted)
        {
            await stop.CancelAsync();
        }
        await Task.WhenAny(reading, Task.Delay(ToStop, time, cancel));
        cancel.ThrowIfCancellationRequested();
        if (!reading.IsCompleted) BackgroundThreads.Shared.AddOne();
        return reading.IsCompletedSuccessfully ? await reading : throw new TimeoutException($"reading it took longer than {limit.TotalSeconds:0} s");
    }
}
