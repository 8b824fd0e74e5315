using Recorder.Archive;
using Recorder.Delivery.Trace;
using Recorder.Flow;
using Recorder.Ledger;
using Recorder.Smtp;

namespace Recorder.Delivery;

/// <summary>Delivers a message while its upstream waits, and makes the outcomes durable before anybody is answered.</summary>
public sealed class HookDelivery(
    Deliverer deliverer, TraceFields fields, TracePasses passes, ILedger ledger, TimeProvider clock, RecorderMetrics metrics, ILogger<HookDelivery> log)
{
    // So many fit into one entry of the log, whatever the next hop says of each.
    private const int OutcomesAnEntry = 100;

    /// <param name="deliverBy">Ends the attempts.</param>
    /// <param name="answerBy">Ends the wait for the disk.</param>
    public async Task<IReadOnlyList<RecipientCase>> DeliverAsync(
        ReceivedMessage message, IReadOnlyList<RecipientCase> cases, CancellationToken deliverBy, CancellationToken answerBy)
    {
        // Usually one copy; recipients that were recorded at different times leave under different ids.
        var copies = cases.Where(one => one.IsUnfinished).DistinctBy(one => one.RetryKey)
            .GroupBy(one => (one.RecordId, one.Ticket?.Act, one.Ticket?.Hop)).Select(copy => copy.ToList()).ToList();
        if (copies.Count == 0) return cases;
        var ended = await Task.WhenAll(copies.Select(copy => DeliverCopyAsync(message, copy, deliverBy, answerBy)));
        var settlements = ended.SelectMany(copy => copy).ToDictionary(one => one.RetryKey, one => one.Settlement, StringComparer.Ordinal);
        return [.. cases.Select(one => one.IsUnfinished ? one with { Settlement = settlements[one.RetryKey] } : one)];
    }

    private async Task<IReadOnlyList<RecipientCase>> DeliverCopyAsync(
        ReceivedMessage message, IReadOnlyList<RecipientCase> copy, CancellationToken deliverBy, CancellationToken answerBy)
    {
        Count(copy[0]);
        var envelope = message.Envelope with { Recipients = [.. copy.Select(one => one.Recipient)] };
        var routed = new RoutedMessage(
            envelope, recipients => Fields(message, copy[0], recipients), new ReceivedContent(message.Content, message.Shape), message.Peer.XForward);
        var results = await deliverer.SendAsync(routed, beforeData: null, deliverBy);
        RecipientCase[] ended = [.. copy.Select((one, index) => one with { Settlement = SettlementOf(results[index].Result) })];
        foreach (var one in ended.Where(one => one is { Ticket: not null, Settlement.Kind: SettlementKind.Delivered })) passes.Remember(one.Ticket!, one.RetryKey);
        return copy[0].RecordId is { } id ? await RecordOutcomesAsync(id, ended, results, answerBy) : ended;
    }

    // When the outcomes cannot be made durable the upstream keeps owing: it may deliver twice, but never not at all.
    private async Task<IReadOnlyList<RecipientCase>> RecordOutcomesAsync(
        string recordId, IReadOnlyList<RecipientCase> ended, IReadOnlyList<RoutedResult> results, CancellationToken answerBy)
    {
        try
        {
            var outcomes = ended.SelectMany((one, index) => Outcomes(one, results[index]));
            await Task.WhenAll(outcomes.Chunk(OutcomesAnEntry).Select(some =>
                ledger.AppendAsync(new MessageRelayed(recordId, some) { Actor = Actor.System("flow"), At = clock.GetUtcNow() }, answerBy)));
            return ended;
        }
        catch (ArchiveException error)
        {
            Log.OutcomesNotRecorded(log, error, recordId);
            var failed = new Settlement(SettlementKind.NotRecorded, ReplyTable.NotRecorded(error.Fault));
            return [.. ended.Select(one => one with { Settlement = failed })];
        }
    }

    /// <summary>One for each mailbox that may see it; one without a mailbox for a recipient outside our domains.</summary>
    private static IEnumerable<RecipientOutcome> Outcomes(RecipientCase one, RoutedResult result) =>
        one.Owners.DefaultIfEmpty("").Select(owner => new RecipientOutcome(
            one.Recipient.Address, owner, result.Result.Outcome, result.NextHop, ReplyWords.ToKeep(result.Result.Reply?.ToString()), ReplyWords.ToKeep(result.Result.Error)));

    internal static Settlement SettlementOf(RecipientResult result) => new(
        result.Outcome switch
        {
            DeliveryOutcome.Accepted => SettlementKind.Delivered,
            DeliveryOutcome.PermanentFailure => SettlementKind.Refused,
            DeliveryOutcome.Unknown => SettlementKind.Unknown,
            _ => SettlementKind.Deferred,
        },
        result.Reply, result.Error);

    private ReadOnlyMemory<byte> Fields(ReceivedMessage message, RecipientCase first, IReadOnlyList<EnvelopeRecipient> recipients)
    {
        var only = message.Envelope.Recipients.Count == 1 ? message.Envelope.Recipients[0].Address : null;
        var received = fields.Received(message.Peer, first.RecordId, only, message.ReceivedAt);
        return first.RecordId is null ? TraceFields.Encode(received) : TraceFields.Encode(
            received,
            fields.Trace(first.RecordId, recipients, first.Ticket?.Act ?? TraceField.Relay, (first.Ticket?.Hop ?? 0) + 1, message.Content.Sha256.Span));
    }

    private void Count(RecipientCase first)
    {
        if (first.Standing == Standing.Foreign) metrics.PassedUnrecorded("foreign");
        if (first.Standing == Standing.Passing) metrics.PassedUnrecorded("recorded-before");
    }
}

internal static partial class Log
{
    [LoggerMessage(3203, LogLevel.Error, "Record {RecordId}: its outcomes could not be recorded; the upstream is answered 4xx and may send it again")]
    public static partial void OutcomesNotRecorded(ILogger log, Exception error, string recordId);
}
