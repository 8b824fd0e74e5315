using Recorder.Archive;
using Recorder.Ledger;

namespace Recorder.Recovery;

/// <summary>How many searches go on at once, and how many may wait.</summary>
public sealed record SearchDeskOptions
{
    /// <summary>At least two, so that one reader's slow search leaves room for another's.</summary>
    public int Threads { get; init; } = Math.Max(2, Environment.ProcessorCount);

    /// <summary>Searches that wait for a thread, of all readers.</summary>
    public int MaxWaiting { get; init; } = 64;

    /// <summary>Searches that wait, of one reader.</summary>
    public int MaxWaitingOfOne { get; init; } = 8;

    /// <summary>So long one waits for a thread.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>So long one may take once it has begun.</summary>
    public TimeSpan Longest { get; init; } = TimeSpan.FromSeconds(30);
}

/// <summary>
/// Searches run on a few threads of their own: however many people search, mail is taken. Half of the threads at most work
/// for one reader. Who finds no place is told so instead of waiting without an end, and a search that nobody waits for any
/// more is given up.
/// </summary>
public sealed class SearchDesk : IDisposable
{
    /// <summary>The code of an <see cref="ActRefusedException"/> for a search that found no place.</summary>
    public const string BusyCode = "search-busy";

    // Behind the sessions, before the index.
    private const int Niceness = 2;

    private readonly Lock gate = new();
    private readonly SemaphoreSlim work = new(0);
    private readonly LinkedList<SearchJob> waiting = [];
    private readonly Dictionary<string, int> running = new(StringComparer.Ordinal);
    private readonly CancellationTokenSource closing = new();
    private readonly SearchDeskOptions options;
    private readonly TimeProvider time;

    public SearchDesk(SearchDeskOptions options, TimeProvider time)
    {
        (this.options, this.time) = (options, time);
        for (var i = 0; i < options.Threads; i++)
        {
            new Thread(Work) { IsBackground = true, Name = "search" }.Start();
        }
    }

    /// <summary>On the desk where there is one, and otherwise here and now.</summary>
    /// <exception cref="ActRefusedException"><see cref="BusyCode"/>.</exception>
    public static Task<T> RunAsync<T>(SearchDesk? desk, string reader, Func<CancellationToken, T> search, CancellationToken cancel) =>
        desk is null ? Task.FromResult(search(cancel)) : desk.RunAsync(reader, search, cancel);

    /// <param name="reader">Whose search it is.</param>
    /// <param name="search">Should end soon after its token is cancelled.</param>
    /// <exception cref="ActRefusedException"><see cref="BusyCode"/>: too many wait, or it took too long.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancel"/> was cancelled.</exception>
    public async Task<T> RunAsync<T>(string reader, Func<CancellationToken, T> search, CancellationToken cancel)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancel, closing.Token);
        var job = new SearchJob<T>(reader, search, stop.Token);
        Enqueue(job);
        try
        {
            await job.Begun.WaitAsync(options.Patience, time, stop.Token);
            var found = await job.Result.WaitAsync(options.Longest, time, stop.Token);
            cancel.ThrowIfCancellationRequested();
            return found;
        }
        catch (TimeoutException)
        {
            throw Busy();
        }
        finally
        {
            await stop.CancelAsync();
            lock (gate) waiting.Remove(job);
        }
    }

    public void Dispose()
    {
        // The threads end by themselves; what they use is left to the collector.
        closing.Cancel();
    }

    private int MostOfOne => Math.Max(1, options.Threads / 2);

    private static ActRefusedException Busy() => new(BusyCode, "too many searches at this moment; try again in a few seconds");

    private void Enqueue(SearchJob job)
    {
        lock (gate)
        {
            if (waiting.Count >= options.MaxWaiting || waiting.Count(one => one.Reader == job.Reader) >= options.MaxWaitingOfOne)
            {
                throw Busy();
            }

            waiting.AddLast(job);
        }

        work.Release();
    }

    private void Work()
    {
        BackgroundPriority.Enter(Niceness);
        while (!closing.IsCancellationRequested)
        {
            try
            {
                work.Wait(closing.Token);
            }
            catch (OperationCanceledException)
            {
                return;
            }

            if (Take() is { } job)
            {
                job.Run();
                Release(job.Reader);
            }
        }
    }

    /// <summary>The first that may run; null where all that wait must wait for another search of the same reader.</summary>
    private SearchJob? Take()
    {
        lock (gate)
        {
            if (waiting.FirstOrDefault(one => running.GetValueOrDefault(one.Reader) < MostOfOne) is not { } job)
            {
                return null;
            }

            waiting.Remove(job);
            running[job.Reader] = running.GetValueOrDefault(job.Reader) + 1;
            return job;
        }
    }

    private void Release(string reader)
    {
        lock (gate)
        {
            if (--running[reader] == 0)
            {
                running.Remove(reader);
            }

            if (waiting.Count == 0)
            {
                return;
            }
        }

        // A thread may have passed by one that had to wait for this.
        work.Release();
    }
}

/// <summary>One search that waits or runs.</summary>
internal abstract class SearchJob(string reader)
{
    public string Reader => reader;

    public abstract void Run();
}

internal sealed class SearchJob<T>(string reader, Func<CancellationToken, T> search, CancellationToken stop) : SearchJob(reader)
{
    private readonly TaskCompletionSource begun = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<T> result = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task Begun => begun.Task;

    public Task<T> Result => result.Task;

    public override void Run()
    {
        begun.TrySetResult();
        try
        {
            stop.ThrowIfCancellationRequested();
            result.TrySetResult(search(stop));
        }
        catch (OperationCanceledException gone)
        {
            result.TrySetCanceled(gone.CancellationToken);
        }
        catch (Exception error)
        {
            result.TrySetException(error);
            _ = result.Task.Exception; // whoever waits sees it; it may be that nobody does
        }
    }
}
