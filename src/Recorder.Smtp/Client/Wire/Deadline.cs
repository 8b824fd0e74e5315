namespace Recorder.Smtp.Client;

/// <summary>
/// The time left for an attempt. Each step narrows it; no step outlives it. It keeps apart who gave up:
/// the clock (<see cref="HasTimedOut"/>) or the caller.
/// </summary>
internal sealed class Deadline : IDisposable
{
    private readonly TimeProvider _time;
    private readonly TimeSpan _total;
    private readonly long _started;
    private readonly CancellationTokenSource _source;
    private readonly CancellationTokenRegistration _registration;

    public Deadline(TimeProvider time, TimeSpan total, CancellationToken caller)
    {
        _time = time;
        _total = total < TimeSpan.Zero ? TimeSpan.Zero : total;
        _started = time.GetTimestamp();
        Caller = caller;
        _source = new CancellationTokenSource(_total, time);
        _registration = caller.UnsafeRegister(static source => ((CancellationTokenSource)source!).Cancel(), _source);
    }

    public CancellationToken Caller { get; }

    public CancellationToken Token => _source.Token;

    public bool HasTimedOut => _source.IsCancellationRequested && !Caller.IsCancellationRequested;

    public TimeSpan Remaining => Max(TimeSpan.Zero, _total - _time.GetElapsedTime(_started));

    /// <summary>From now on, at most this long until the next call.</summary>
    public void Allow(TimeSpan step) => _source.CancelAfter(Min(step, Remaining));

    /// <summary>A deadline of its own inside this one, so that its running out does not end this one.</summary>
    public Deadline Fork(TimeSpan? limit = null) => new(_time, Min(limit ?? Remaining, Remaining), Caller);

    public void Dispose()
    {
        _registration.Dispose();
        _source.Dispose();
    }

    private static TimeSpan Min(TimeSpan a, TimeSpan b) => a < b ? a : b;

    private static TimeSpan Max(TimeSpan a, TimeSpan b) => a > b ? a : b;
}
