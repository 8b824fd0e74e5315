using Recorder.Ledger;
using Recorder.Mail;
using Recorder.Recovery;

namespace Recorder.Web.Pages;

internal static class People
{
    /// <summary>"Name &lt;address&gt;, …": the address always shows, since the name is the sender's choice.</summary>
    public static string Line(IReadOnlyList<MailParty> parties) =>
        string.Join(", ", parties.Select(party => party.Name.Length == 0 ? party.Address : $"{party.Name} <{party.Address}>"));
}

/// <summary>Where a resend or release stands, in a sentence.</summary>
internal static class DispatchWords
{
    public static string Sentence(DispatchStatus status, PageFrame frame) => status.State switch
    {
        DispatchState.Accepted => frame.Text["dispatchAccepted", status.NextHop, status.Words],
        DispatchState.Failed when status.GivenUp is { } reason => frame.Text["dispatchGivenUp", reason],
        DispatchState.Failed when string.IsNullOrEmpty(status.NextHop) => frame.Text["dispatchUndone", status.Words],
        DispatchState.Failed => frame.Text["dispatchFailed", status.NextHop, status.Words],
        DispatchState.Pending when status is { Words: not null, NextAttemptAt: { } next } =>
            frame.Text["dispatchWaiting", status.Words, Show.Time(next, frame)],
        DispatchState.Begun => frame.Text["dispatchBegun"],
        _ => frame.Text["dispatchPending"],
    };

    public static string To(DispatchStatus status) => status.Folder is { } folder ? $"{status.Recipient} › {folder}" : status.Recipient;

    public static string Mood(DispatchStatus status) => status.State switch
    {
        DispatchState.Accepted => "good",
        DispatchState.Failed => "bad",
        _ => "wait",
    };
}
