using Recorder.Accounts;
using Recorder.Ledger;
using Recorder.Mail;
using Recorder.Search;

namespace Recorder.Recovery;

/// <summary>How much of a message its reader gets.</summary>
public enum Opening
{
    /// <summary>Everything: text, markup, parts and the exact bytes.</summary>
    Whole,

    /// <summary>Of malware and phish: the facts, and the text with its links written out. Nothing that came in the message leaves.</summary>
    Disarmed,

    /// <summary>Held by an administrator, or looked at by an auditor without a reason: who sent it, when and about what.</summary>
    Facts,
}

/// <summary>
/// The one place that decides what may be opened; every way to a message's content asks here. docs/quarantine.md has the
/// same as a table.
/// </summary>
internal static class Openings
{
    /// <summary>The code of an <see cref="ActRefusedException"/> for bytes that could harm.</summary>
    public const string HarmfulCode = "harmful";

    public static Opening Of(IStateSnapshot state, Reader reader, Sight sight) =>
        RecordStates.AdminHold(state, sight.Id, sight.Own, reader.Account) is not null || reader.AuditReason is "" ? Opening.Facts
            : reader.Account.IsAdmin || !Rights.IsForAdmins(sight) || IsApproved(state, sight) ? Opening.Whole
            : Opening.Disarmed;

    /// <summary>The exact bytes and the parts, to look at, to keep or to send.</summary>
    /// <exception cref="ActRefusedException">held-by-admin, not-granted, harmful.</exception>
    public static void CheckBytes(IStateSnapshot state, Reader reader, Sight sight)
    {
        RecordWishes.CheckAdminHold(state, reader, sight);
        // An auditor reads, with a reason, and takes nothing away but evidence, which tells every owner (Inspections.MayTakeAsync).
        if (reader.AuditReason is not null) throw Mandate.NotGranted();
        if (Of(state, reader, sight) != Opening.Whole)
        {
            throw new ActRefusedException(HarmfulCode, "the original and its attachments could do harm: only an administrator opens them, or approves a request for it");
        }
    }

    public static MailView Narrowed(MailView view, Opening opening) => opening switch
    {
        Opening.Whole => view,
        Opening.Disarmed => Textual(view, DisarmedText.Of(view.Facts.Text.Length > 0 ? view.Facts.Text : view.Text)),
        // Who sent it, when and about what: enough to ask for it.
        _ => Textual(view, "") with { Facts = view.Facts with { Text = "", AttachedText = "", Summary = "", Attachments = [] } },
    };

    /// <summary>A list's row shows no more than the message itself.</summary>
    public static SearchHit Narrowed(IStateSnapshot state, Reader reader, SearchHit hit) =>
        reader.AuditReason is not null || RecordStates.AdminHold(state, hit.Id, hit.Addresses, reader.Account) is not null ? hit with { Summary = "", Gaps = AttachmentGaps.None }
            : Dispositions.IsHarmful(hit.Disposition) ? hit with { Summary = DisarmedText.Of(hit.Summary), Gaps = AttachmentGaps.None }
            : hit;

    /// <summary>Whether a list may quote the text around the words that were found.</summary>
    public static bool MayQuote(IStateSnapshot state, Reader reader, SearchHit hit) =>
        reader.AuditReason is null && RecordStates.AdminHold(state, hit.Id, hit.Addresses, reader.Account) is null && !Dispositions.IsHarmful(hit.Disposition);

    private static MailView Textual(MailView view, string text) => view with
    {
        Html = null, Text = text, Headers = [], HasRemoteContent = false,
        Facts = view.Facts with { Text = text, AttachedText = "", Summary = DisarmedText.Of(view.Facts.Summary) },
    };

    // For one of the reader's mailboxes: the bytes are the same in each.
    private static bool IsApproved(IStateSnapshot state, Sight sight) =>
        RecordStates.Requests(state, sight.Id, sight.Own).Any(request => request.State == RequestState.Approved);
}
