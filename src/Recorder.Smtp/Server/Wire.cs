using System.IO.Pipelines;
using System.Net.Security;

namespace Recorder.Smtp.Server;

/// <summary>
/// The connection as the dialogue sees it: input to wait for with a deadline, and replies that leave together as
/// soon as there is nothing more to read (RFC 2920 §3.2).
/// </summary>
internal sealed class Wire : IAsyncDisposable
{
    private const int FlushAboveBytes = 16 * 1024;
    private const int TlsBlockBytes = 16 * 1024;
    private static readonly TimeSpan CloseTimeout = TimeSpan.FromSeconds(5);

    private readonly TimeProvider time;
    private readonly TimeSpan writeTimeout;
    private readonly Confirmations confirmations;
    private readonly Patience patience;
    private volatile PipeReader input;
    private volatile PipeWriter output;
    private volatile bool handshaking;
    private int unflushedBytes;
    private bool leftIntoSilence;
    private long flushBegan;

    public Wire(IDuplexPipe transport, SmtpServerOptions options, TimeProvider time, Confirmations confirmations,
        CancellationToken shutdown, CancellationToken abort)
    {
        (input, output) = (transport.Input, transport.Output);
        (this.time, this.confirmations, writeTimeout) = (time, confirmations, options.CommandTimeout);
        patience = new Patience(time, options.ShutdownGrace, shutdown, abort, WakeReader, WakeAll);
    }

    /// <summary>null before STARTTLS.</summary>
    public SslStream? Tls { get; private set; }

    public bool Aborted => patience.Aborted;

    public Deadline In(TimeSpan limit) => patience.In(limit);

    public TimeSpan Since(Deadline deadline) => patience.Since(deadline);

    /// <summary>Waits for input. The caller must <see cref="AdvanceTo(SequencePosition)"/> before it reads again.</summary>
    /// <param name="interruptible">A shutdown may end this wait at once.</param>
    /// <exception cref="SessionEndedException">Deadline, shutdown, abort, or a broken connection.</exception>
    public async ValueTask<ReadResult> ReadAsync(Deadline deadline, bool interruptible)
    {
        while (true)
        {
            patience.Check(deadline, interruptible);
            if (!TryRead(out var result)) result = await WaitAsync(deadline).ConfigureAwait(false);
            else if (leftIntoSilence && !result.IsCanceled) await confirmations.ConfirmAsync().ConfigureAwait(false);
            if (!result.IsCanceled) return result;
            input.AdvanceTo(result.Buffer.Start);
        }
    }

    public void AdvanceTo(SequencePosition consumed) => input.AdvanceTo(consumed);

    public void AdvanceTo(SequencePosition consumed, SequencePosition examined) => input.AdvanceTo(consumed, examined);

    /// <summary>Something was sent behind what has been read.</summary>
    public bool HasBufferedInput()
    {
        if (!TryRead(out var result)) return false;
        input.AdvanceTo(result.Buffer.Start);
        return !result.Buffer.IsEmpty;
    }

    /// <summary>Gives the peer a moment to show, by more input or its end of stream, that it read the replies.</summary>
    public async ValueTask HearAsync(TimeSpan atMost)
    {
        var deadline = In(atMost);
        await FlushAsync().ConfigureAwait(false);
        while (!patience.Expired(deadline) && !patience.Aborted)
        {
            var result = await WaitAsync(deadline).ConfigureAwait(false);
            input.AdvanceTo(result.Buffer.Start);
            if (!result.IsCanceled) return;
        }
    }

    /// <summary>Leaves with the next flush.</summary>
    public async ValueTask WriteAsync(SmtpReply reply, bool utf8 = false)
    {
        unflushedBytes += ReplyWriter.Write(output, reply, utf8);
        if (unflushedBytes > FlushAboveBytes) await FlushAsync().ConfigureAwait(false);
    }

    public async ValueTask FlushAsync()
    {
        if (unflushedBytes == 0) return;
        var deadline = In(writeTimeout);
        patience.Arm(deadline);
        Volatile.Write(ref flushBegan, deadline.Start);
        if (patience.Aborted) WakeFlush();
        try { await FlushUntilAsync(deadline).ConfigureAwait(false); }
        finally { Volatile.Write(ref flushBegan, 0); }
        unflushedBytes = 0;
    }

    /// <summary>For replies whose reading the peer is to confirm. Whatever was sent before them, unread as yet, cannot.</summary>
    public ValueTask FlushToBeConfirmedAsync()
    {
        leftIntoSilence = IsSilent();
        return FlushAsync();
    }

    private async ValueTask FlushUntilAsync(Deadline deadline)
    {
        while ((await Broken(output.FlushAsync()).ConfigureAwait(false)) is var result)
        {
            if (result.IsCompleted) throw new SessionEndedException(SmtpSessionEnd.PeerReset);
            if (!result.IsCanceled) return;
            patience.Check(deadline, interruptible: false);
        }
    }

