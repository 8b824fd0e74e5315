using System.Collections.Concurrent;
using Recorder.Flow;

namespace Recorder.Delivery.Trace;

/// <summary>
/// Remembers which recorded messages passed through the hook, so that a second pass is seen as a loop. Bounded: what
/// was forgotten is still stopped by the hop count in the field itself, and by the count of Received fields.
/// </summary>
public sealed class TracePasses
{
    private const int MaxRemembered = 100_000;
    private readonly ConcurrentDictionary<(string RecordId, string Recipient, string Act), string> passed = new();
    private readonly ConcurrentQueue<(string, string, string)> order = new();

    /// <returns>The retry key of the copy that passed; null when none did.</returns>
    public string? Find(PassTicket ticket) => passed.GetValueOrDefault(KeyOf(ticket));

    /// <summary>The next hop took it.</summary>
    public void Remember(PassTicket ticket, string retryKey)
    {
        var key = KeyOf(ticket);
        if (!passed.TryAdd(key, retryKey)) return;
        order.Enqueue(key);
        while (order.Count > MaxRemembered && order.TryDequeue(out var oldest)) passed.TryRemove(oldest, out _);
    }

    private static (string, string, string) KeyOf(PassTicket ticket) => (ticket.RecordId, TraceSigner.FoldDomain(ticket.Recipient), ticket.Act);
}
