using Recorder.Archive;
using Recorder.Flow;
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

    // What loops would only come back: its sender is told.
    private Task RequestAsync(ReceivedMessage message, RecipientCase one, CancellationToken cancel)
    {
        var isLoop = one.Settlement!.Kind == SettlementKind.Looping;
        if (isLoop && !WantsReport(message, one)) return Task.CompletedTask;
        var (kind, reversePath) = isLoop ? (DispatchKind.Bounce, "") : (DispatchKind.Leftover, message.Envelope.ReversePath);
        return ledger.ActAsync($"leftover/{one.RecordId}/{one.Recipient.Address}", state => NextRound(state, one) is not { } round ? null : new DispatchRequested(
            one.RecordId!, kind, one.Recipient.Address, one.Owners.FirstOrDefault(""), reversePath, round)
        {
            Actor = Actor.System("flow"),
            At = clock.GetUtcNow(),
        }, cancel);
    }

    private static bool WantsReport(ReceivedMessage message, RecipientCase one) => message.Envelope.ReversePath.Length > 0
        && one.Recipient.Notify?.Split(',').Contains("FAILURE", StringComparer.OrdinalIgnoreCase) != false;

    /// <returns>null when it is owed already. A leftover that came back through the hook is this copy itself, and owes no more.</returns>
    private static int? NextRound(IStateSnapshot state, RecipientCase one)
    {
        for (var round = 1; ; round++)
        {
            var (leftover, bounce) = (Find(DispatchKind.Leftover, round), Find(DispatchKind.Bounce, round));
            if (leftover is null && bounce is null) return round;
            var isOwed = (leftover ?? bounce)!.State is DispatchState.Pending or DispatchState.Begun;
            if (isOwed && one.Ticket?.Act != $"leftover.{round}") return null;
        }

        Dispatch? Find(DispatchKind kind, int round) => state.Get<Dispatch>(StateKeys.Dispatch(one.RecordId!, kind, one.Recipient.Address, round));
    }
}

internal static partial class Log
{
    [LoggerMessage(3204, LogLevel.Error, "What is left of a message could not be taken over; the upstream is answered 4xx and sends it again")]
    public static partial void LeftoversNotRecorded(ILogger log, Exception error);
}
