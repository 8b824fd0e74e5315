using System.Collections.Concurrent;
using System.Diagnostics;
using Recorder.Benchmarks.Compare;

namespace Recorder.Benchmarks.Pages;

/// <summary>What each kind of page took, from the moment it was meant to be asked for to its last byte, and what went wrong.</summary>
internal sealed class PageTimes
{
    private readonly ConcurrentDictionary<string, ConcurrentQueue<double>> milliseconds = [];
    private readonly ConcurrentDictionary<string, int> troubles = [];

    public bool HasTroubles => !troubles.IsEmpty;

    /// <summary>Forgets what was taken to warm up.</summary>
    public void Clear() => milliseconds.Clear();

    /// <param name="meant">When it should have been asked for.</param>
    public async Task TakeAsync(string kind, long meant, Func<Task> ask, CancellationToken cancel)
    {
        try
        {
            await ask();
            milliseconds.GetOrAdd(kind, _ => []).Enqueue(Stopwatch.GetElapsedTime(meant).TotalMilliseconds);
        }
        catch (Exception error) when (error is HttpRequestException or InvalidOperationException || (error is OperationCanceledException && !cancel.IsCancellationRequested))
        {
            troubles.AddOrUpdate($"{kind}: {error.Message}", 1, (_, count) => count + 1);
        }
    }

    public IEnumerable<string> Lines(double mustMilliseconds)
    {
        yield return "| page | p50 | p95 | p99 | longest | asked for |";
        yield return "|---|---|---|---|---|---|";
        foreach (var (kind, times) in milliseconds.OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            yield return Line(kind, [.. times.Order()]);
        }

        IReadOnlyList<double> all = [.. milliseconds.Values.SelectMany(times => times).Order()];
        yield return Line("all together", all);
        yield return $"p99 of all {Number.Text(Number.Percentile(all, 99))} ms: {(Number.Percentile(all, 99) <= mustMilliseconds ? "within" : "OVER")} {Number.Text(mustMilliseconds)} ms";
        foreach (var (trouble, times) in troubles) yield return $"TROUBLE {times} x {trouble}";
    }

    private static string Line(string kind, IReadOnlyList<double> sorted) =>
        $"| {kind} | {string.Join(" | ", new double[] { 50, 95, 99, 100 }.Select(percent => $"{Number.Text(Number.Percentile(sorted, percent))} ms"))} | {sorted.Count} |";
}
