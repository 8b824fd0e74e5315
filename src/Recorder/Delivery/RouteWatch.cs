namespace Recorder.Delivery;

/// <summary>Greets next hops that are unknown or down, so that what listeners announce is right and a recovery shows within seconds.</summary>
public sealed class RouteWatch(Routes routes, TimeProvider clock, ILogger<RouteWatch> log) : BackgroundService
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1), FirstGreeting = TimeSpan.FromSeconds(2);

    /// <summary>Hosted services start before the listeners: the first EHLO should already know the next hop.</summary>
    public override async Task StartAsync(CancellationToken cancel)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limit.CancelAfter(FirstGreeting);
        try
        {
            await ProbeAsync(limit.Token);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            // A next hop that does not greet now is greeted later; mail waits with 451 until then.
        }
        await base.StartAsync(cancel);
    }

    protected override async Task ExecuteAsync(CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested)
        {
            await Task.Delay(Pause, clock, stopping);
            await ProbeAsync(stopping);
        }
    }

    // Nothing a next hop does may end the watch, and with it the host.
    private async Task ProbeAsync(CancellationToken stopping)
    {
        try
        {
            await routes.ProbeAllAsync(stopping);
        }
        catch (Exception error) when (!stopping.IsCancellationRequested)
        {
            Log.ProbeFailed(log, error);
        }
    }
}

internal static partial class Log
{
    [LoggerMessage(3205, LogLevel.Error, "A next hop could not be asked whether it is there; it is asked again in a second")]
    public static partial void ProbeFailed(ILogger log, Exception error);
}
