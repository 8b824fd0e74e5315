using Recorder.Ledger;

namespace Recorder.Retention;

/// <summary>
/// A restored archive knows nothing of holds and rules that are newer than its copy, so nothing is purged from it until a person
/// says that they are in force again.
/// </summary>
public sealed class RestoreConfirmation(ILedger ledger, TimeProvider time)
{
    /// <returns>What was confirmed; null where nothing waits.</returns>
    public async Task<RestoredState?> ConfirmAsync(Actor actor, CancellationToken cancel)
    {
        RestoredState? restored = null;
        await ledger.ActAsync(
            BackupKeys.Restored,
            state => (restored = state.Get<RestoredState>(BackupKeys.Restored)) is null ? null : new RestoreConfirmed { Actor = actor, At = time.GetUtcNow() }, cancel);
        return restored;
    }
}
