namespace Recorder.Delivery;

/// <summary>What is known of one host: up until it cannot be reached, then tried again after 1, 2, 4, then every 5 seconds.</summary>
internal sealed class HostHealth(TimeProvider clock)
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(1), LongestPause = TimeSpan.FromSeconds(5);
    private readonly Lock gate = new();
    private int failures;
    private long failedAt;
    private TimeSpan pause;

    public bool IsDown
    {
        get { lock (gate) return failures > 0; }
    }

    /// <summary>Up, or down for long enough to be worth a try.</summary>
    public bool IsWorthATry
    {
        get { lock (gate) return failures == 0 || clock.GetElapsedTime(failedAt) >= pause; }
    }

    /// <returns>True when this changed something.</returns>
    public bool Reached()
    {
        lock (gate)
        {
            var wasDown = failures > 0;
            failures = 0;
            return wasDown;
        }
    }

    /// <returns>True when this changed something.</returns>
    public bool NotReached()
    {
        lock (gate)
        {
            pause = TimeSpan.FromTicks(Math.Min(LongestPause.Ticks, FirstPause.Ticks << Math.Min(failures, 10)));
            failedAt = clock.GetTimestamp();
            return ++failures == 1;
        }
    }
}
