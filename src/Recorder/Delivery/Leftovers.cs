using Recorder.Archive;
using Recorder.Intake;
using Recorder.Ledger;

namespace Recorder.Delivery;

/// <summary>
/// SMTP has one answer for all recipients. When some are settled and some are not, it must be 250, so the outbox takes
/// over who is left before the answer is given.
/// </summary>
public sealed class Leftovers(ILedger ledger, Recording recording, TimeProvider clock, ILogger<Leftovers> log)
{
    public async Task<IReadOnlyList<RecipientCase>> TakeOverAsync(ReceivedMessage message, IReadOnlyList<RecipientCase> cases, CancellationToken cancel)
    {
        if (!ReplyTable.OutboxMustOwn(message.Listener.Protocol, cases)) return cases;
        try
        {
            cases = await RecordForeignAsync(message, cases, cancel);
            await Task.WhenAll(cases.Where(IsLeft).DistinctBy(one => one.RetryKey).Select(one => RequestAsync(message, one, cancel)));
            return [.. cases.Select(one => IsLeft(one) ? one with { Settlement = Owned } : one)];
        }
        catch (ArchiveException error)
        {
            Log.LeftoversNotRecorded(log, error);
            var failed = new Settlement(SettlementKind.NotRecorded, ReplyTable.NotRecorded(error.Fault));
            return [.. cases.Select(one => IsLeft(one) ? one with { Settlement = failed } : one)];
        }
    }

    private static readonly Settlement Owned = new(SettlementKind.Owned, Words: "delivery goes on");

    private static bool IsLeft(RecipientCase one) => one.Settlement!.IsOpen;

    // Mail for nobody of ours passes unrecorded, but what we owe must be in the log: then the rest is recorded after all.
    private async Task<IReadOnlyList<RecipientCase>> RecordForeignAsync(ReceivedMessage message, IReadOnlyList<RecipientCase> cases, CancellationToken cancel)
    {
        if (!cases.Any(IsForeign)) return cases;
        var id = await recording.RecordNowAsync(message, [.. cases.Where(IsForeign)], cancel);
        return [.. cases.Select(one => IsForeign(one) ? one with { RecordId = id } : one)];

        static bool IsForeign(RecipientCase one) => IsLeft(one) && one.RecordId is null;
    }

    private Task RequestAsync(ReceivedMessage message, RecipientCase one, CancellationToken cancel)
    {
        var key = StateKeys.Dispatch(one.RecordId!, DispatchKind.Leftover, one.Recipient.Address, 1);
        return ledger.ActAsync(key, state => state.Get<Dispatch>(key) is not null ? null : new DispatchRequested(
            one.RecordId!, DispatchKind.Leftover, one.Recipient.Address, one.Owners.FirstOrDefault(""), message.Envelope.ReversePath, 1)
        {
            Actor = Actor.System("flow"),
            At = clock.GetUtcNow(),
        }, cancel);
    }
}

internal static partial class Log
{
    [LoggerMessage(3204, LogLevel.Error, "What is left of a message could not be taken over; the upstream is answered 4xx and sends it again")]
    public static partial void LeftoversNotRecorded(ILogger log, Exception error);
}
