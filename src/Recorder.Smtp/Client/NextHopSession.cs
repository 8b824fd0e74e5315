namespace Recorder.Smtp.Client;

/// <summary>One open connection to the next hop, ready for a transaction.</summary>
internal sealed class NextHopSession(HopWire wire, HopFeatures features, SmtpProtocol protocol, NextHopOptions options)
{
    /// <summary>For NOOP, RSET and QUIT: they cost a server nothing, and a better session is a connection away.</summary>
    private static readonly TimeSpan UpkeepTimeout = TimeSpan.FromSeconds(10);

    public HopWire Wire { get; } = wire;

    public HopFeatures Features { get; } = features;

    public SmtpProtocol Protocol { get; } = protocol;

    public NextHopOptions Options { get; } = options;

    /// <summary>Transactions begun so far.</summary>
    public int Transactions { get; set; }

    /// <summary>False once the session broke, was left in the middle of something, or the peer said 421.</summary>
    public bool IsUsable { get; private set; } = true;

    public ValueTask<SmtpReply> AskAsync(string command, Deadline deadline) => AskAsync(command, deadline, Options.CommandTimeout);

    public async ValueTask<SmtpReply> AskAsync(string command, Deadline deadline, TimeSpan step)
    {
        Wire.Queue(command);
        await Wire.FlushAsync(deadline, step).ConfigureAwait(false);
        return await ReadAsync(deadline, step).ConfigureAwait(false);
    }

    /// <summary>A reply to a command. 421 may answer any of them, and ends the session (RFC 5321 §3.8).</summary>
    public async ValueTask<SmtpReply> ReadAsync(Deadline deadline, TimeSpan step)
    {
        var reply = await Wire.ReadAsync(deadline, step).ConfigureAwait(false);
        if (reply.Code != 421) return reply;
        Abandon();
        throw new SessionLostException($"the next hop is closing: {reply}", reply);
    }

    /// <summary>Drops a transaction without data, so that the session can be used again.</summary>
    public Task<bool> ResetAsync(Deadline deadline) => TryAsync("RSET", deadline);

    /// <summary>Asks an unused session whether it still is one.</summary>
    public Task<bool> IsAliveAsync(Deadline deadline) => TryAsync("NOOP", deadline);

    /// <summary>Says QUIT, waits a moment for the reply (RFC 5321 §4.1.1.10) and closes.</summary>
    public async Task QuitAsync(TimeProvider time)
    {
        if (!IsUsable) return;
        using var deadline = new Deadline(time, UpkeepTimeout, CancellationToken.None);
        try
        {
            await Wire.AskAsync("QUIT", deadline, UpkeepTimeout).ConfigureAwait(false);
        }
        catch (SessionLostException)
        {
            // It is gone, which is what was wanted.
        }
        Abandon();
    }

    /// <summary>The transaction under way is the last one here.</summary>
    public void RefuseReuse() => IsUsable = false;

    /// <summary>Closes at once. In the middle of the data this is how a message is withdrawn.</summary>
    public void Abandon()
    {
        IsUsable = false;
        Wire.Close();
    }

    /// <returns>False (and the session is closed) where the next hop does not answer with 250.</returns>
    private async Task<bool> TryAsync(string command, Deadline deadline)
    {
        if (!IsUsable) return false;
        try
        {
            var reply = await AskAsync(command, deadline, UpkeepTimeout).ConfigureAwait(false);
            if (reply.Code == 250) return true;
        }
        catch (SessionLostException)
        {
            // Said by the answer.
        }
        catch (OperationCanceledException)
        {
            Abandon();
            throw;
        }
        Abandon();
        return false;
    }
}
