namespace Recorder.Delivery.Outbox;

/// <summary>When the outbox tries again: soon at first, since somebody may wait, then hourly, until it gives up.</summary>
public sealed class Backoff(Random random, TimeSpan giveUpAfter)
{
    /// <summary>No attempt is planned further ahead.</summary>
    public static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(66);

    private static readonly int[] Minutes = [1, 2, 5, 15, 30, 60];
    private readonly Lock gate = new();

    /// <param name="attempt">The one that just failed, from 1.</param>
    /// <returns>null when it is time to give up.</returns>
    public DateTimeOffset? NextAttempt(DateTimeOffset requestedAt, int attempt, DateTimeOffset now)
    {
        if (now - requestedAt >= giveUpAfter) return null;
        double jitter;
        lock (gate) jitter = 0.9 + 0.2 * random.NextDouble();
        return now + TimeSpan.FromMinutes(Minutes[Math.Clamp(attempt, 1, Minutes.Length) - 1]) * jitter;
    }
}
