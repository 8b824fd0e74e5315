using Recorder.Ledger;

namespace Recorder.Retention;

/// <summary>What the state knows of single records (deliveries, requests, marks) leaves with them.</summary>
public sealed class RecordTraces(ILedger ledger, TimeProvider time)
{
    public async Task ForgetAsync(IEnumerable<string> leaving)
    {
        var state = ledger.State;
        foreach (var chunk in leaving.Where(id => HasTraces(state, id)).Chunk(RecordsForgotten.MaxRecords))
        {
            await ledger.AppendAsync(new RecordsForgotten(chunk) { Actor = Actor.System("retention"), At = time.GetUtcNow() }, CancellationToken.None);
        }
    }

    private static bool HasTraces(IStateSnapshot state, string id) =>
        state.Get<RetryRecord>(StateKeys.RetryOf(id)) is not null
        || state.Get<RecordOverride>(ActKeys.Override(CampaignAct.Hold, id)) is not null
        || state.Get<RecordOverride>(ActKeys.Override(CampaignAct.Hide, id)) is not null
        || Any<RelayState>(state, StateKeys.Relay(id, "")) || Any<Dispatch>(state, StateKeys.DispatchesOf(id))
        || Any<ReleaseRequest>(state, ActKeys.RequestsOf(id)) || Any<HiddenMail>(state, ActKeys.HiddenOf(id, "")) || Any<MailReport>(state, ActKeys.Report(id, ""));

    private static bool Any<T>(IStateSnapshot state, string prefix) where T : class => state.Range<T>(prefix, limit: 1).Any();
}
