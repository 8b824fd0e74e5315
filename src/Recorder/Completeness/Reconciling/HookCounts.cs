namespace Recorder.Completeness.Reconciling;

/// <summary>Sent deliveries without a record id, by whom they went to: those that went to a relay of ours are worth a word.</summary>
/// <param name="hook">The relay that is ours, where somebody said; otherwise those are that gave an id at least once.</param>
internal sealed class HookCounts(string? hook)
{
    private const int MaxRelays = 1_000;
    private readonly Dictionary<string, (bool IsOurs, long Without)> relays = new(StringComparer.Ordinal);

    public long WithoutId => hook is not null ? 0 : relays.Values.Where(relay => relay.IsOurs).Sum(relay => relay.Without);

    public bool IsGap(HandOver delivery) => delivery.IsSent && delivery.Relay == hook;

    public void Add(HandOver delivery, bool counts)
    {
        if (!delivery.IsSent || (!relays.TryGetValue(delivery.Relay, out var relay) && relays.Count == MaxRelays)) return;
        relays[delivery.Relay] = delivery.Record is null ? (relay.IsOurs, relay.Without + (counts ? 1 : 0)) : (true, relay.Without);
    }
}
