namespace Recorder.Indexing;

/// <summary>Documents a second over the last busy second or more.</summary>
internal sealed class Meter(TimeProvider time)
{
    private static readonly TimeSpan Span = TimeSpan.FromSeconds(1);
    private readonly Lock gate = new();
    private long since = time.GetTimestamp();
    private long count;
    private double rate;

    public void Add(int documents)
    {
        lock (gate)
        {
            count += documents;
            Turn();
        }
    }

    public double PerSecond
    {
        get
        {
            lock (gate)
            {
                Turn();
                return rate;
            }
        }
    }

    private void Turn()
    {
        var elapsed = time.GetElapsedTime(since);
        if (elapsed >= Span)
        {
            (rate, count, since) = (count / elapsed.TotalSeconds, 0, time.GetTimestamp());
        }
    }
}
