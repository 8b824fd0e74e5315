using Recorder.Ledger;
using Recorder.Smtp;

namespace Recorder.Recovery;

/// <summary>What became of a record for one reader, from the state alone.</summary>
internal static class RecordStates
{
    /// <summary>
    /// Dispatches the reader may know of: those for the own mailboxes of the record, and the reader's own wishes.
    /// </summary>
    public static IReadOnlyList<Dispatch> Dispatches(IStateSnapshot state, string recordId, IReadOnlyList<string> own, Account reader) =>
        [.. state.Range<Dispatch>(StateKeys.DispatchesOf(recordId))
            .Select(pair => pair.Value)
            .Where(dispatch => dispatch.Kind is not (DispatchKind.Bounce or DispatchKind.Notice))
            .Where(dispatch => own.Contains(dispatch.Mailbox) || dispatch.RequestedBy == reader.Address)];

    /// <summary>The one word a list shows; see <see cref="MessageRow"/>.</summary>
    /// <param name="disposition">The first one of the reader's recipients.</param>
    public static string Word(IStateSnapshot state, string recordId, string disposition, IReadOnlyList<string> own, Account reader)
    {
        var dispatches = Dispatches(state, recordId, own, reader);
        var newest = dispatches
            .OrderByDescending(dispatch => dispatch.RequestedAt)
            .Select(WordOf)
            .FirstOrDefault(word => word is not null);
        return newest ?? (Dispositions.IsHeld(disposition) ? HeldWord(state, recordId, own)
            : disposition is Dispositions.Journal or Dispositions.Import ? "recorded"
            : FirstDelivery(state, recordId, own));
    }

    /// <summary>True while nothing of the reader's may leave: all held, and no release has arrived.</summary>
    public static bool IsHeld(IEnumerable<RecordedRecipient> recipients, IEnumerable<Dispatch> dispatches) =>
        recipients.All(recipient => Dispositions.IsHeld(recipient.Disposition))
        && !dispatches.Any(dispatch => dispatch is { Kind: DispatchKind.Release, State: DispatchState.Accepted });

    /// <summary>The requests for a release that the reader may know of.</summary>
    public static IReadOnlyList<ReleaseRequest> Requests(IStateSnapshot state, string recordId, IReadOnlyList<string> own) =>
        [.. state.Range<ReleaseRequest>(ActKeys.RequestsOf(recordId)).Select(pair => pair.Value).Where(request => own.Contains(request.Mailbox))];

    /// <summary>
    /// The administrator's hold that keeps this reader from a record's body; null where there is none, or where an
    /// administrator approved the reader's request since.
    /// </summary>
    public static RecordOverride? AdminHold(IStateSnapshot state, string recordId, IReadOnlyList<string> own, Account reader) =>
        !reader.IsAdmin && state.Get<RecordOverride>(ActKeys.Override(CampaignAct.Hold, recordId)) is { } hold
        && !Requests(state, recordId, own).Any(request => request.State == RequestState.Approved && request.DecidedAt >= hold.At)
            ? hold : null;

    // Nobody asked: it needs review.
    private static string HeldWord(IStateSnapshot state, string recordId, IReadOnlyList<string> own) =>
        Requests(state, recordId, own).Select(request => request.State switch
        {
            RequestState.Open => "requested",
            RequestState.Approved => "approved",
            _ => "denied",
        }).LastOrDefault() ?? "held";

    // A wish that failed leaves the record as it was before; a failed leftover was the delivery itself.
    private static string? WordOf(Dispatch dispatch) => (dispatch.State, dispatch.Kind) switch
    {
        // A copy moves nothing: the message itself is where it was.
        (_, DispatchKind.SafeCopy or DispatchKind.Attached) => null,
        (DispatchState.Pending or DispatchState.Begun, _) => "pending",
        (DispatchState.Accepted, DispatchKind.Release) => "released",
        (DispatchState.Accepted, DispatchKind.Resend or DispatchKind.Append) => "resent",
        (DispatchState.Accepted, _) => "delivered",
        (_, DispatchKind.Leftover) => "refused",
        _ => null,
    };

    private static string FirstDelivery(IStateSnapshot state, string recordId, IReadOnlyList<string> own)
    {
        var failures = own.Select(mailbox => state.Get<RelayState>(StateKeys.Relay(recordId, mailbox))).ToList();
        if (failures.TrueForAll(failure => failure is null))
        {
            return IsUnderWay(state, recordId, own) ? "pending" : "delivered";
        }

        return failures.Contains(null) ? "delivered"
            : failures.TrueForAll(failure => failure!.Outcome == DeliveryOutcome.PermanentFailure) ? "refused" : "pending";
    }

    // Recorded, and the next hop has not answered yet.
    private static bool IsUnderWay(IStateSnapshot state, string recordId, IReadOnlyList<string> own) =>
        state.Get<RetryRecord>(StateKeys.RetryOf(recordId)) is { } record
        && record.Recipients.Where(recipient => recipient.Owners.Any(own.Contains)).Any(recipient =>
            state.Get<RetryKeyState>(StateKeys.Retry(record.Sha256Hex, record.ReversePath, recipient.Address, record.IsJournal)) is { Settled: false } open
            && open.RecordId == recordId);
}
