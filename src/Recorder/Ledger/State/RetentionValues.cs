namespace Recorder.Ledger.State;

/// <summary>Rules, the clock, holds and purges.</summary>
internal static class RetentionValues
{
    public static void Apply(LedgerEvent fact, StateEditor state)
    {
        switch (fact)
        {
            case RetentionRuleSet set:
                state.Set(RetentionKeys.Rule(set.Rule.Id), set.Rule);
                Changed(state, fact);
                break;
            case RetentionRuleRemoved removed:
                state.Remove(RetentionKeys.Rule(removed.Id));
                Changed(state, fact);
                break;
            case RetentionDefaultSet set:
                // The first default of a log changes nothing that was in force before.
                if (state.Get<RetentionDefault>(RetentionKeys.Default) is not null) Changed(state, fact);
                state.Set(RetentionKeys.Default, new RetentionDefault(set.Days, set.AllowShorter));
                break;
            case ClockSeen or ClockConfirmed:
                state.Set(RetentionKeys.Clock, new ClockState(fact.At));
                break;
            case ClockDoubted doubted:
                state.Set(RetentionKeys.Clock, new ClockState(doubted.LastSeen, fact.At));
                break;
            default:
                HoldValues.Apply(fact, state);
                PurgeValues.Apply(fact, state);
                ApprovalValues.Apply(fact, state);
                break;
        }
    }

    /// <summary>What became of a record is wanted as long as the record may be in sight of somebody.</summary>
    /// <returns>null: for ever.</returns>
    public static TimeSpan? Longest(StateEditor state, TimeSpan usual)
    {
        var rules = state.Range<RetentionRule>(RetentionKeys.Rules);
        if (rules.Any(rule => rule.Value.Days is null)) return null;
        // The same week over the longest term as over the default.
        var longest = rules.Select(rule => TimeSpan.FromDays(rule.Value.Days!.Value + 7)).DefaultIfEmpty(usual).Max();
        return longest > usual ? longest : usual;
    }

    private static void Changed(StateEditor state, LedgerEvent fact) =>
        state.Set(RetentionKeys.Change, new RetentionChange(fact.At, fact.Actor.Name));
}

internal static class HoldValues
{
    public static void Apply(LedgerEvent fact, StateEditor state)
    {
        switch (fact)
        {
            case HoldPlaced placed:
                state.Set(RetentionKeys.Hold(placed.Hold.Id), placed.Hold with { Records = state.Range<HeldRecord>(RetentionKeys.RecordsOfHold(placed.Hold.Id)).Count });
                break;
            case HoldRecordsAdded added:
                Add(state, added);
                break;
            case HoldLifted lifted when state.Get<Hold>(RetentionKeys.Hold(lifted.HoldId)) is { LiftedAt: null } hold:
                state.Set(RetentionKeys.Hold(hold.Id), hold with { LiftedAt = lifted.At, LiftedBy = lifted.Actor.Name, LiftedWhy = lifted.Reason });
                foreach (var (key, _) in state.Range<HeldRecord>(RetentionKeys.RecordsOfHold(hold.Id)))
                {
                    state.Remove(key);
                    state.Remove(RetentionKeys.HeldRecord(key[RetentionKeys.RecordsOfHold(hold.Id).Length..], hold.Id));
                }

                break;
        }
    }

    private static void Add(StateEditor state, HoldRecordsAdded added)
    {
        var mark = new HeldRecord(added.HoldId);
        var fresh = 0;
        foreach (var id in added.RecordIds)
        {
            if (state.Get<HeldRecord>(RetentionKeys.HeldRecord(id, added.HoldId)) is not null) continue;
            state.Set(RetentionKeys.HeldRecord(id, added.HoldId), mark);
            state.Set(RetentionKeys.RecordOfHold(added.HoldId, id), mark);
            fresh++;
        }

        if (state.Get<Hold>(RetentionKeys.Hold(added.HoldId)) is { } hold)
        {
            state.Set(RetentionKeys.Hold(hold.Id), hold with { Records = hold.Records + fresh, Through = added.Through });
        }
    }
}

