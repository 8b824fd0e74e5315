using System.Collections.Concurrent;
using System.Text;
using Recorder.Smtp;

namespace Recorder.Tests.Fakes;

/// <summary>What a next hop was given.</summary>
internal sealed record Taken(Envelope Envelope, string Fields, byte[] Content, XForwardFacts? Client)
{
    public string Text => Encoding.UTF8.GetString(Content);
    public IEnumerable<string> Recipients => Envelope.Recipients.Select(one => one.Address);
    public byte[] Bytes => [.. Encoding.UTF8.GetBytes(Fields), .. Content];
}

/// <summary>A next hop without a wire: answers each recipient as the test says, and keeps what it accepted.</summary>
internal sealed class FakeHop(string host = "hop.test") : INextHop
{
    public static readonly NextHopCapabilities Everything = new(0, true, true, true, true, true, true);

    public ConcurrentQueue<Taken> Tried { get; } = [];

    /// <summary>The outcome of one recipient; <c>250 2.0.0 kept</c> by default.</summary>
    public Func<string, RecipientResult> Answer { get; set; } = _ => Said(DeliveryOutcome.Accepted, 250, "2.0.0", "kept");

    /// <summary>No connection can be made.</summary>
    public bool IsUnreachable { get; set; }

    /// <summary>Awaited when the message is on its way.</summary>
    public Func<CancellationToken, Task> During { get; set; } = _ => Task.CompletedTask;

    /// <summary>Recipients of one transaction; the others get 452.</summary>
    public int RecipientLimit { get; set; } = int.MaxValue;

    /// <summary>What a probe throws, as no next hop should.</summary>
    public Exception? ProbeFailure { get; set; }

    public int Probes { get; private set; }
    public NextHopEndpoint Endpoint { get; } = new(host, 25, SmtpProtocol.Lmtp);
    public NextHopCapabilities? Capabilities { get; set; } = Everything;

    /// <summary>Copies that at least one recipient was accepted for.</summary>
    public IEnumerable<Taken> Kept => Tried.Where(taken => taken.Recipients.Any(one => Answer(one).Outcome == DeliveryOutcome.Accepted));

    public static RecipientResult Said(DeliveryOutcome outcome, int code, string enhanced, string text) =>
        new(new EnvelopeRecipient(""), outcome, new SmtpReply(code, enhanced, text));

    public static RecipientResult Deferred => Said(DeliveryOutcome.TransientFailure, 450, "4.2.1", "mailbox busy");
    public static RecipientResult Refused => Said(DeliveryOutcome.PermanentFailure, 550, "5.1.1", "no such user");
    public static RecipientResult Lost => new(new EnvelopeRecipient(""), DeliveryOutcome.Unknown, null, "connection lost");

    public async Task<DeliveryReport> SendAsync(OutgoingMessage message, Func<CancellationToken, ValueTask>? beforeData, CancellationToken cancel)
    {
        if (IsUnreachable) return Report(message, _ => new RecipientResult(new EnvelopeRecipient(""), DeliveryOutcome.TransientFailure, null, "connection refused"));
        if (message.Envelope.Recipients.Any(one => Answer(one.Address).Outcome is DeliveryOutcome.Accepted or DeliveryOutcome.Unknown))
        {
            if (beforeData is not null) await beforeData(cancel);
            await During(cancel);
        }
        using var stream = message.Content.OpenRead();
        var bytes = new MemoryStream();
        await stream.CopyToAsync(bytes, cancel);
        Tried.Enqueue(new Taken(message.Envelope, Encoding.UTF8.GetString(message.TraceFields.Span), bytes.ToArray(), message.ClientFacts));
        return Report(message, one => Answer(one.Address));
    }

    /// <summary>A probe ends when this does; at once where null.</summary>
    public TaskCompletionSource? Greeting { get; set; }

    public async Task<bool> ProbeAsync(CancellationToken cancel)
    {
        Probes++;
        if (ProbeFailure is { } failure) throw failure;
        if (Greeting is { } greeting) await greeting.Task.WaitAsync(cancel);
        return !IsUnreachable;
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private DeliveryReport Report(OutgoingMessage message, Func<EnvelopeRecipient, RecipientResult> answer) =>
        new(Endpoint, [.. message.Envelope.Recipients.Select((one, index) => (index < RecipientLimit ? answer(one) : TooMany) with { Recipient = one })]);

    private static RecipientResult TooMany => Said(DeliveryOutcome.TransientFailure, 452, "4.5.3", "too many recipients");
}
