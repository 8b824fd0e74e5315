namespace Recorder.Smtp.Server;

/// <summary>
/// Completed messages whose replies are on their way. Only bytes, or an end of stream, that arrive after the replies
/// began to leave prove that the peer saw them: many senders put QUIT or the next MAIL right behind the final dot (RFC 2920),
/// and a sender that gave up meanwhile has left its end of stream in our buffer. Neither proves anything.
/// </summary>
internal sealed class Confirmations(Action<Exception> failed)
{
    /// <summary>A peer that pipelines whole messages (BDAT) and never waits must not fill our memory.</summary>
    private const int MaxWaiting = 1000;

    private readonly Queue<IIncomingMessage> waiting = new();

    public bool Any => waiting.Count > 0;

    public async ValueTask AddAsync(IIncomingMessage message)
    {
        if (waiting.Count == MaxWaiting) await DisposeAsync(waiting.Dequeue()).ConfigureAwait(false);
        waiting.Enqueue(message);
    }

    public async ValueTask ConfirmAsync()
    {
        while (waiting.TryDequeue(out var message))
        {
            try { message.OnRepliesConfirmed(); }
            catch (Exception e) { failed(e); }
            await DisposeAsync(message).ConfigureAwait(false);
        }
    }

    public async ValueTask AbandonAsync()
    {
        while (waiting.TryDequeue(out var message)) await DisposeAsync(message).ConfigureAwait(false);
    }

    private async ValueTask DisposeAsync(IIncomingMessage message)
    {
        try { await message.DisposeAsync().ConfigureAwait(false); }
        catch (Exception e) { failed(e); }
    }
}
