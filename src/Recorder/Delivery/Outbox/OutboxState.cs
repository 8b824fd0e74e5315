using Recorder.Ledger;

namespace Recorder.Delivery.Outbox;

/// <summary>What waits in the outbox, for health and metrics.</summary>
public sealed class OutboxState(ILedger ledger, TimeProvider clock, OutboxOptions options)
{
    public int Depth => ledger.State.Range<Dispatch>(OutboxKeys.WaitingAll).Count();

    /// <summary>Zero where nothing waits.</summary>
    public TimeSpan OldestAge => Oldest is { } oldest && clock.GetUtcNow() - oldest is { Ticks: > 0 } age ? age : TimeSpan.Zero;

    public bool IsStuck => OldestAge > TimeSpan.FromHours(options.AlarmHours);

    private DateTimeOffset? Oldest => ledger.State.Range<Dispatch>(OutboxKeys.WaitingAll, limit: 1).Select(pair => (DateTimeOffset?)pair.Value.RequestedAt).FirstOrDefault();
}
