using System.Globalization;
using System.Text.Json.Nodes;
using Recorder.SystemTests.Peers;

namespace Recorder.Benchmarks.Load;

/// <summary>What a running Recorder says of itself.</summary>
internal sealed class Meters(RecorderProcess recorder) : IDisposable
{
    // Prometheus' exporter answers from its last collection for 300 ms.
    private static readonly TimeSpan ExporterCache = TimeSpan.FromMilliseconds(350);

    private readonly HttpClient client = new() { Timeout = TimeSpan.FromSeconds(10) };

    /// <summary>The sum over all labels of one metric, now.</summary>
    public async Task<double> ReadAsync(string name, CancellationToken cancel)
    {
        await Task.Delay(ExporterCache, cancel);
        return (await ReadAllAsync(cancel)).GetValueOrDefault(name);
    }

    /// <summary>Every metric with its sum over all labels, up to 300 ms old.</summary>
    public async Task<Dictionary<string, double>> ReadAllAsync(CancellationToken cancel)
    {
        var text = await client.GetStringAsync(new Uri(recorder.Web, "/metrics"), cancel);
        return text.Split('\n').Where(line => line.Length > 0 && line[0] != '#').GroupBy(line => line.Split('{', ' ')[0])
            .ToDictionary(lines => lines.Key, lines => lines.Sum(Value));
    }

    /// <summary>Waits until everything recorded is findable.</summary>
    public Task UntilIndexedAsync(CancellationToken cancel) => Machine.UntilAsync("the index to be at the end of the log", async () =>
    {
        var health = JsonNode.Parse(await client.GetStringAsync(new Uri(recorder.Web, "/healthz"), cancel))!;
        return health["indexLag"]!.GetValue<long>() == 0;
    }, timeoutSeconds: 600);

    public void Dispose() => client.Dispose();

    // name{labels} value [timestamp] [# exemplar]; labels here hold no spaces outside of quotes that matter to the last brace.
    private static double Value(string line) =>
        double.TryParse(line[(line.LastIndexOf('}') is var brace and >= 0 ? brace + 1 : line.IndexOf(' ', StringComparison.Ordinal))..].Trim().Split(' ')[0], NumberStyles.Float, CultureInfo.InvariantCulture, out var value) ? value : 0;
}