    /// <summary>RFC 3207: the handshake, then new pipes over TLS. Nothing read in the clear survives.</summary>
    /// <exception cref="SessionEndedException">The handshake failed or took too long.</exception>
    public async ValueTask StartTlsAsync(SslServerAuthenticationOptions tls, TimeSpan timeout, CancellationToken abort)
    {
        await FlushAsync().ConfigureAwait(false);
        patience.Disarm();
        handshaking = true;
        var stream = new SslStream(new DuplexPipeStream(input, output), leaveInnerStreamOpen: true);
        using var limit = new CancellationTokenSource(timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, abort);
        try
        {
            await stream.AuthenticateAsServerAsync(tls, either.Token).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            await stream.DisposeAsync().ConfigureAwait(false);
            throw new SessionEndedException(SmtpSessionEnd.TlsFailed, inner: e);
        }
        input = PipeReader.Create(stream, new StreamPipeReaderOptions(bufferSize: TlsBlockBytes, leaveOpen: true));
        output = PipeWriter.Create(stream, new StreamPipeWriterOptions(leaveOpen: true));
        Tls = stream;
        handshaking = false;
    }

    /// <summary>Ends the TLS layer. The transport itself belongs to the caller of the session.</summary>
    public async ValueTask DisposeAsync()
    {
        patience.Dispose();
        if (Tls is null) return;
        try { await EndTlsAsync(Tls).WaitAsync(CloseTimeout, time).ConfigureAwait(false); }
        catch (Exception e) when (e is IOException or TimeoutException or InvalidOperationException or OperationCanceledException) { }
        await Tls.DisposeAsync().ConfigureAwait(false);
    }

    private async Task EndTlsAsync(SslStream tls)
    {
        await input.CompleteAsync().ConfigureAwait(false);
        await output.CompleteAsync().ConfigureAwait(false);
        await tls.ShutdownAsync().ConfigureAwait(false);
    }

    private async ValueTask<ReadResult> WaitAsync(Deadline deadline)
    {
        await FlushAsync().ConfigureAwait(false);
        patience.Arm(deadline);
        var pending = StartRead();
        var arrivedBefore = pending.IsCompleted;
        var result = await Broken(pending).ConfigureAwait(false);
        if ((leftIntoSilence || !arrivedBefore) && !result.IsCanceled) await confirmations.ConfirmAsync().ConfigureAwait(false);
        return result;
    }

    /// <summary>
    /// Nothing has come that is not read yet, so what comes next was sent after the replies that are about to leave, however soon
    /// it comes: a peer nearby answers before the flush returns. Under TLS bytes may hide in the layer between.
    /// </summary>
    private bool IsSilent()
    {
        if (Tls is not null) return false;
        if (!TryRead(out var result)) return true;
        input.AdvanceTo(result.Buffer.Start);
        if (result.IsCanceled) input.CancelPendingRead();
        return false;
    }

    // A pipe whose other end has failed already throws at the call itself.
    private ValueTask<ReadResult> StartRead()
    {
        try { return input.ReadAsync(CancellationToken.None); }
        catch (Exception e) { return ValueTask.FromException<ReadResult>(e); }
    }

    private bool TryRead(out ReadResult result)
    {
        try { return input.TryRead(out result); }
        catch (Exception e) { throw new SessionEndedException(SmtpSessionEnd.PeerReset, inner: e); }
    }

    private static async ValueTask<T> Broken<T>(ValueTask<T> pending)
    {
        try { return await pending.ConfigureAwait(false); }
        catch (Exception e) { throw new SessionEndedException(SmtpSessionEnd.PeerReset, inner: e); }
    }

    private void WakeReader()
    {
        if (!handshaking) Wake(input.CancelPendingRead);
    }

    /// <summary>Not at shutdown: a cancelled flush over TLS could send its bytes twice.</summary>
    private void WakeAll()
    {
        if (handshaking) return;
        Wake(input.CancelPendingRead);
        WakeFlush();
    }

    /// <summary>
    /// Only a flush that is under way and whose own time is over. Cancelling none would cancel the next one, and over TLS
    /// that one's bytes would be lost after they were numbered: the peer would read a bad record instead of our reply.
    /// </summary>
    private void WakeFlush()
    {
        var began = Volatile.Read(ref flushBegan);
        if (began == 0) return;
        var deadline = new Deadline(began, writeTimeout);
        if (patience.IsOver(deadline)) Wake(output.CancelPendingFlush);
        else Wake(() => patience.Arm(deadline));
    }

    // Comes from a timer or a cancellation, at any time: a pipe that the session's end has just closed may refuse,
    // and then there is nobody left to wake. Thrown out of a timer it would end the process.
    private static void Wake(Action cancelPending)
    {
        try { cancelPending(); }
        catch (Exception e) when (e is ObjectDisposedException or InvalidOperationException) { }
    }
}
