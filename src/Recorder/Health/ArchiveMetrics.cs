using Recorder.Archive;
using Recorder.Indexing;

namespace Recorder.Health;

/// <summary>The archive's own counters under the product's meter.</summary>
public sealed class ArchiveMetrics : IDisposable
{
    private readonly System.Diagnostics.Metrics.Meter meter = new(RecorderMetrics.MeterName);

    public ArchiveMetrics(MailArchive archive, IndexFollower index, IndexCare care)
    {
        meter.CreateObservableCounter("recorder.archive.fsyncs", () => archive.Status.Syncs, "{fsync}", "Batches made durable, each by one fsync.");
        meter.CreateObservableCounter("recorder.archive.entries", () => archive.Status.Entries, "{entry}", "Entries appended.");
        meter.CreateObservableCounter("recorder.archive.bytes", () => archive.Status.Bytes, "By", "Bytes of batches written.");
        meter.CreateObservableCounter("recorder.archive.failed_batches", () => archive.Status.FailedBatches, "{batch}", "Batches that could not be made durable.");
        meter.CreateObservableGauge("recorder.archive.unsealed_files", () => archive.Status.RetiredFiles, "{file}", "Retired files that wait for sealing.");
        meter.CreateObservableGauge("recorder.index.lag", () => Math.Max(0, archive.DurableSequence - index.Status.Through), "{entry}", "Entries of the log that are not findable yet.");
        meter.CreateObservableGauge("recorder.index.gap", () => care.Status.GapEntries, "{entry}", "Entries of the log in partitions of the mail index that are being made anew.");
        meter.CreateObservableGauge("recorder.index.missing", () => care.Status.Missing, "{record}", "Records that the last comparison of log and index found nowhere and could not index again.");
        meter.CreateObservableGauge("recorder.index.compared", () => care.Status.Last?.At.ToUnixTimeSeconds() ?? 0, "s", "When log and index were last compared; 0 before the first time.");
    }

    public void Dispose() => meter.Dispose();
}
