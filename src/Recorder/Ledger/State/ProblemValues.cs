namespace Recorder.Ledger.State;

/// <summary>What people asked for and did not get, until they ask anew or dismiss it.</summary>
internal static class ProblemValues
{
    /// <returns>The account that wanted a delivery: of an approved release, whoever asked for it. Null where no account did.</returns>
    public static string? AskerOf(StateEditor state, Dispatch wish)
    {
        if (!wish.IsWish) return null;
        var asked = state.Get<ReleaseRequest>(ActKeys.Request(wish.RecordId, wish.Recipient));
        var name = asked is { State: RequestState.Approved } && asked.DecidedBy == wish.RequestedBy ? asked.AskedBy : wish.RequestedBy;
        return state.Get<Account>(StateKeys.Account(name)) is null ? null : name;
    }

    public static void Note(StateEditor state, Dispatch dispatch)
    {
        if (dispatch.Asker is not { } asker) return;
        if (dispatch.State == DispatchState.Failed) state.Set(OutboxKeys.Problem(asker, dispatch), dispatch);
        else if (dispatch.State == DispatchState.Accepted) state.Remove(OutboxKeys.Problem(asker, dispatch));
    }

    /// <summary>A new wish for the same takes the place of those that failed.</summary>
    public static void Forget(StateEditor state, Dispatch wish)
    {
        if (wish.Asker is not { } asker) return;
        for (var round = 0; round < wish.Round; round++) state.Remove(OutboxKeys.Problem(asker, wish with { Round = round }));
    }

    public static void Dismiss(StateEditor state, ProblemDismissed seen) =>
        state.Remove(OutboxKeys.ProblemsOf(seen.Account) + OutboxKeys.Of(seen.RecordId, seen.Kind, seen.Recipient, seen.Round));
}
