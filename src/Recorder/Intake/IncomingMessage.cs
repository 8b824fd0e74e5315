using System.Buffers;
using Recorder.Archive;
using Recorder.Flow;
using Recorder.Smtp;

namespace Recorder.Intake;

/// <summary>One message while it arrives: its bytes go to the archive's content, then the flow decides.</summary>
internal sealed class IncomingMessage(IntakeListener listener, IntakeServices services, PeerFacts peer, Envelope envelope) : IIncomingMessage
{
    private readonly IContentWriter writer = services.Log.BeginContent();
    private IReadOnlyList<RecipientCase> answered = [];

    public async ValueTask WriteAsync(ReadOnlySequence<byte> bytes, CancellationToken cancel)
    {
        try
        {
            await writer.WriteAsync(bytes, cancel);
        }
        catch (ArchiveException error)
        {
            throw new SmtpRefusedException(ReplyTable.NotRecorded(error.Fault));
        }
    }

    /// <remarks>From here on the peer's own going away changes nothing: what has begun is finished and recorded.</remarks>
    public async ValueTask<IReadOnlyList<SmtpReply>> CompleteAsync(WireShape shape, CancellationToken cancel)
    {
        await using var content = await CompleteContentAsync(cancel);
        services.Metrics.Received(listener.Name, content.LengthBytes);
        var header = await HeaderReader.GlanceAsync(content, cancel);
        var answer = await services.Flow.HandleAsync(
            new ReceivedMessage(listener, peer, envelope, content, shape, services.Clock.GetUtcNow(), header));
        answered = answer.Answered;
        return answer.Replies;
    }

    public void OnRepliesConfirmed()
    {
        if (answered.Count > 0) services.Retries.Close(answered);
    }

    public ValueTask DisposeAsync() => writer.DisposeAsync();

    private async Task<IReceivedContent> CompleteContentAsync(CancellationToken cancel)
    {
        try
        {
            var content = await writer.CompleteAsync(cancel);
            // The peer may take minutes to confirm; buffer and file are not kept so long.
            await writer.DisposeAsync();
            return content;
        }
        catch (ArchiveException error)
        {
            throw new SmtpRefusedException(ReplyTable.NotRecorded(error.Fault));
        }
    }
}
