using System.Collections.Concurrent;
using System.Diagnostics;
using Recorder.SystemTests.Peers;

namespace Recorder.Benchmarks.Load;

/// <summary>How long after its reply a message can be found: each probe is searched for, as a user would, until it is there.</summary>
internal sealed class LagProbes(Func<string, CancellationToken, Task<bool>> isFound)
{
    private static readonly TimeSpan Between = TimeSpan.FromMilliseconds(20), Patience = TimeSpan.FromMinutes(10);

    private readonly ConcurrentBag<Task> open = [];

    /// <summary>Seconds from reply to found, in the order they were found; ten minutes for one that was given up.</summary>
    public ConcurrentQueue<double> Seconds { get; } = [];

    public static LagProbes Through(Api api) => new(async (word, _) => (await api.GetAsync($"messages?limit=1&q={word}"))["items"]!.AsArray().Count > 0);

    /// <summary>Called when the probe's reply came.</summary>
    public void Watch(string word, CancellationToken cancel) => open.Add(WatchAsync(word, Stopwatch.GetTimestamp(), cancel));

    public Task AllFoundAsync() => Task.WhenAll(open);

    private async Task WatchAsync(string word, long since, CancellationToken cancel)
    {
        while (Stopwatch.GetElapsedTime(since) < Patience && !await isFound(word, cancel))
        {
            await Task.Delay(Between, cancel);
        }

        Seconds.Enqueue(Stopwatch.GetElapsedTime(since).TotalSeconds);
    }
}
