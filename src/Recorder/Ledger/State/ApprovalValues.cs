namespace Recorder.Ledger.State;

/// <summary>What waits for a second administrator, and what became of it.</summary>
internal static class ApprovalValues
{
    public static void Apply(LedgerEvent fact, StateEditor state)
    {
        switch (fact)
        {
            case ApprovalAsked asked:
                state.Set(ApprovalKeys.Of(asked.Id), new Approval(
                    asked.Id, asked.Kind, asked.RecordId, asked.Reason, asked.Actor.Name, asked.At, asked.ExpiresAt, asked.Records, asked.Bytes,
                    asked.Actor.Kind == Approval.Administrator ? [asked.Actor.Name] : []));
                break;
            case ApprovalGiven given when Find(state, given.Id) is { } one && !one.By.Contains(given.Actor.Name):
                state.Set(ApprovalKeys.Of(one.Id), one with { By = [.. one.By, given.Actor.Name] });
                break;
            case ApprovalRefused refused when Find(state, refused.Id) is { } one:
                state.Set(ApprovalKeys.Of(one.Id), one with { RefusedBy = refused.Actor.Name, RefusedWhy = refused.Reason });
                break;
            case ApprovalUsed used when Find(state, used.Id) is { } one:
                state.Set(ApprovalKeys.Of(one.Id), one with { UsedAt = used.At });
                break;
        }
    }

    private static Approval? Find(StateEditor state, string id) => state.Get<Approval>(ApprovalKeys.Of(id));
}
