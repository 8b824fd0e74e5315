using System.Diagnostics.Metrics;
using Recorder.Completeness.Hours;

namespace Recorder.Completeness;

/// <summary>What is not complete, under the product's meter.</summary>
public sealed class CompletenessMetrics : IDisposable
{
    private readonly Meter meter = new(RecorderMetrics.MeterName);

    public CompletenessMetrics(ICompleteness completeness)
    {
        meter.CreateObservableGauge("recorder.completeness.gaps", () => Kinds(completeness.Report), "{gap}", "Of the last month: records lost or not indexed, and recipients handed over that nobody owes.");
        meter.CreateObservableGauge("recorder.completeness.checked", () => completeness.Report.CheckedAt?.ToUnixTimeSeconds() ?? 0, "s", "When hours and index were last compared; 0 before the first time.");
    }

    public void Dispose() => meter.Dispose();

    private static IEnumerable<Measurement<long>> Kinds(CompletenessReport report) =>
    [
        Of("lost", report.Rows.Sum(row => row.Lost)), Of("not-indexed", report.Rows.Sum(row => row.NotIndexed)), Of("unsettled", report.Rows.Sum(row => row.Count.Unsettled)),
    ];

    private static Measurement<long> Of(string kind, long count) => new(count, new KeyValuePair<string, object?>("kind", kind));
}
