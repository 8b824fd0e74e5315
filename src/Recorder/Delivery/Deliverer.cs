using Recorder.Smtp;

namespace Recorder.Delivery;

/// <param name="NextHop">Who said it, e.g. <c>lmtp://127.0.0.1:24</c>.</param>
public sealed record RoutedResult(RecipientResult Result, string NextHop);

/// <summary>A message that may take several routes. Each copy gets its own trace fields, since they depend on who it is for.</summary>
public sealed record RoutedMessage(
    Envelope Envelope, Func<IReadOnlyList<EnvelopeRecipient>, ReadOnlyMemory<byte>> TraceFields, IMessageContent Content,
    XForwardFacts? ClientFacts = null);

/// <summary>Splits a message by route, sends the parts at the same time, and puts the results together again.</summary>
public sealed class Deliverer(Routes routes)
{
    /// <returns>One for each recipient, in envelope order. Never throws for what peers or the network do.</returns>
    /// <param name="beforeData">Awaited before the first byte of the message is sent on any route.</param>
    /// <param name="cancel">When it fires, what is unanswered by then is a transient failure or unknown.</param>
    public async Task<IReadOnlyList<RoutedResult>> SendAsync(
        RoutedMessage message, Func<CancellationToken, ValueTask>? beforeData, CancellationToken cancel)
    {
        var recipients = message.Envelope.Recipients;
        var results = new RoutedResult[recipients.Count];
        await Task.WhenAll(Enumerable.Range(0, recipients.Count)
            .GroupBy(index => routes.For(recipients[index].Address))
            .Select(part => SendPartAsync(part.Key, [.. part], message, results, beforeData, cancel)));
        return results;
    }

    private static async Task SendPartAsync(
        Route route, int[] part, RoutedMessage message, RoutedResult[] results, Func<CancellationToken, ValueTask>? beforeData, CancellationToken cancel)
    {
        EnvelopeRecipient[] recipients = [.. part.Select(index => message.Envelope.Recipients[index])];
        var outgoing = new OutgoingMessage(
            message.Envelope with { Recipients = recipients }, message.TraceFields(recipients), message.Content, message.ClientFacts);
        var report = await SendInTimeAsync(route, outgoing, beforeData, cancel);
        for (var i = 0; i < part.Length; i++) results[part[i]] = new RoutedResult(report.Recipients[i], report.NextHop.ToString());
    }

    private static async Task<DeliveryReport> SendInTimeAsync(
        Route route, OutgoingMessage message, Func<CancellationToken, ValueTask>? beforeData, CancellationToken cancel)
    {
        try
        {
            return await route.SendAsync(message, beforeData, cancel);
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            // A next hop that throws on cancellation has delivered nothing (INextHop.SendAsync).
            return route.Failed(message, "the next hop took too long");
        }
    }
}
