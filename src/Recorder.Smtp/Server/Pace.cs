namespace Recorder.Smtp.Server;

/// <summary>
/// How long a peer may keep us waiting in all. A deadline for each step alone would let a few bytes at a time hold a
/// session for ever; time that we take ourselves does not count.
/// </summary>
/// <param name="bytesPerSecond">Each byte that came earns its share of a second; 0: none does.</param>
internal sealed class Pace(Wire wire, TimeSpan allowance, int bytesPerSecond = 0)
{
    private TimeSpan waited;
    private long bytes;

    public void Restart() => (waited, bytes) = (TimeSpan.Zero, 0);

    /// <summary>For the next wait.</summary>
    /// <param name="step">The limit of that wait alone.</param>
    public Deadline Next(TimeSpan step)
    {
        var left = allowance + Earned - waited;
        return wire.In(left < step ? left : step);
    }

    /// <param name="deadline">As <see cref="Next"/> gave it: the wait is over.</param>
    public void Waited(Deadline deadline) => waited += wire.Since(deadline);

    public void Took(long byteCount) => bytes += byteCount;

    private TimeSpan Earned => bytesPerSecond == 0 ? TimeSpan.Zero : TimeSpan.FromSeconds((double)bytes / bytesPerSecond);
}
