namespace Recorder.Smtp.Server;

/// <summary>How long something may take, from its start.</summary>
internal readonly record struct Deadline(long Start, TimeSpan Limit);

/// <summary>
/// Everything that may cut a wait short: a deadline, the shutdown, the abort. It only ever wakes the waiter, who
/// then asks <see cref="Check"/>; so an early or a late wake does no harm.
/// </summary>
internal sealed class Patience : IDisposable
{
    private readonly TimeProvider time;
    private readonly TimeSpan shutdownGrace;
    private readonly CancellationToken shutdown;
    private readonly CancellationToken abort;
    private readonly ITimer alarm;
    private readonly CancellationTokenRegistration onShutdown;
    private readonly CancellationTokenRegistration onAbort;
    private Deadline? grace;

    /// <param name="wakeReader">Ends a pending read.</param>
    /// <param name="wakeAll">Ends a pending read and a pending flush.</param>
    public Patience(TimeProvider time, TimeSpan shutdownGrace, CancellationToken shutdown, CancellationToken abort, Action wakeReader, Action wakeAll)
    {
        (this.time, this.shutdownGrace, this.shutdown, this.abort) = (time, shutdownGrace, shutdown, abort);
        alarm = time.CreateTimer(_ => wakeAll(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        onShutdown = shutdown.Register(wakeReader);
        onAbort = abort.Register(wakeAll);
    }

    public Deadline In(TimeSpan limit) => new(time.GetTimestamp(), limit);

    public TimeSpan Since(Deadline deadline) => time.GetElapsedTime(deadline.Start);

    public bool Aborted => abort.IsCancellationRequested;

    public bool Expired(Deadline deadline) => Left(deadline) <= TimeSpan.Zero;

    /// <summary>Nothing may be waited for any more, or not for this.</summary>
    public bool IsOver(Deadline deadline) => Aborted || Expired(deadline) || (grace is { } last && Expired(last));

    /// <summary>Wakes the waiter at the deadline, or when the shutdown's grace ends.</summary>
    public void Arm(Deadline deadline)
    {
        var left = Left(deadline);
        if (grace is { } last && Left(last) < left) left = Left(last);
        alarm.Change(left > TimeSpan.Zero ? left : TimeSpan.Zero, Timeout.InfiniteTimeSpan);
    }

    public void Disarm() => alarm.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);

    /// <param name="interruptible">At a command boundary; a message that is arriving has the grace.</param>
    /// <exception cref="SessionEndedException">The wait is over.</exception>
    public void Check(Deadline deadline, bool interruptible)
    {
        if (abort.IsCancellationRequested) throw new SessionEndedException(SmtpSessionEnd.Aborted);
        if (shutdown.IsCancellationRequested)
        {
            grace ??= In(shutdownGrace);
            if (interruptible || Expired(grace.Value)) throw new SessionEndedException(SmtpSessionEnd.ShuttingDown, Replies.ShuttingDown);
        }
        if (Expired(deadline)) throw new SessionEndedException(SmtpSessionEnd.TimedOut, Replies.TimedOut);
    }

    public void Dispose()
    {
        onShutdown.Dispose();
        onAbort.Dispose();
        alarm.Dispose();
    }

    private TimeSpan Left(Deadline deadline) => deadline.Limit - time.GetElapsedTime(deadline.Start);
}
