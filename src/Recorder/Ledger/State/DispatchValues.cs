using Recorder.Smtp;

namespace Recorder.Ledger.State;

/// <summary>Deliveries we owe: all of them by record, the unfinished ones once more for the outbox and by how long they wait.</summary>
internal static class DispatchValues
{
    public static void Apply(LedgerEvent fact, StateEditor state)
    {
        switch (fact)
        {
            case DispatchRequested requested:
                Request(state, requested);
                break;
            case DispatchBegun begun:
                Begin(state, begun);
                break;
            case DispatchEnded ended:
                End(state, ended);
                break;
            case DispatchHastened hastened:
                Hasten(state, hastened);
                break;
            case DispatchGivenUp given:
                GiveUp(state, given);
                break;
            case ProblemDismissed dismissed:
                ProblemValues.Dismiss(state, dismissed);
                break;
        }
    }

    public static void Request(StateEditor state, DispatchRequested asked)
    {
        if (asked.Kind == DispatchKind.Leftover)
        {
            RetryKeys.Settle(state, asked);
        }

        if (state.Get<Dispatch>(StateKeys.Dispatch(asked.RecordId, asked.Kind, asked.Recipient, asked.Round)) is not null) return;
        var dispatch = new Dispatch(
            asked.RecordId, asked.Kind, asked.Recipient, asked.Mailbox, asked.ReversePath, asked.Round,
            asked.Actor.Name, asked.At, DispatchState.Pending, 0, asked.At, null, null, About: asked.About, Into: asked.Into);
        dispatch = dispatch with { Asker = ProblemValues.AskerOf(state, dispatch) };
        ProblemValues.Forget(state, dispatch);
        Put(state, dispatch);
    }

    private static void Begin(StateEditor state, DispatchBegun begun)
    {
        if (state.Get<Dispatch>(StateKeys.Dispatch(begun.RecordId, begun.Kind, begun.Recipient, begun.Round)) is { IsOver: false } dispatch)
        {
            Put(state, dispatch with { State = DispatchState.Begun, Attempts = begun.Attempt });
        }
    }

    private static void End(StateEditor state, DispatchEnded ended)
    {
        var key = StateKeys.Dispatch(ended.RecordId, ended.Kind, ended.Outcome.Recipient, ended.Round);
        // Given up meanwhile: then only its arrival still says something new.
        if (state.Get<Dispatch>(key) is not { } dispatch || (dispatch.IsOver && ended.Outcome.Outcome != DeliveryOutcome.Accepted)) return;
        Finish(state, dispatch with
        {
            State = StateAfter(ended),
            Attempts = ended.Attempt,
            NextAttemptAt = ended.NextAttemptAt,
            NextHop = ended.Outcome.NextHop,
            LastReply = ended.Outcome.Reply ?? ended.Outcome.Error,
            GivenUp = null,
        });
    }

    private static void Hasten(StateEditor state, DispatchHastened wish)
    {
        if (state.Get<Dispatch>(StateKeys.Outbox(wish.RecordId, wish.Kind, wish.Recipient, wish.Round)) is { } dispatch)
        {
            Put(state, dispatch with { NextAttemptAt = wish.At });
        }
    }

    private static void GiveUp(StateEditor state, DispatchGivenUp given)
    {
        if (state.Get<Dispatch>(StateKeys.Outbox(given.RecordId, given.Kind, given.Recipient, given.Round)) is { } dispatch)
        {
            Finish(state, dispatch with { State = DispatchState.Failed, NextAttemptAt = null, GivenUp = given.Reason });
        }
    }

    /// <summary>Forgets what is over, of records that have left. What is still owed is waited for.</summary>
    public static void Sweep(StateEditor state, DateTimeOffset recordsBefore)
    {
        foreach (var (key, old) in state.TakeWhile<Dispatch>(StateKeys.Dispatches, one => RecordTime.Of(one.RecordId) < recordsBefore && one.IsOver))
        {
            state.Remove(key);
            MarkValues.Remove(state, old);
            if (old.Asker is { } asker) state.Remove(OutboxKeys.Problem(asker, old));
        }
    }

    /// <summary>All of one record, owed or not: there is nothing to deliver any more.</summary>
    public static void Forget(StateEditor state, string recordId)
    {
        foreach (var (_, dispatch) in state.Range<Dispatch>(StateKeys.DispatchesOf(recordId)))
        {
            Put(state, dispatch with { State = DispatchState.Failed });
            state.Remove(StateKeys.Dispatch(recordId, dispatch.Kind, dispatch.Recipient, dispatch.Round));
            MarkValues.Remove(state, dispatch);
            if (dispatch.Asker is { } asker) state.Remove(OutboxKeys.Problem(asker, dispatch));
        }
    }

    private static DispatchState StateAfter(DispatchEnded ended) => ended switch
    {
        { Outcome.Outcome: DeliveryOutcome.Accepted } => DispatchState.Accepted,
        { NextAttemptAt: null } => DispatchState.Failed,
        { Outcome.Outcome: DeliveryOutcome.Unknown } => DispatchState.Begun,
        _ => DispatchState.Pending,
    };

    private static void Finish(StateEditor state, Dispatch after)
    {
        Put(state, after);
        MarkValues.Set(state, after);
        ProblemValues.Note(state, after);
        if (after.Kind == DispatchKind.Digest && after.IsOver) DigestValues.End(state, after);
    }

    private static void Put(StateEditor state, Dispatch dispatch)
    {
        state.Set(StateKeys.Dispatch(dispatch.RecordId, dispatch.Kind, dispatch.Recipient, dispatch.Round), dispatch);
        var pending = StateKeys.Outbox(dispatch.RecordId, dispatch.Kind, dispatch.Recipient, dispatch.Round);
        if (state.Get<Dispatch>(pending) is { } before)
        {
            state.Remove(StateKeys.Due(before));
        }

        if (dispatch.IsOver)
        {
            state.Remove(pending);
            state.Remove(OutboxKeys.Waiting(dispatch));
            return;
        }

        state.Set(pending, dispatch);
        state.Set(StateKeys.Due(dispatch), dispatch);
        state.Set(OutboxKeys.Waiting(dispatch), dispatch);
    }
}
