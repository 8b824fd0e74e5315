namespace Recorder.Smtp.Client;

/// <summary>
/// Delivers to one next hop over sessions that are kept open between messages. Safe for concurrent use.
/// </summary>
/// <remarks>
/// What the peer or the network does is in the report. <see cref="SendAsync"/> throws only for what happens on our
/// side: the caller cancelled before the message could be complete at the peer, <c>beforeData</c> threw, or the
/// stored content could not be read. In each of these cases this attempt delivered nothing to anybody.
/// BDAT is used wherever the next hop offers CHUNKING, because it keeps every byte; DATA adds a CRLF to a message
/// that does not end in one.
/// </remarks>
public sealed class NextHopPool : INextHop
{
    private readonly NextHopOptions _options;
    private readonly TimeProvider _time;
    private readonly SessionOpener _opener;
    private readonly IdleSessions _idle;
    private readonly SemaphoreSlim _free;
    private readonly ITimer _sweep;
    private volatile NextHopCapabilities? _capabilities;
    private volatile bool _isDisposed;

    /// <param name="connect">Opens the connection instead of a socket to the endpoint's host and port; for tests.</param>
    public NextHopPool(
        NextHopEndpoint endpoint, NextHopOptions options, TimeProvider time,
        Func<CancellationToken, ValueTask<Stream>>? connect = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(options.MaxSessions, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.MaxTransactionsPerSession, 1);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(options.IdleTimeout, TimeSpan.Zero);
        Endpoint = endpoint;
        _options = options;
        _time = time;
        _opener = new SessionOpener(endpoint, options, new HopConnector(endpoint, options, connect));
        _idle = new IdleSessions(time, options.IdleTimeout);
        _free = new SemaphoreSlim(options.MaxSessions, options.MaxSessions);
        _sweep = time.CreateTimer(static pool => ((NextHopPool)pool!).Quit(((NextHopPool)pool)._idle.TakeExpired()),
            this, options.IdleTimeout, options.IdleTimeout / 2);
    }

    public NextHopEndpoint Endpoint { get; }

    public NextHopCapabilities? Capabilities => _capabilities;

    /// <inheritdoc/>
    public async Task<DeliveryReport> SendAsync(
        OutgoingMessage message, Func<CancellationToken, ValueTask>? beforeData, CancellationToken cancel)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        if (message.Envelope.Recipients.Count == 0) throw new ArgumentException("A message goes to somebody.", nameof(message));

