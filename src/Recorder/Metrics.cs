using System.Diagnostics.Metrics;
using Recorder.Flow;

namespace Recorder;

/// <summary>What is counted, under the meter <c>Recorder</c>. Names are stable: dashboards stand on them.</summary>
public sealed class RecorderMetrics : IDisposable
{
    public const string MeterName = "Recorder";

    private readonly Meter meter = new(MeterName);
    private readonly Counter<long> received, bytes, recorded, unrecorded, recipients, dispatches, asked;
    private readonly Histogram<double> askedSeconds;
    private Func<int> outboxDepth = () => 0;
    private Func<TimeSpan> outboxOldest = () => TimeSpan.Zero;

    public RecorderMetrics()
    {
        received = meter.CreateCounter<long>("recorder.messages.received", "{message}", "Messages whose data arrived whole.");
        bytes = meter.CreateCounter<long>("recorder.messages.received.bytes", "By", "Bytes of these messages.");
        recorded = meter.CreateCounter<long>("recorder.messages.recorded", "{message}", "Messages made durable.");
        unrecorded = meter.CreateCounter<long>("recorder.messages.unrecorded", "{message}", "Messages passed on without a record: no recipient was ours, or recorded before.");
        recipients = meter.CreateCounter<long>("recorder.recipients.settled", "{recipient}", "Recipients by how they ended.");
        dispatches = meter.CreateCounter<long>("recorder.dispatches", "{attempt}", "Attempts of the outbox by kind and outcome.");
        asked = meter.CreateCounter<long>("recorder.screening.asked", "{message}", "Messages by the filter they were meant for and what came of it: answered, failed, too-large.");
        askedSeconds = meter.CreateHistogram<double>("recorder.screening.seconds", "s", "How long a filter took, waiting for a free place included.");
        meter.CreateObservableGauge("recorder.outbox.depth", () => outboxDepth(), "{dispatch}", "Deliveries that we owe.");
        meter.CreateObservableGauge("recorder.outbox.oldest", () => outboxOldest().TotalSeconds, "s", "How long the oldest of them has waited.");
    }

    public void Received(string listener, long sizeBytes)
    {
        var tag = new KeyValuePair<string, object?>("listener", listener);
        received.Add(1, tag);
        bytes.Add(sizeBytes, tag);
    }

    public void Recorded() => recorded.Add(1);

    public void PassedUnrecorded(string why) => unrecorded.Add(1, new KeyValuePair<string, object?>("why", why));

    public void Settled(SettlementKind kind) => recipients.Add(1, new KeyValuePair<string, object?>("outcome", kind.ToString()));

    public void Dispatched(string kind, string outcome) =>
        dispatches.Add(1, new KeyValuePair<string, object?>("kind", kind), new KeyValuePair<string, object?>("outcome", outcome));

    /// <param name="outcome">answered, failed or too-large.</param>
    public void Screened(string source, string outcome, TimeSpan took)
    {
        var tag = new KeyValuePair<string, object?>("source", source);
        asked.Add(1, tag, new KeyValuePair<string, object?>("outcome", outcome));
        if (took > TimeSpan.Zero) askedSeconds.Record(took.TotalSeconds, tag);
    }

    public void WatchOutbox(Func<int> depth, Func<TimeSpan> oldest) => (outboxDepth, outboxOldest) = (depth, oldest);

    public void WatchIntake(Func<int> openSessions, Func<long> diskFreeBytes)
    {
        meter.CreateObservableGauge("recorder.sessions", openSessions, "{session}", "Open SMTP and LMTP connections.");
        meter.CreateObservableGauge("recorder.disk.free", diskFreeBytes, "By", "Bytes free where the log is.");
    }

    public void Dispose() => meter.Dispose();
}
