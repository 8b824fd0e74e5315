using Recorder.Archive;
using Recorder.Ledger;

namespace Recorder.Retention;

/// <summary>What an approval leads to: an erasure at once, a purge at the next round of the daily work.</summary>
public sealed class ApprovedActs(Approvals approvals, Erasures erasures)
{
    /// <returns>null when none of that name waits.</returns>
    /// <exception cref="ActRefusedException">same-person; and what an erasure is refused for.</exception>
    public async Task<Approval?> GiveAsync(Actor actor, string id, CancellationToken cancel)
    {
        if (await approvals.GiveAsync(actor, id, cancel) is not { } given) return null;
        if (given is { IsGiven: true, Kind: ApprovalKind.Erasure } && RecordId.TryParse(given.RecordId, out var record))
            await erasures.EraseAsync(actor, record, given.Reason, cancel);
        return given;
    }
}
