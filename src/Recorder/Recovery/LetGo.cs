using Recorder.Accounts;
using Recorder.Ledger;

namespace Recorder.Recovery;

/// <summary>How a reader gets a held message: it follows the category.</summary>
public enum LetGo
{
    /// <summary>There is nothing to let go.</summary>
    Nothing,

    Release,

    /// <summary>Only an administrator lets it go; the reader may ask for it.</summary>
    Ask,

    /// <summary>Asked, not decided.</summary>
    Asked,

    /// <summary>An administrator said no.</summary>
    Denied,
}

/// <summary>What a reader may do with a record.</summary>
/// <param name="Request">The newest request for a release; null when nobody asked.</param>
/// <param name="Opening">How much of its content the reader gets.</param>
/// <param name="MaySafeCopy">A plain-text copy may be sent to the own mailbox.</param>
/// <param name="Report">What the reader said it is.</param>
public sealed record RecordRights(
    LetGo LetGo, ReleaseRequest? Request, Opening Opening, bool MaySafeCopy, bool IsHidden, ReportKind? Report)
{
    /// <summary>By an administrator's hold; an auditor without a reason sees as little for another cause.</summary>
    public bool IsHeldByAdmin { get; init; }
}

/// <summary>Rights from the state alone.</summary>
internal static class Rights
{
    public static RecordRights Of(IStateSnapshot state, Reader reader, Sight sight)
    {
        var hold = RecordStates.AdminHold(state, sight.Id, sight.Own, reader.Account);
        var request = RecordStates.Requests(state, sight.Id, sight.Own).OrderBy(one => one.AskedAt).LastOrDefault();
        var dispatches = RecordStates.Dispatches(state, sight.Id, sight.Own, reader.Account);
        var isHeld = sight.Recipients.Any(recipient => IsStillHeld(recipient, dispatches));
        var isClosed = IsForAdmins(sight);
        return new RecordRights(
            hold is not null ? Asking(request, hold.At)
                : !isHeld ? LetGo.Nothing
                : !isClosed || reader.Account.IsAdmin || request?.State == RequestState.Approved ? LetGo.Release
                : Asking(request, DateTimeOffset.MinValue),
            request, Openings.Of(state, reader, sight),
            hold is null && sight.Recipients.Any(recipient => Dispositions.IsHeld(recipient.Disposition)) && (!isClosed || reader.Account.IsAdmin),
            Marks.IsHidden(state, sight.Id, sight.Own),
            sight.Own.Select(mailbox => state.Get<MailReport>(ActKeys.Report(sight.Id, mailbox))?.Kind).LastOrDefault(kind => kind is not null)) { IsHeldByAdmin = hold is not null };
    }

    /// <summary>What could harm the reader's machine or purse is let go by an administrator alone.</summary>
    public static bool IsForAdmins(Sight sight) => sight.Recipients.Any(IsForAdmins);

    public static bool IsForAdmins(RecordedRecipient recipient) => Dispositions.IsHarmful(recipient.Disposition);

    private static bool IsStillHeld(RecordedRecipient recipient, IEnumerable<Dispatch> dispatches) =>
        Dispositions.IsHeld(recipient.Disposition) && !dispatches.Any(dispatch =>
            dispatch.Kind == DispatchKind.Release && dispatch.Recipient == recipient.Address && dispatch.State != DispatchState.Failed);

    /// <summary>An administrator's no to this request that still counts: one from before the hold is no answer to it.</summary>
    public static bool IsDenied(ReleaseRequest request, RecordOverride? hold) =>
        request.State == RequestState.Denied && (hold is null || request.DecidedAt >= hold.At);

    // An answer from before this hold is no answer to it.
    private static LetGo Asking(ReleaseRequest? request, DateTimeOffset since) => request switch
    {
        { State: RequestState.Open } => LetGo.Asked,
        { State: RequestState.Denied } when request.DecidedAt >= since => LetGo.Denied,
        _ => LetGo.Ask,
    };
}
