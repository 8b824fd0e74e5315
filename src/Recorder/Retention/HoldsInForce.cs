using Recorder.Ledger;

namespace Recorder.Retention;

/// <summary>What is held at one moment, for one look at many records.</summary>
public sealed class HoldsInForce
{
    private readonly IStateSnapshot state;
    private readonly Dictionary<string, Hold> holds;
    private readonly ILookup<string, Hold> byMailbox;

    public HoldsInForce(IStateSnapshot state, DateTimeOffset now)
    {
        this.state = state;
        holds = state.Range<Hold>(RetentionKeys.Holds).Select(pair => pair.Value).Where(hold => hold.IsInForce(now)).ToDictionary(hold => hold.Id);
        byMailbox = holds.Values.Where(hold => hold.Kind == HoldKind.Mailboxes)
            .SelectMany(hold => hold.Mailboxes.Select(mailbox => (mailbox, hold))).ToLookup(pair => pair.mailbox, pair => pair.hold, StringComparer.Ordinal);
    }

    public IReadOnlyCollection<Hold> All => holds.Values;

    /// <summary>One of those that hold the record; null when none does.</summary>
    public Hold? Of(string recordId, IEnumerable<string> owners)
    {
        if (holds.Count == 0) return null;
        foreach (var owner in owners)
        {
            if (byMailbox[owner].FirstOrDefault() is { } hold) return hold;
        }

        return state.Range<HeldRecord>(RetentionKeys.HeldRecordsOf(recordId))
            .Select(pair => holds.GetValueOrDefault(pair.Value.HoldId)).FirstOrDefault(hold => hold is not null);
    }
}
