namespace Recorder.Ledger.State;

/// <summary>Acts on whole queries: one open a person, the ended ones for as long as records are kept.</summary>
internal static class BulkValues
{
    public static void Apply(LedgerEvent fact, StateEditor state)
    {
        switch (fact)
        {
            case BulkStarted started:
                Put(state, new BulkJob(
                    started.Job, started.Account, started.Act, started.Query, started.RecordIds, started.First, started.Cursor, started.Zone,
                    started.Total, started.Actor, started.At));
                break;
            case BulkPaused paused when Open(state, paused.Job) is { } job:
                Put(state, job with { State = paused.IsPaused ? BulkState.Paused : BulkState.Running });
                break;
            case BulkEnded ended when Open(state, ended.Job) is { } job:
                Put(state, job with
                {
                    State = ended.State, Done = ended.Done, Refused = ended.Refused, Refusals = ended.Refusals, EndedAt = ended.At, RecordIds = null,
                });
                break;
        }
    }

    /// <summary>Open ones too: what they meant has left.</summary>
    public static void Sweep(StateEditor state, DateTimeOffset before)
    {
        foreach (var (key, job) in state.TakeWhile<BulkJob>(BulkKeys.Jobs, job => job.StartedAt < before))
        {
            state.Remove(key);
            state.Remove(BulkKeys.Of(job.Account, job.Job));
            if (state.Get<BulkJob>(BulkKeys.Open(job.Account))?.Job == job.Job) state.Remove(BulkKeys.Open(job.Account));
        }
    }

    /// <summary>Those of an account that is nobody's any more; what runs ends with it.</summary>
    public static void ForgetAll(StateEditor state, string account)
    {
        foreach (var (key, job) in state.Range<BulkJob>(BulkKeys.AllOf(account)))
        {
            state.Remove(key);
            state.Remove(BulkKeys.Job(job.Job));
        }

        state.Remove(BulkKeys.Open(account));
    }

    private static bool IsOver(BulkJob job) => job.State is not (BulkState.Running or BulkState.Paused);

    private static BulkJob? Open(StateEditor state, string id) => state.Get<BulkJob>(BulkKeys.Job(id)) is { } job && !IsOver(job) ? job : null;

    private static void Put(StateEditor state, BulkJob job)
    {
        state.Set(BulkKeys.Job(job.Job), job);
        state.Set(BulkKeys.Of(job.Account, job.Job), job with { RecordIds = null, Refusals = null });
        if (IsOver(job))
        {
            state.Remove(BulkKeys.Open(job.Account));
        }
        else
        {
            state.Set(BulkKeys.Open(job.Account), job);
        }
    }
}
