using System.Buffers;

namespace Recorder.Smtp.Server;

/// <summary>
/// Between the wire and the handler's message: measures, keeps the limits, and once there is a refusal swallows
/// the rest of the data, so that the dialogue stays in step. A refused message is disposed at once.
/// </summary>
/// <param name="message">null with a <paramref name="refusal"/>: there is only data to swallow.</param>
internal sealed class MessageSink(
    IIncomingMessage? message, SmtpReply? refusal, SmtpServerOptions options, long maxMessageBytes, HandlerGuard guard)
    : IAsyncDisposable
{
    private readonly WireMeter meter = new();
    private IIncomingMessage? message = message;
    private long dropped;

    public SmtpReply? Refusal { get; private set; } = refusal;

    public WireShape Shape => meter.Shape;

    /// <exception cref="SessionEndedException">It goes on far beyond its refusal.</exception>
    public async ValueTask WriteAsync(ReadOnlySequence<byte> bytes, CancellationToken abort)
    {
        if (bytes.IsEmpty) return;
        meter.Add(bytes);
        if (message is null)
        {
            if ((dropped += bytes.Length) > options.MaxDroppedBytes) throw new SessionEndedException(SmtpSessionEnd.Flooded, Refusal);
            return;
        }
        Refusal = Excess() ?? await guard.CallAsync(() => message.WriteAsync(bytes, abort), abort).ConfigureAwait(false);
        if (Refusal is not null) await DisposeAsync().ConfigureAwait(false);
    }

    /// <returns>As many replies as asked for.</returns>
    /// <param name="completed">Takes the message over when the handler completed it.</param>
    public async ValueTask<IReadOnlyList<SmtpReply>> CompleteAsync(int replyCount, Confirmations completed, CancellationToken abort)
    {
        IReadOnlyList<SmtpReply> replies = [];
        Refusal ??= await guard.CallAsync(async () =>
        {
            replies = await message!.CompleteAsync(meter.Shape, abort).ConfigureAwait(false);
            if (replies.Count != replyCount)
                throw new InvalidOperationException($"The handler gave {replies.Count} replies where {replyCount} are due.");
        }, abort).ConfigureAwait(false);
        if (Refusal is not null) return [.. Enumerable.Repeat(Refusal, replyCount)];

        var taken = message!;
        message = null;
        await completed.AddAsync(taken).ConfigureAwait(false);
        return [.. replies.Select(HandlerGuard.WithEnhancedCode)];
    }

    public async ValueTask DisposeAsync()
    {
        var taken = message;
        message = null;
        if (taken is not null) await guard.CallAsync(taken.DisposeAsync, CancellationToken.None).ConfigureAwait(false);
    }

    private SmtpReply? Excess()
    {
        if (maxMessageBytes > 0 && meter.SizeBytes > maxMessageBytes) return Replies.MessageTooLarge(maxMessageBytes);
        if (meter.HeaderBytes > options.MaxHeaderBytes) return Replies.HeaderTooLarge(options.MaxHeaderBytes);
        if (meter.MaxLineBytes > options.MaxTextLineBytes) return Replies.TextLineTooLong(options.MaxTextLineBytes);
        return meter.HasBareLf && options.BareLineEnds == BareLineEnds.Refuse ? Replies.BareLfInMessage : null;
    }
}
