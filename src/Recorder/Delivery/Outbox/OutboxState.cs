using Recorder.Ledger;

namespace Recorder.Delivery.Outbox;

/// <summary>What waits in the outbox, for health, metrics and administrators.</summary>
public sealed class OutboxState(ILedger ledger, TimeProvider clock)
{
    // A next hop that is down for a night is the site's business; whoever is on duty should know before that.
    private static readonly TimeSpan Stuck = TimeSpan.FromHours(4);

    public int Depth => All.Count();

    /// <summary>Zero where nothing waits.</summary>
    public TimeSpan OldestAge => All.Select(one => one.RequestedAt).DefaultIfEmpty(clock.GetUtcNow()).Min() is var oldest && clock.GetUtcNow() - oldest is { Ticks: > 0 } age ? age : TimeSpan.Zero;

    public bool IsStuck => OldestAge > Stuck;

    private IEnumerable<Dispatch> All => ledger.State.Range<Dispatch>(StateKeys.OutboxAll).Select(pair => pair.Value);
}
