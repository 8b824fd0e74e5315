using System.Collections.Concurrent;
using System.Diagnostics;
using Recorder.SystemTests.Peers;

namespace Recorder.Benchmarks.Load;

/// <summary>
/// How long after its reply a message can be found: each probe is searched for, as a user's client would, until it is there.
/// What measures must not be the load: a probe asks once at a time, less often when it was not found after two seconds, and a
/// few are open at once. When those are all still waiting, no further one is begun.
/// </summary>
internal sealed class LagProbes(Func<string, CancellationToken, Task<bool>> isFound)
{
    private const int MostOpen = 8;
    private const double Growth = 1.5;

    private static readonly TimeSpan Between = TimeSpan.FromMilliseconds(20), MostBetween = TimeSpan.FromSeconds(1),
        Eager = TimeSpan.FromSeconds(2), Patience = TimeSpan.FromMinutes(10);

    private readonly ConcurrentBag<Task> open = [];
    private int searching, notBegun;

    /// <summary>Seconds from reply to found, in the order they were found; ten minutes for one that was given up.</summary>
    public ConcurrentQueue<double> Seconds { get; } = [];

    /// <summary>Probes that were not searched for, because too many earlier ones were not found yet.</summary>
    public int NotBegun => Volatile.Read(ref notBegun);

    public static LagProbes Through(Api api) => new(async (word, _) => (await api.GetAsync($"messages?limit=1&q={word}"))["items"]!.AsArray().Count > 0);

    /// <summary>Called when the probe's reply came.</summary>
    public void Watch(string word, CancellationToken cancel)
    {
        if (Interlocked.Increment(ref searching) > MostOpen)
        {
            Interlocked.Decrement(ref searching);
            Interlocked.Increment(ref notBegun);
            return;
        }

        open.Add(WatchAsync(word, Stopwatch.GetTimestamp(), cancel));
    }

    public Task AllFoundAsync() => Task.WhenAll(open);

    private async Task WatchAsync(string word, long since, CancellationToken cancel)
    {
        try
        {
            var pause = Between;
            while (Stopwatch.GetElapsedTime(since) < Patience && !await isFound(word, cancel))
            {
                await Task.Delay(pause, cancel);
                pause = Stopwatch.GetElapsedTime(since) < Eager ? Between : pause * Growth < MostBetween ? pause * Growth : MostBetween;
            }

            Seconds.Enqueue(Stopwatch.GetElapsedTime(since).TotalSeconds);
        }
        finally
        {
            Interlocked.Decrement(ref searching);
        }
    }
}
