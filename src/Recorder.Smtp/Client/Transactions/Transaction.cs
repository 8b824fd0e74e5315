namespace Recorder.Smtp.Client;

/// <summary>
/// One message over one session: envelope, <c>beforeData</c>, content, final replies. What goes wrong at the peer
/// or on the way becomes an outcome: transient until the last bytes began to leave, unknown after.
/// </summary>
/// <param name="mayRetry">Leaves the outcomes open where the session <see cref="DiedUntouched"/>.</param>
internal sealed class Transaction(
    NextHopSession session, OutgoingMessage message, Outcomes outcomes, Deadline deadline, bool mayRetry = false)
{
    /// <summary>How long a reply is awaited that the peer may have sent before it closed.</summary>
    private static readonly TimeSpan LateReplyWait = TimeSpan.FromSeconds(5);

    private readonly EnvelopeDialogue _envelope = new(session, message, outcomes, deadline);
    private readonly IContentSender _content = session.Features.Announced.Chunking ? new BdatSender(session) : new DataSender(session);
    private bool _isLost;
    private bool _isReset;

    /// <summary>The session broke before the peer accepted anything: another one may be tried without a trace.</summary>
    public bool DiedUntouched => _isLost && !_envelope.IsOpen && outcomes.HasOpen;

    /// <exception cref="OperationCanceledException">The caller gave up before the message could be complete at the
    /// peer, so it is not delivered. Given up later, the missing replies are outcomes: unknown.</exception>
    public async Task RunAsync(Func<CancellationToken, ValueTask>? beforeData)
    {
        try
        {
            session.Transactions++;
            await DeliverAsync(beforeData).ConfigureAwait(false);
        }
        catch (SessionLostException lost)
        {
            GiveUp(lost.Reply, lost.Message);
        }
        catch (OperationCanceledException) when (_content.FinalBegun)
        {
            GiveUp(null, "given up while waiting for the next hop's reply");
        }
        catch when (!_isReset)
        {
            session.Abandon();
            throw;
        }
    }

    private async Task DeliverAsync(Func<CancellationToken, ValueTask>? beforeData)
    {
        await _envelope.RunAsync().ConfigureAwait(false);
        if (_envelope.Accepted.Count > 0)
        {
            session.Wire.RequireInStep();
            await AwaitAsync(beforeData).ConfigureAwait(false);
            if (await SendContentAsync().ConfigureAwait(false)) return;
        }
        await session.ResetAsync(deadline).ConfigureAwait(false);
    }

    private async ValueTask AwaitAsync(Func<CancellationToken, ValueTask>? beforeData)
    {
        if (beforeData is null) return;
        try
        {
            await beforeData(deadline.Caller).ConfigureAwait(false);
        }
        catch
        {
            _isReset = await session.ResetAsync(deadline).ConfigureAwait(false);
            throw;
        }
    }

    /// <returns>False where the message was refused and the transaction is still to be reset.</returns>
    private async Task<bool> SendContentAsync()
    {
        using var bytes = new OutgoingBytes(message);
        try
        {
            if (await _content.SendAsync(bytes, deadline).ConfigureAwait(false) is { } refusal)
            {
                outcomes.SettleOpen(refusal);
                return false;
            }
        }
        catch (SessionLostException lost) when (lost.MayHaveSpoken && !deadline.HasTimedOut)
        {
            await HearPartingWordsAsync(lost).ConfigureAwait(false);
            return true;
        }
        await ReadFinalRepliesAsync(deadline.Remaining).ConfigureAwait(false);
        return true;
    }

    /// <summary>A peer that refuses a message midway says so and closes; its words may lie unread.</summary>
    private async Task HearPartingWordsAsync(SessionLostException lost)
    {
        if (_content.FinalBegun)
        {
            await ReadFinalRepliesAsync(LateReplyWait).ConfigureAwait(false);
        }
        else
        {
            var reply = await session.ReadAsync(deadline, LateReplyWait).ConfigureAwait(false);
            if (reply.Code < 400) throw lost;
            outcomes.SettleOpen(reply);
        }
        session.Abandon();
    }

    /// <summary>SMTP: one reply for all. LMTP: one for each accepted recipient, in order (RFC 2033 §4.2).</summary>
    private async Task ReadFinalRepliesAsync(TimeSpan wait)
    {
        foreach (int index in _envelope.Accepted)
        {
            // Not session.ReadAsync: a 421 here answers the message, and others may have been answered already.
            var reply = await session.Wire.ReadAsync(deadline, wait).ConfigureAwait(false);
            if (session.Protocol == SmtpProtocol.Smtp) outcomes.SettleOpen(reply);
            else outcomes.Settle(index, reply);

            if (reply.Code == 421) session.RefuseReuse();
            if (session.Protocol == SmtpProtocol.Smtp) return;
            if (reply.Code == 421) wait = LateReplyWait;
        }
    }

    private void GiveUp(SmtpReply? reply, string error)
    {
        _isLost = true;
        session.Abandon();
        if (mayRetry && DiedUntouched) return;
        var outcome = _content.FinalBegun ? DeliveryOutcome.Unknown : DeliveryOutcome.TransientFailure;
        outcomes.SettleOpen(outcome, reply, error);
    }
}
