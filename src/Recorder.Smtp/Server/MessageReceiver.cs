using System.Net;

namespace Recorder.Smtp.Server;

/// <summary>Takes one message by DATA or by chunks, and gives the replies that its end is owed.</summary>
internal sealed class MessageReceiver(
    Wire wire, SmtpServerOptions options, ISmtpServerHandler handler, ISmtpServerObserver observer, HandlerGuard guard, Confirmations confirmations)
{
    /// <summary>A sender that put QUIT behind the final dot often closes as soon as it has read the reply to the dot.</summary>
    private static readonly TimeSpan BeforeBye = TimeSpan.FromMilliseconds(250);

    private readonly DataReader reader = new(wire, options);

    /// <summary>DATA. A null reply: the replies are sent.</summary>
    public async ValueTask<SmtpReply?> ReceiveAsync(Transaction transaction, long maxMessageBytes, CancellationToken abort)
    {
        var sink = await OpenAsync(transaction, maxMessageBytes, abort).ConfigureAwait(false);
        await using (sink.ConfigureAwait(false))
        {
            if (sink.Refusal is not null) return sink.Refusal;
            await wire.WriteAsync(Replies.StartData).ConfigureAwait(false);
            reader.Restart();
            await reader.ReadToDotAsync(sink, abort).ConfigureAwait(false);
            await FinishAsync(transaction, sink, abort).ConfigureAwait(false);
            return null;
        }
    }

    /// <summary>BDAT. A null reply: the replies are sent.</summary>
    /// <returns>Ended: nothing more may follow in this transaction, since it is complete or has failed.</returns>
    public async ValueTask<(SmtpReply? Reply, bool Ended)> ReceiveChunkAsync(
        Transaction transaction, BdatArgument chunk, long maxMessageBytes, CancellationToken abort)
    {
        if (transaction.Chunks is null) reader.Restart();
        var sink = transaction.Chunks ??= await OpenAsync(transaction, maxMessageBytes, abort).ConfigureAwait(false);
        await reader.ReadChunkAsync(chunk.SizeBytes, sink, abort).ConfigureAwait(false);
        if (chunk.IsLast)
        {
            await FinishAsync(transaction, sink, abort).ConfigureAwait(false);
            return (null, Ended: true);
        }
        return (sink.Refusal ?? Replies.ChunkTaken(chunk.SizeBytes), Ended: sink.Refusal is not null);
    }

    public ValueTask DropChunkAsync(long sizeBytes, CancellationToken abort) => reader.ReadChunkAsync(sizeBytes, null, abort);

    /// <summary>
    /// At QUIT. Bytes that reach a closed socket turn the peer's clean close into a reset, so before 221 the peer gets
    /// a moment to close cleanly, which proves that it read what came before.
    /// </summary>
    public async ValueTask AwaitConfirmationAsync()
    {
        if (confirmations.Any) await wire.HearAsync(BeforeBye).ConfigureAwait(false);
    }

    private async ValueTask<MessageSink> OpenAsync(Transaction transaction, long maxMessageBytes, CancellationToken abort)
    {
        IIncomingMessage? message = null;
        var refusal = await guard.CallAsync(
            async () => message = await handler.OnDataAsync(transaction.Peer, transaction.Envelope, abort).ConfigureAwait(false), abort).ConfigureAwait(false);
        return new MessageSink(message, refusal, options, maxMessageBytes, guard);
    }

    /// <summary>
    /// Waits as long as the handler takes (it limits itself), also when the peer has gone: the record must finish.
    /// The replies leave at once, whatever else is in the input: from then on the peer can confirm them.
    /// </summary>
    private async ValueTask FinishAsync(Transaction transaction, MessageSink sink, CancellationToken abort)
    {
        var envelope = transaction.Envelope;
        var replyCount = options.Protocol == SmtpProtocol.Lmtp ? envelope.Recipients.Count : 1;
        var replies = await sink.CompleteAsync(replyCount, confirmations, abort).ConfigureAwait(false);
        foreach (var reply in replies) await wire.WriteAsync(reply, transaction.SmtpUtf8).ConfigureAwait(false);
        await wire.FlushToBeConfirmedAsync().ConfigureAwait(false);
        observer.TransactionEnded(transaction.Peer, envelope, sink.Shape, replies);
    }
}
