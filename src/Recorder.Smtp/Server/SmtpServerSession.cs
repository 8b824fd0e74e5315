using System.IO.Pipelines;
using System.Net;

namespace Recorder.Smtp.Server;

/// <summary>
/// One SMTP or LMTP session over a pair of pipes (RFC 5321, RFC 2033). Strict about line ends, liberal about the rest.
/// Memory is bounded by the transport's own buffers, one command line and the recipients of one transaction.
/// </summary>
/// <param name="transport">Stays the caller's to complete and close.</param>
/// <param name="remote">Decides about trust; IPv4-mapped addresses count as IPv4.</param>
/// <param name="shutdown">Graceful: 421 4.3.2 at the next command boundary; a message that is arriving has <see cref="SmtpServerOptions.ShutdownGrace"/>.</param>
public sealed class SmtpServerSession(
    IDuplexPipe transport, IPEndPoint remote, SmtpServerOptions options, ISmtpServerHandler handler, TimeProvider time,
    ISmtpServerObserver? observer = null, CancellationToken shutdown = default)
{
    /// <summary>How long the peer may take to close after 221, where that proves that it read our replies.</summary>
    private static readonly TimeSpan FarewellTimeout = TimeSpan.FromSeconds(5);

    private readonly ISmtpServerObserver observer = observer ?? NoObserver.Instance;
    private int errors;

    /// <summary>Runs the session to its end; never throws for what the peer, the network or the handler does.</summary>
    /// <param name="abort">
    /// Ends everything at once, the handler's work included. Not the token of a closed connection: a message whose
    /// data has arrived must be recorded even when the peer is gone.
    /// </param>
    public async Task RunAsync(CancellationToken abort)
    {
        var guard = new HandlerGuard(remote, observer);
        var confirmations = new Confirmations(guard.Report);
        var wire = new Wire(transport, options, time, confirmations, shutdown, abort);
        var receiver = new MessageReceiver(wire, options, handler, observer, guard, confirmations);
        var dialogue = new Dialogue(wire, remote, options, handler, guard, receiver, abort);
        var end = await ConverseAsync(wire, dialogue).ConfigureAwait(false);
        if (end.Reason == SmtpSessionEnd.Failed && end.InnerException is { } bug) guard.Report(bug);
        await dialogue.ForgetTransactionAsync().ConfigureAwait(false);
        await LeaveAsync(wire, end, confirmations).ConfigureAwait(false);
        await confirmations.AbandonAsync().ConfigureAwait(false);
        await wire.DisposeAsync().ConfigureAwait(false);
        observer.ConnectionEnded(remote, end.Reason, end.InnerException);
    }

    private async Task<SessionEndedException> ConverseAsync(Wire wire, Dialogue dialogue)
    {
        try
        {
            await GreetAsync(wire).ConfigureAwait(false);
            var commands = new CommandReader(wire, options);
            while (true)
            {
                var line = await commands.ReadAsync(interruptible: !dialogue.InData).ConfigureAwait(false);
                var reply = line.Refusal ?? await dialogue.AnswerAsync(line.Command).ConfigureAwait(false);
                if (reply is null) commands.Restart();
                await AnswerAsync(wire, line.Command.Verb, reply).ConfigureAwait(false);
            }
        }
        catch (SessionEndedException end)
        {
            return end;
        }
        catch (Exception) when (wire.Aborted)
        {
            return new SessionEndedException(SmtpSessionEnd.Aborted);
        }
        catch (Exception bug)
        {
            return new SessionEndedException(SmtpSessionEnd.Failed, Replies.SessionFailed, bug);
        }
    }

    private async ValueTask GreetAsync(Wire wire)
    {
        if (options.RefusalOf(remote.Address) is { } refusal) throw new SessionEndedException(SmtpSessionEnd.Untrusted, refusal);
        await wire.WriteAsync(Replies.Greeting(options)).ConfigureAwait(false);
    }

    /// <param name="reply">null: the verb has answered by itself, so something went well.</param>
    private async ValueTask AnswerAsync(Wire wire, string verb, SmtpReply? reply)
    {
        if (reply is null)
        {
            errors = 0;
            return;
        }
        await wire.WriteAsync(reply).ConfigureAwait(false);
        if (reply.Code >= 400) observer.CommandRefused(remote, verb, reply);
        if (IsProtocolError(reply) && ++errors >= options.MaxErrorsBeforeClose)
            throw new SessionEndedException(SmtpSessionEnd.TooManyErrors, Replies.TooManyErrors);
    }

    /// <summary>What the handler refuses (an unknown recipient, say) is no fault of the client program.</summary>
    private static bool IsProtocolError(SmtpReply reply) => reply.Code is >= 500 and <= 504 or 555;

    private static async Task LeaveAsync(Wire wire, SessionEndedException end, Confirmations confirmations)
    {
        if (end.LastWords is null) return;
        try
        {
            await wire.WriteAsync(end.LastWords).ConfigureAwait(false);
            await wire.FlushAsync().ConfigureAwait(false);
            if (end.Reason is SmtpSessionEnd.Quit or SmtpSessionEnd.ShuttingDown && confirmations.Any) await wire.HearAsync(FarewellTimeout).ConfigureAwait(false);
        }
        catch (SessionEndedException) { }
    }
}
