using Recorder.Smtp;

namespace Recorder.Delivery;

/// <summary>The hosts that take one set of domains, tried in order. A host that is down is left out until it is due again.</summary>
public sealed class Route : IAsyncDisposable
{
    private readonly IReadOnlyList<RouteHost> hosts;

    /// <param name="nextHops">At least one; the first that can be reached takes the mail.</param>
    public Route(IReadOnlyList<INextHop> nextHops, TimeProvider clock, ILogger<Route> log)
    {
        ArgumentOutOfRangeException.ThrowIfZero(nextHops.Count);
        hosts = [.. nextHops.Select(hop => new RouteHost(hop, clock, log))];
    }

    /// <summary>Where it leads, for people.</summary>
    public string Destination => string.Join(", ", hosts.Select(host => host.Hop.Endpoint));

    /// <summary>Nothing is configured to take its mail.</summary>
    public bool IsNone => hosts.All(host => host.Hop is NoNextHop);

    /// <summary>No host of the route answered when last tried.</summary>
    public bool IsDown => hosts.All(host => host.Health.IsDown);

    /// <summary>What every host offers that was ever greeted; null while none was.</summary>
    public NextHopCapabilities? Capabilities => hosts.Select(host => host.Capabilities).OfType<NextHopCapabilities>()
        .Aggregate((NextHopCapabilities?)null, (all, one) => all is null ? one : Common(all, one));

    /// <summary>True when a host is up, after greeting those that are due.</summary>
    public async Task<bool> ProbeAsync(CancellationToken cancel)
    {
        foreach (var host in hosts)
        {
            if (await host.ProbeIfDueAsync(cancel)) return true;
        }
        return false;
    }

    /// <summary>Greets every host that is due, so that what is announced upstream stays true.</summary>
    public Task ProbeAllAsync(CancellationToken cancel) => Task.WhenAll(hosts.Select(host => host.ProbeIfDueAsync(cancel)));

    /// <summary>Sends to the first host that takes it. Recipients beyond the host's own limit follow in further transactions.</summary>
    /// <param name="beforeData">As of <see cref="INextHop.SendAsync"/>; called once for each transaction that gets so far.</param>
    public async Task<DeliveryReport> SendAsync(OutgoingMessage message, Func<CancellationToken, ValueTask>? beforeData, CancellationToken cancel)
    {
        var report = await SendOnceAsync(message, beforeData, cancel);
        var (sent, rest) = (message.Envelope.Recipients.Count, BeyondLimit(report));
        // Each round must decide somebody, or the "limit" is no limit.
        while (rest.Count > 0 && rest.Count < sent && !cancel.IsCancellationRequested)
        {
            var next = await SendRestAsync(message, rest, beforeData, cancel);
            if (next is null) break;
            (report, sent, rest) = (Merge(report, next), rest.Count, BeyondLimit(next));
        }
        return report;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var host in hosts) await host.DisposeAsync();
    }

    /// <summary>What can be announced when either of two next hops may take the message.</summary>
    internal static NextHopCapabilities Common(NextHopCapabilities one, NextHopCapabilities other) => new(
        one.MaxMessageBytes == 0 ? other.MaxMessageBytes : other.MaxMessageBytes == 0 ? one.MaxMessageBytes : Math.Min(one.MaxMessageBytes, other.MaxMessageBytes),
        one.EightBitMime && other.EightBitMime, one.SmtpUtf8 && other.SmtpUtf8, one.Dsn && other.Dsn,
        one.Chunking && other.Chunking, one.Pipelining && other.Pipelining, one.XForward && other.XForward);

    private async Task<DeliveryReport> SendOnceAsync(OutgoingMessage message, Func<CancellationToken, ValueTask>? beforeData, CancellationToken cancel)
    {
        DeliveryReport? last = null;
        foreach (var host in hosts.Where(host => host.Health.IsWorthATry))
        {
            var attempt = await host.TryAsync(message, beforeData, cancel);
            if (!attempt.MayFailOver) return attempt.Report;
            last = attempt.Report;
        }
        return last ?? Failed(message, hosts[0].WhyDown);
    }

    /// <returns>null when there was no time left: those before must keep their outcome.</returns>
    private async Task<DeliveryReport?> SendRestAsync(
        OutgoingMessage message, List<EnvelopeRecipient> rest, Func<CancellationToken, ValueTask>? beforeData, CancellationToken cancel)
    {
        try
        {
            return await SendOnceAsync(message with { Envelope = message.Envelope with { Recipients = rest } }, beforeData, cancel);
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            return null;
        }
    }

    private static List<EnvelopeRecipient> BeyondLimit(DeliveryReport report) =>
        [.. report.Recipients.Where(IsBeyondLimit).Select(one => one.Recipient)];

    // RFC 5321 §4.5.3.1.10: 452 at RCPT says "no more in this transaction"; X.5.3 is its enhanced code (RFC 3463 §3.6).
    private static bool IsBeyondLimit(RecipientResult one) =>
        one is { Outcome: DeliveryOutcome.TransientFailure, Reply: { Code: 452, EnhancedCode: "4.5.3" or "" } };

    // Those who were asked again, in the same order, get the later word.
    private static DeliveryReport Merge(DeliveryReport all, DeliveryReport later)
    {
        var next = 0;
        return all with { Recipients = [.. all.Recipients.Select(one => IsBeyondLimit(one) ? later.Recipients[next++] : one)] };
    }

    /// <summary>Nothing was sent to anybody; try again.</summary>
    internal DeliveryReport Failed(OutgoingMessage message, string reason) => new(hosts[0].Hop.Endpoint,
        [.. message.Envelope.Recipients.Select(recipient => new RecipientResult(recipient, DeliveryOutcome.TransientFailure, null, reason))]);
}
