using Recorder.Accounts;
using Recorder.Ledger;

namespace Recorder.Recovery.Campaigns;

/// <summary>Which message is meant, in whatever mailboxes it arrived. One of the first two, or sender and subject.</summary>
/// <param name="RecordId">Any record of it: all records with the same bytes are meant.</param>
/// <param name="MessageId">Of the header, with or without angle brackets.</param>
/// <param name="Sender">Words of the author.</param>
/// <param name="Subject">Words of the subject.</param>
/// <param name="From">Received at or after; a week ago where null.</param>
/// <param name="Until">Received before; now where null.</param>
public sealed record CampaignTarget(
    string? RecordId = null, string? MessageId = null, string? Sender = null, string? Subject = null, DateTimeOffset? From = null, DateTimeOffset? Until = null);

/// <param name="State">hold and hide as far as they are in force, with a space between; empty for none.</param>
public sealed record CampaignRow(string RecordId, DateTimeOffset ReceivedAt, string From, string Subject, IReadOnlyList<string> Mailboxes, string State);

/// <param name="IsCut">There are more than a campaign takes: narrow the target.</param>
public sealed record CampaignPreview(IReadOnlyList<CampaignRow> Rows, int MailboxCount, bool IsCut);

/// <param name="Changed">Records that were not so already.</param>
public sealed record CampaignOutcome(string Campaign, int Changed, int MailboxCount);

/// <summary>One message in many mailboxes, held or hidden by an administrator. The routes see to it that nobody else comes here.</summary>
public interface ICampaigns
{
    /// <summary>What an act would touch; the look is recorded.</summary>
    /// <exception cref="ActRefusedException">nothing-named.</exception>
    Task<CampaignPreview> PreviewAsync(Reader admin, CampaignTarget target, CancellationToken cancel);

    /// <param name="isLifted">Takes the act back.</param>
    /// <exception cref="ActRefusedException">nothing-named, too-many-named, no-reason.</exception>
    Task<CampaignOutcome> ActAsync(Reader admin, CampaignTarget target, CampaignAct act, bool isLifted, string reason, CancellationToken cancel);
}
