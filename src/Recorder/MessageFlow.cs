using Recorder.Archive;
using Recorder.Delivery;
using Recorder.Flow;
using Recorder.Intake;
using Recorder.Screening;
using Recorder.Screening.Sources;
using Recorder.Smtp;

namespace Recorder;

/// <summary>
/// Screen, judge, record, deliver, answer. Until the answer the upstream owes every recipient; with a 2xx we do.
/// <see cref="ReplyTable"/> is the one table from outcomes to replies.
/// </summary>
public sealed class MessageFlow(
    KeyTurns turns, CaseSorter sorter, VerdictSources sources, Judging judging, Recording recording, HookDelivery delivery, Leftovers leftovers,
    TimeProvider clock, ILogger<MessageFlow> log, RecorderMetrics metrics)
{
    /// <summary>We answer before any upstream gives up waiting: RFC 5321 §4.5.3.2.6 lets it wait 10 minutes.</summary>
    public static readonly TimeSpan AnswerWithin = TimeSpan.FromSeconds(540);

    /// <summary>Delivery ends early enough for its outcomes to become durable.</summary>
    public static readonly TimeSpan DeliverWithin = TimeSpan.FromSeconds(500);

    public async Task<FlowAnswer> HandleAsync(ReceivedMessage message)
    {
        using var answerBy = new CancellationTokenSource(AnswerWithin, clock);
        using var deliverBy = new CancellationTokenSource(DeliverWithin, clock);
        try
        {
            using var turn = await turns.TakeAsync(RetryKey.AllOf(message), deliverBy.Token);
            var cases = await sorter.SortAsync(message, answerBy.Token);
            (message, cases) = await sources.ScreenAsync(message, cases, deliverBy.Token);
            cases = await judging.JudgeAsync(message, cases, deliverBy.Token);
            cases = await recording.RecordAsync(message, cases, answerBy.Token);
            cases = await delivery.DeliverAsync(message, cases, deliverBy.Token, answerBy.Token);
            cases = await leftovers.TakeOverAsync(message, cases, answerBy.Token);
            return Answer(message, cases);
        }
        catch (Exception error)
        {
            return Refuse(message, error);
        }
    }

    private FlowAnswer Answer(ReceivedMessage message, IReadOnlyList<RecipientCase> cases)
    {
        foreach (var one in cases) metrics.Settled(one.Settlement!.Kind);
        var replies = ReplyTable.Answer(message.Listener.Protocol, cases);
        return new FlowAnswer(replies, [.. cases.Where((one, index) => OpenedKey(one) && replies[replies.Count == 1 ? 0 : index].IsPositive)]);
    }

    // A pass belongs to a record whose own transaction may still wait for its confirmation.
    private static bool OpenedKey(RecipientCase one) => one is { RecordId: not null, Ticket: null };

    // Whatever went wrong, the upstream still has the message.
    private FlowAnswer Refuse(ReceivedMessage message, Exception error)
    {
        Log.FlowFailed(log, error, message.Envelope.Recipients.Count);
        var reply = ReplyTable.NotRecorded(error is ArchiveException { Fault: ArchiveFault.DiskFull } ? ArchiveFault.DiskFull : ArchiveFault.Unavailable);
        var count = message.Listener.Protocol == SmtpProtocol.Lmtp ? message.Envelope.Recipients.Count : 1;
        return new FlowAnswer([.. Enumerable.Repeat(reply, count)], []);
    }
}

/// <param name="Replies">SMTP: one. LMTP: one a recipient.</param>
/// <param name="Answered">Recorded recipients that get 2xx: their retry keys close when the upstream has surely seen it.</param>
public sealed record FlowAnswer(IReadOnlyList<SmtpReply> Replies, IReadOnlyList<RecipientCase> Answered);

internal static partial class Log
{
    [LoggerMessage(3101, LogLevel.Error, "A message for {Recipients} recipients was answered 4xx: it stays at the upstream")]
    public static partial void FlowFailed(ILogger log, Exception error, int recipients);
}
