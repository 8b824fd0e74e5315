namespace Recorder.Ledger.State;

/// <summary>Marks follow what is known of a record elsewhere in the state: by mailbox, so that a search can ask for all of them.</summary>
internal static class MarkValues
{
    public static void Set(StateEditor state, MarkKind kind, string mailbox, string recordId) =>
        state.Set(MarkKeys.Mark(kind, mailbox, recordId), new RecordMark(recordId));

    public static void Remove(StateEditor state, MarkKind kind, string mailbox, string recordId) =>
        state.Remove(MarkKeys.Mark(kind, mailbox, recordId));

    /// <summary>What arrived once has arrived, whatever a later round does.</summary>
    public static void Set(StateEditor state, Dispatch dispatch)
    {
        if (dispatch.State != DispatchState.Accepted || KindOf(dispatch) is not { } kind) return;
        Set(state, kind, dispatch.Mailbox, dispatch.RecordId);
        state.Set(MarkKeys.MarkBy(kind, dispatch.RequestedBy, dispatch.RecordId), new RecordMark(dispatch.RecordId));
    }

    public static void Remove(StateEditor state, Dispatch dispatch)
    {
        if (KindOf(dispatch) is not { } kind) return;
        Remove(state, kind, dispatch.Mailbox, dispatch.RecordId);
        state.Remove(MarkKeys.MarkBy(kind, dispatch.RequestedBy, dispatch.RecordId));
    }

    private static MarkKind? KindOf(Dispatch dispatch) => dispatch.Kind switch
    {
        DispatchKind.Release => MarkKind.Released,
        DispatchKind.Resend or DispatchKind.Append => MarkKind.Resent,
        _ => null,
    };
}
