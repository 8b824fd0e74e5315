using Recorder.Archive;

namespace Recorder.Completeness;

/// <summary>One delivery of one recipient as Postfix logged it.</summary>
/// <param name="QueueId">Postfix's own, short or long.</param>
/// <param name="Recipient">The RCPT that it sent: <c>to=</c>, never <c>orig_to=</c>.</param>
/// <param name="Relay">Whom it was sent to: <c>127.0.0.1[127.0.0.1]:2525</c>.</param>
/// <param name="Status">sent, deferred, bounced …</param>
/// <param name="Record">The id in our reply; null where the reply has none.</param>
public sealed record HandOver(DateTimeOffset At, string QueueId, string Recipient, string Relay, string Status, RecordId? Record)
{
    /// <summary>We took it over: Postfix has forgotten the recipient.</summary>
    public bool IsSent => Status == "sent";
}