internal static class PurgeValues
{
    public static void Apply(LedgerEvent fact, StateEditor state)
    {
        switch (fact)
        {
            case PurgeStepIntended or PurgeStepDone or PurgeStepDropped:
                ApplyStep(fact, state);
                break;
            case ErasureAsked or ErasureDropped or RecordErased or ErasureNoted:
                ApplyErasure(fact, state);
                break;
            case PurgeStarted started:
                Put(state, new PurgeRun(started.Run, started.Actor.Name, started.At, started.GraceUntil));
                break;
            case PurgeIndexed indexed when state.Get<PurgeRun>(RetentionKeys.Run(indexed.Run)) is { } run:
                Put(state, run with { Documents = (run.Documents ?? 0) + indexed.Documents });
                if (indexed.Documents > 0) LeaveOver(state, indexed.At, run.GraceUntil);
                break;
            case IndexExpunged:
                state.Remove(RetentionKeys.IndexLeftover);
                break;
            case PurgeEnded ended when state.Get<PurgeRun>(RetentionKeys.Run(ended.Run)) is { } run:
                Put(state, run with { EndedAt = ended.At });
                break;
            case RecordsForgotten forgotten:
                foreach (var id in forgotten.RecordIds) Forget(state, id);
                break;
        }
    }

    private static void ApplyStep(LedgerEvent fact, StateEditor state)
    {
        switch (fact)
        {
            case PurgeStepIntended intended:
                state.Set(RetentionKeys.Step(intended.Run, intended.Plan.Segment), new PurgeStep(intended.Run, intended.Plan, intended.At));
                if (intended.Plan.Act == PurgeAct.Remove) state.Set(RetentionKeys.Removed(intended.Plan.Segment), new RemovedSegment(intended.Run));
                break;
            case PurgeStepDone done when state.Get<PurgeStep>(RetentionKeys.Step(done.Run, done.Segment)) is { } step:
                state.Set(RetentionKeys.Step(done.Run, done.Segment), step with { DoneAt = done.At, StoredBytesAfter = done.StoredBytes });
                state.Set(RetentionKeys.LastRemoval, new LastRemoval(done.At));
                break;
            case PurgeStepDropped dropped:
                state.Remove(RetentionKeys.Step(dropped.Run, dropped.Segment));
                state.Remove(RetentionKeys.Removed(dropped.Segment));
                break;
        }
    }

    private static void ApplyErasure(LedgerEvent fact, StateEditor state)
    {
        switch (fact)
        {
            case ErasureAsked asked:
                state.Set(RetentionKeys.Erasure(asked.RecordId), new Erasure(asked.RecordId, asked.Reason, asked.Actor.Name, asked.At, Received: asked.Received));
                break;
            case ErasureDropped dropped:
                state.Remove(RetentionKeys.Erasure(dropped.RecordId));
                break;
            case RecordErased erased when state.Get<Erasure>(RetentionKeys.Erasure(erased.RecordId)) is { } erasure:
                state.Set(RetentionKeys.Erasure(erased.RecordId), erasure with { DoneAt = erased.At });
                state.Set(RetentionKeys.LastRemoval, new LastRemoval(erased.At));
                break;
            case ErasureNoted noted when state.Get<Erasure>(RetentionKeys.Erasure(noted.RecordId)) is { } erasure:
                state.Set(RetentionKeys.Erasure(noted.RecordId), erasure with { Noted = [.. (erasure.Noted ?? []).Union(noted.Copies)] });
                break;
        }
    }

    private static void LeaveOver(StateEditor state, DateTimeOffset at, DateTimeOffset? until)
    {
        var before = state.Get<IndexLeftover>(RetentionKeys.IndexLeftover);
        var first = before?.Until < until || until is null ? before?.Until : until;
        state.Set(RetentionKeys.IndexLeftover, new IndexLeftover(before?.Since ?? at, first));
    }

    internal static void Put(StateEditor state, PurgeRun run)
    {
        state.Set(RetentionKeys.Run(run.Id), run);
        if (run.EndedAt is null) state.Set(RetentionKeys.OpenRun, run);
        else state.Remove(RetentionKeys.OpenRun);
    }

    private static void Forget(StateEditor state, string id)
    {
        if (state.Get<RetryRecord>(StateKeys.RetryOf(id)) is { } open) RetryKeys.Close(state, id, [.. open.Recipients.Select(one => one.Address)]);
        RelayValues.Forget(state, id);
        DispatchValues.Forget(state, id);
        QuarantineValues.Forget(state, id);
    }
}
