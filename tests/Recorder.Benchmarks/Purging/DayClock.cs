namespace Recorder.Benchmarks.Purging;

/// <summary>Real time, moved on by whole days: the days of a year go by while the clock that measures stays true.</summary>
internal sealed class DayClock(DateTimeOffset start) : TimeProvider
{
    private readonly long began = System.GetTimestamp();
    private TimeSpan moved;

    public void Advance(TimeSpan by) => moved += by;

    public override DateTimeOffset GetUtcNow() => start + moved + System.GetElapsedTime(began);
}
