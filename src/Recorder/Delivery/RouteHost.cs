using Recorder.Smtp;
using Recorder.Smtp.Client;

namespace Recorder.Delivery;

/// <summary>How an attempt at one host ended.</summary>
/// <param name="DataBegun">The message was on its way: from here on nobody else may be tried.</param>
internal sealed record HostAttempt(DeliveryReport Report, bool DataBegun)
{
    /// <summary>Nothing was sent and nobody was refused for good: another host may do better.</summary>
    public bool MayFailOver => !DataBegun && Report.Recipients.All(one => one.Outcome == DeliveryOutcome.TransientFailure);
}

/// <summary>One host of a route with what is known of its health.</summary>
internal sealed class RouteHost(INextHop hop, TimeProvider clock, ILogger log) : IAsyncDisposable
{
    private readonly SemaphoreSlim probing = new(1);

    public INextHop Hop { get; } = hop;
    public HostHealth Health { get; } = new(clock);

    /// <summary>As last greeted, also while it is down: a session that began in the meantime would otherwise send
    /// converted mail once the host is back. Null until it was greeted.</summary>
    public NextHopCapabilities? Capabilities => Hop.Capabilities;

    public async Task<HostAttempt> TryAsync(OutgoingMessage message, Func<CancellationToken, ValueTask>? beforeData, CancellationToken cancel)
    {
        var begun = false;
        var report = await Hop.SendAsync(message, Begin, cancel);
        Learn(report, begun);
        return new HostAttempt(report, begun);

        // A kept session may turn out dead and the message start anew on a fresh one; it has begun only once.
        async ValueTask Begin(CancellationToken token)
        {
            if (!begun && beforeData is not null) await beforeData(token);
            begun = true;
        }
    }

    /// <summary>Greets the host when it is not known to be up and a try is due; one probe at a time.</summary>
    public async Task<bool> ProbeIfDueAsync(CancellationToken cancel)
    {
        if (IsKnownUp) return true;
        if (!Health.IsWorthATry) return false;
        await probing.WaitAsync(cancel);
        try
        {
            // Whoever waited for another's probe takes its result.
            if (IsKnownUp || !Health.IsWorthATry) return IsKnownUp;
            var ready = await Hop.ProbeAsync(cancel);
            Mark(ready);
            return ready;
        }
        finally
        {
            probing.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Hop.DisposeAsync();
        probing.Dispose();
    }

    /// <summary>For whoever cannot be served.</summary>
    public string WhyDown => Hop is NoNextHop ? NoNextHop.Reason : $"{Hop.Endpoint} cannot be reached";

    private bool IsKnownUp => !Health.IsDown && Hop.Capabilities is not null;

    // No word before the data, or 421 (RFC 5321 §3.8), says that nobody is there to talk to. Any other reply is a
    // reply about this message, from a host that is up.
    private void Learn(DeliveryReport report, bool begun)
    {
        if (!begun && report.Recipients.All(SaysNothingOfTheHost)) return;
        var isSilent = !begun && report.Recipients.All(one => one.Outcome == DeliveryOutcome.TransientFailure && one.Reply is null or { Code: 421 });
        Mark(!isSilent);
    }

    // The message, or we ourselves, stood in the way.
    private static bool SaysNothingOfTheHost(RecipientResult one) => one is
        { Outcome: DeliveryOutcome.TransientFailure, Error: DeliveryErrors.EightBitMimeVanished or DeliveryErrors.SmtpUtf8Vanished or DeliveryErrors.SessionsBusy };

    private void Mark(bool reached)
    {
        if (reached && Health.Reached()) Log.HostUp(log, Hop.Endpoint.ToString());
        if (!reached && Health.NotReached() && Hop is not NoNextHop) Log.HostDown(log, Hop.Endpoint.ToString());
    }
}

internal static partial class Log
{
    [LoggerMessage(3201, LogLevel.Warning, "Next hop {NextHop} cannot be reached; mail for it waits at the upstream until it can")]
    public static partial void HostDown(ILogger log, string nextHop);

    [LoggerMessage(3202, LogLevel.Information, "Next hop {NextHop} is back")]
    public static partial void HostUp(ILogger log, string nextHop);
}
