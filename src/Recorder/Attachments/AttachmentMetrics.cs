using System.Diagnostics.Metrics;

namespace Recorder.Attachments;

/// <summary>The reading of attachments in numbers.</summary>
public sealed class AttachmentMetrics : IDisposable
{
    private readonly Meter meter = new(RecorderMetrics.MeterName);

    public AttachmentMetrics(AttachmentFollower follower)
    {
        meter.CreateObservableGauge("recorder.attachments.waiting", () => follower.Status.Waiting, "{message}", "Messages whose attachments are not read yet.");
        meter.CreateObservableCounter("recorder.attachments.messages", () => follower.Status.Messages, "{message}", "Messages whose attachments were read.");
        meter.CreateObservableCounter("recorder.attachments.files", () => follower.Status.Files, "{file}", "Attachments read.");
        meter.CreateObservableCounter("recorder.attachments.bytes", () => follower.Status.Bytes, "By", "Bytes of these.");
        meter.CreateObservableCounter("recorder.attachments.processes", () => follower.Status.Processes, "{process}", "Processes started to read them.");
        meter.CreateObservableCounter("recorder.attachments.gaps", () => Gaps(follower.Status), "{message}", "Messages whose attachments were not read to the end, by why.");
    }

    public void Dispose() => meter.Dispose();

    private static IEnumerable<Measurement<long>> Gaps(AttachmentStatus status) =>
    [
        Of(status.Encrypted, "encrypted"), Of(status.Unreadable, "unreadable"), Of(status.Cut, "cut"), Of(status.TooCostly, "too-costly"),
    ];

    private static Measurement<long> Of(long count, string why) => new(count, new KeyValuePair<string, object?>("why", why));
}
