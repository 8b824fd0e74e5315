namespace Recorder.Tests.Simulation;

/// <summary>
/// The time of one life of the process. It moves only when the run moves it: forward through the timers that are due,
/// while the wall clock may be set back on its own. A dead life's clock is never moved again, so its timers never fire.
/// </summary>
internal sealed class SimulatedClock(DateTimeOffset wall) : TimeProvider
{
    private readonly Lock gate = new();
    private readonly PriorityQueue<Timer, (long Due, long Order)> timers = new();
    private DateTimeOffset start = wall;
    private long elapsed;
    private long order;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp()
    {
        lock (gate) return elapsed;
    }

    public override DateTimeOffset GetUtcNow()
    {
        lock (gate) return start.AddTicks(elapsed);
    }

    /// <summary>Somebody sets the wall clock; timers and elapsed time know nothing of it.</summary>
    public void SetWall(TimeSpan by)
    {
        lock (gate) start += by;
    }

    public void Advance(TimeSpan by)
    {
        long target;
        lock (gate) target = elapsed + by.Ticks;
        while (TakeDue(target) is { } timer) timer.Fire();
        lock (gate) elapsed = target;
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new Timer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    private Timer? TakeDue(long target)
    {
        lock (gate)
        {
            while (timers.TryPeek(out var timer, out var at) && at.Due <= target)
            {
                timers.Dequeue();
                // A timer that was changed since stands in the queue a second time.
                if (timer.Due != at.Due || timer.Order != at.Order) continue;
                elapsed = Math.Max(elapsed, at.Due);
                timer.Rearm(at.Due);
                return timer;
            }
            return null;
        }
    }

    private sealed class Timer(SimulatedClock clock, TimerCallback callback, object? state) : ITimer
    {
        private TimeSpan period;

        public long Due { get; private set; } = long.MaxValue;
        public long Order { get; private set; }

        public void Fire() => callback(state);

        public void Rearm(long firedAt)
        {
            if (period <= TimeSpan.Zero) Due = long.MaxValue;
            else Enter(firedAt + period.Ticks);
        }

        public bool Change(TimeSpan dueTime, TimeSpan newPeriod)
        {
            lock (clock.gate)
            {
                period = newPeriod;
                if (dueTime < TimeSpan.Zero) Due = long.MaxValue;
                else Enter(clock.elapsed + dueTime.Ticks);
                return true;
            }
        }

        public void Dispose()
        {
            lock (clock.gate) Due = long.MaxValue;
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }

        private void Enter(long due)
        {
            (Due, Order) = (due, clock.order++);
            clock.timers.Enqueue(this, (Due, Order));
        }
    }
}
