using Recorder.Smtp;

namespace Recorder.Ledger.State;

/// <summary>Deliveries we owe: all of them by record, the unfinished ones once more for the outbox.</summary>
internal static class DispatchValues
{
    public static void Request(StateEditor state, DispatchRequested asked)
    {
        if (asked.Kind == DispatchKind.Leftover)
        {
            RetryKeys.Settle(state, asked);
        }

        if (state.Get<Dispatch>(StateKeys.Dispatch(asked.RecordId, asked.Kind, asked.Recipient, asked.Round)) is null)
        {
            Put(state, new Dispatch(
                asked.RecordId, asked.Kind, asked.Recipient, asked.Mailbox, asked.ReversePath, asked.Round,
                asked.Actor.Name, asked.At, DispatchState.Pending, 0, asked.At, null, null));
        }
    }

    public static void Begin(StateEditor state, DispatchBegun begun)
    {
        if (state.Get<Dispatch>(StateKeys.Dispatch(begun.RecordId, begun.Kind, begun.Recipient, begun.Round)) is { } dispatch)
        {
            Put(state, dispatch with { State = DispatchState.Begun, Attempts = begun.Attempt });
        }
    }

    public static void End(StateEditor state, DispatchEnded ended)
    {
        var key = StateKeys.Dispatch(ended.RecordId, ended.Kind, ended.Outcome.Recipient, ended.Round);
        if (state.Get<Dispatch>(key) is { } dispatch)
        {
            var after = dispatch with
            {
                State = StateAfter(ended),
                Attempts = ended.Attempt,
                NextAttemptAt = ended.NextAttemptAt,
                NextHop = ended.Outcome.NextHop,
                LastReply = ended.Outcome.Reply ?? ended.Outcome.Error,
            };
            Put(state, after);
            if (after.Kind == DispatchKind.Digest && IsOver(after)) DigestValues.End(state, after);
        }
    }

    /// <summary>Forgets what is over, of records that have left. What is still owed is waited for.</summary>
    public static void Sweep(StateEditor state, DateTimeOffset recordsBefore)
    {
        foreach (var (key, _) in state.TakeWhile<Dispatch>(StateKeys.Dispatches, one => RecordTime.Of(one.RecordId) < recordsBefore && IsOver(one)))
        {
            state.Remove(key);
        }
    }

    private static bool IsOver(Dispatch dispatch) => dispatch.State is DispatchState.Accepted or DispatchState.Failed;

    private static DispatchState StateAfter(DispatchEnded ended) => ended switch
    {
        { Outcome.Outcome: DeliveryOutcome.Accepted } => DispatchState.Accepted,
        { NextAttemptAt: null } => DispatchState.Failed,
        { Outcome.Outcome: DeliveryOutcome.Unknown } => DispatchState.Begun,
        _ => DispatchState.Pending,
    };

    private static void Put(StateEditor state, Dispatch dispatch)
    {
        state.Set(StateKeys.Dispatch(dispatch.RecordId, dispatch.Kind, dispatch.Recipient, dispatch.Round), dispatch);
        var pending = StateKeys.Outbox(dispatch.RecordId, dispatch.Kind, dispatch.Recipient, dispatch.Round);
        if (state.Get<Dispatch>(pending) is { } before)
        {
            state.Remove(StateKeys.Due(before));
        }

        if (dispatch.State is DispatchState.Pending or DispatchState.Begun)
        {
            state.Set(pending, dispatch);
            state.Set(StateKeys.Due(dispatch), dispatch);
        }
        else
        {
            state.Remove(pending);
        }
    }
}