        using var deadline = new Deadline(_time, _options.AttemptTimeout, cancel);
        var outcomes = new Outcomes(message.Envelope.Recipients);
        try
        {
            await UseSlotAsync(deadline, () => DeliverAsync(message, beforeData, outcomes, deadline)).ConfigureAwait(false);
        }
        catch (SessionLostException lost)
        {
            outcomes.SettleOpen(DeliveryOutcome.TransientFailure, lost.Reply, lost.Message);
        }
        return new DeliveryReport(Endpoint, outcomes.ToList());
    }

    /// <inheritdoc/>
    public async Task<bool> ProbeAsync(CancellationToken cancel)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        using var deadline = new Deadline(_time, _options.ProbeTimeout, cancel);
        try
        {
            await UseSlotAsync(deadline, async () =>
            {
                var session = await TakeAliveAsync(TimeSpan.Zero, deadline).ConfigureAwait(false) ?? await OpenAsync(deadline).ConfigureAwait(false);
                Return(session);
            }).ConfigureAwait(false);
            return true;
        }
        catch (SessionLostException)
        {
            return false;
        }
    }

    /// <summary>Closes unused sessions with QUIT. Those in use are closed when their message is done.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_isDisposed) return;
        _isDisposed = true;
        await _sweep.DisposeAsync().ConfigureAwait(false);
        await Task.WhenAll(_idle.Close().Select(session => session.QuitAsync(_time))).ConfigureAwait(false);
    }

    private async Task DeliverAsync(
        OutgoingMessage message, Func<CancellationToken, ValueTask>? beforeData, Outcomes outcomes, Deadline deadline)
    {
        var kept = await TakeSuitableAsync(message, deadline).ConfigureAwait(false);
        // The peer may have closed a kept session just now. Nothing was accepted then, so nobody need know.
        if (kept is not null && await TryTransactionAsync(kept, message, beforeData, outcomes, mayRetry: true, deadline).ConfigureAwait(false)) return;
        var fresh = await OpenAsync(deadline).ConfigureAwait(false);
        await TryTransactionAsync(fresh, message, beforeData, outcomes, mayRetry: false, deadline).ConfigureAwait(false);
    }

    /// <returns>False where the session was dead from the start, <paramref name="mayRetry"/>, and no outcome was settled for it.</returns>
    private async Task<bool> TryTransactionAsync(
        NextHopSession session, OutgoingMessage message, Func<CancellationToken, ValueTask>? beforeData,
        Outcomes outcomes, bool mayRetry, Deadline deadline)
    {
        using var own = deadline.Fork();
        try
        {
            await Preflight.CheckAsync(message, session.Features, outcomes, deadline.Caller).ConfigureAwait(false);
            if (!outcomes.HasOpen) return true;
            var transaction = new Transaction(session, message, outcomes, own, mayRetry);
            await transaction.RunAsync(beforeData).ConfigureAwait(false);
            return !(mayRetry && transaction.DiedUntouched);
        }
        finally
        {
            Return(session);
        }
    }

    /// <summary>What a kept session was told at its greeting may be out of date: only a fresh greeting is a reason to refuse.</summary>
    private async Task<NextHopSession?> TakeSuitableAsync(OutgoingMessage message, Deadline deadline)
    {
        if (await TakeAliveAsync(_options.ProbeIdleAfter, deadline).ConfigureAwait(false) is not { } kept) return null;
        var suits = false;
        try
        {
            var verdict = new Outcomes(message.Envelope.Recipients);
            await Preflight.CheckAsync(message, kept.Features, verdict, deadline.Caller).ConfigureAwait(false);
            suits = verdict.Open.Count() == message.Envelope.Recipients.Count;
        }
        finally
        {
            if (!suits) Quit([kept]);
        }
        return suits ? kept : null;
    }

    /// <returns>A kept session, asked with NOOP where it waited longer than <paramref name="trusted"/>; null where none lives.</returns>
    private async Task<NextHopSession?> TakeAliveAsync(TimeSpan trusted, Deadline deadline)
    {
        while (_idle.TryTake() is var (session, idle))
        {
            using var own = deadline.Fork();
            if (session.Wire.HasUnaskedInput) session.Abandon();
            else if (idle < trusted || await session.IsAliveAsync(own).ConfigureAwait(false)) return session;
        }
        return null;
    }

    private async Task<NextHopSession> OpenAsync(Deadline deadline)
    {
        var session = await _opener.OpenAsync(deadline).ConfigureAwait(false);
        _capabilities = session.Features.Announced;
        return session;
    }

    private async Task UseSlotAsync(Deadline deadline, Func<Task> use)
    {
        using (var wait = deadline.Fork(_options.SessionWait))
        {
            try
            {
                await _free.WaitAsync(wait.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (wait.HasTimedOut)
            {
                throw new SessionLostException(DeliveryErrors.SessionsBusy);
            }
        }
        try
        {
            await use().ConfigureAwait(false);
        }
        finally
        {
            _free.Release();
        }
    }

    private void Return(NextHopSession session)
    {
        if (!session.IsUsable) session.Abandon();
        else if (session.Transactions >= _options.MaxTransactionsPerSession || !_idle.TryPut(session)) Quit([session]);
    }

    /// <summary>Nobody waits for a good-bye; QuitAsync is bounded and swallows what the peer does.</summary>
    private void Quit(IReadOnlyList<NextHopSession> sessions)
    {
        foreach (var session in sessions) _ = session.QuitAsync(_time);
    }
}
