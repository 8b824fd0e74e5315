using Recorder.Smtp;

namespace Recorder.Delivery;

/// <summary>Stands where no next hop is configured: nothing leaves, and everybody who asks is told why.</summary>
internal sealed class NoNextHop(SmtpProtocol protocol) : INextHop
{
    public const string Reason = "no next hop is configured; set Recorder:NextHop:Host";

    public NextHopEndpoint Endpoint { get; } = new("none", 0, protocol);

    public NextHopCapabilities? Capabilities => null;

    public Task<DeliveryReport> SendAsync(OutgoingMessage message, Func<CancellationToken, ValueTask>? beforeData, CancellationToken cancel) =>
        Task.FromResult(new DeliveryReport(Endpoint,
            [.. message.Envelope.Recipients.Select(recipient => new RecipientResult(recipient, DeliveryOutcome.TransientFailure, null, Reason))]));

    public Task<bool> ProbeAsync(CancellationToken cancel) => Task.FromResult(false);

    public ValueTask DisposeAsync() => default;
}
