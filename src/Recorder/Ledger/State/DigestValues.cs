namespace Recorder.Ledger.State;

/// <summary>Digests on their way, the last one of each account, the last run, and links that were used.</summary>
internal static class DigestValues
{
    public static void Apply(LedgerEvent fact, StateEditor state)
    {
        switch (fact)
        {
            case DigestMade made:
                Make(state, made);
                break;
            case DigestsRan ran:
                state.Set(StateKeys.DigestsRan, new DigestRunState(ran.At, ran.Through, ran.Made, ran.NothingNew, ran.Failed));
                break;
            case DigestLinkUsed used:
                var link = new UsedLink(used.Link, used.At, used.ExpiresAt);
                state.Set(StateKeys.UsedLink(used.Link), link);
                state.Set(StateKeys.UsedLinkEnd(used.ExpiresAt, used.Link), link);
                break;
        }
    }

    /// <summary>A digest that arrived or failed is no longer of use to anybody but the next one.</summary>
    public static void End(StateEditor state, Dispatch dispatch)
    {
        if (state.Get<DigestState>(StateKeys.Digest(dispatch.RecordId)) is { } digest
            && state.Get<DigestMark>(StateKeys.DigestMark(digest.Account)) is { } mark && mark.DigestId == dispatch.RecordId)
        {
            state.Set(StateKeys.DigestMark(digest.Account), mark with { Failure = dispatch.State == DispatchState.Failed ? dispatch.LastReply ?? "" : null });
        }

        state.Remove(StateKeys.Digest(dispatch.RecordId));
        state.Remove(StateKeys.Dispatch(dispatch.RecordId, dispatch.Kind, dispatch.Recipient, dispatch.Round));
    }

    public static void Sweep(StateEditor state, DateTimeOffset now)
    {
        foreach (var (key, link) in state.TakeWhile<UsedLink>(StateKeys.UsedLinkEnds, link => link.ExpiresAt <= now))
        {
            state.Remove(key);
            state.Remove(StateKeys.UsedLink(link.Link));
        }
    }

    // One fact makes both, so that no digest is marked as made and never sent.
    private static void Make(StateEditor state, DigestMade made)
    {
        state.Set(StateKeys.Digest(made.DigestId), new DigestState(made.DigestId, made.Account, made.At, made.Through, made.Items, made.More));
        state.Set(StateKeys.DigestMark(made.Account), new DigestMark(made.DigestId, made.At, made.Until, made.Through));
        DispatchValues.Request(state, new DispatchRequested(made.DigestId, DispatchKind.Digest, made.Recipient, made.Account, "", 0) { Actor = made.Actor, At = made.At });
    }
}
