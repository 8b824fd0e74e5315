using Recorder.Accounts;
using Recorder.Archive;
using Recorder.Ledger;

namespace Recorder.Delivery.Outbox;

/// <summary>
/// Who must be told when a delivery ends without having arrived. The report is owed before the delivery ends, since a
/// crash in between must not lose it, and waits for that end.
/// </summary>
public sealed class FailureReports(ILedger ledger, DispatchMessages messages, TimeProvider clock)
{
    /// <exception cref="ArchiveException">It could not be recorded; the delivery must not end yet.</exception>
    public Task OweAsync(Dispatch failed, CancellationToken cancel) =>
        failed.Kind == DispatchKind.Leftover ? OweBounceAsync(failed, cancel)
        : failed.Asker is not null ? OweNoticeAsync(failed, cancel)
        : Task.CompletedTask;

    // RFC 3464 ends a leftover that nobody takes; never to <>, and not where the sender asked for silence (RFC 3461 §4.1).
    private async Task OweBounceAsync(Dispatch failed, CancellationToken cancel)
    {
        if (failed.ReversePath.Length == 0 || await messages.WantsNoReportAsync(failed, cancel)) return;
        var key = StateKeys.Dispatch(failed.RecordId, DispatchKind.Bounce, failed.Recipient, failed.Round);
        await ledger.ActAsync(key, state => state.Get<Dispatch>(key) is not null ? null
            : Request(failed, DispatchKind.Bounce, failed.Recipient, failed.Mailbox, failed.Round), cancel);
    }

    private Task OweNoticeAsync(Dispatch failed, CancellationToken cancel)
    {
        var about = OutboxKeys.Of(failed);
        return ledger.ActAsync($"notice/{about}", state =>
        {
            var notices = state.Range<Dispatch>(StateKeys.DispatchesOf(failed.RecordId)).Select(pair => pair.Value).Where(one => one.Kind == DispatchKind.Notice).ToList();
            if (notices.Exists(one => one.About == about) || MailboxFor(state, failed) is not { } mailbox) return null;
            var round = notices.Where(one => one.Recipient == mailbox).Select(one => one.Round).DefaultIfEmpty(-1).Max() + 1;
            return Request(failed, DispatchKind.Notice, mailbox, mailbox, round, about);
        }, cancel);
    }

    // To the mailbox that just failed it would be one more failure: the pages tell the person all the same.
    private string? MailboxFor(IStateSnapshot state, Dispatch failed) =>
        state.Get<Account>(StateKeys.Account(failed.Asker!)) is { IsDisabled: false } account
            ? Ownership.AddressesAt(account, clock.GetUtcNow()).FirstOrDefault(address => address != failed.Mailbox && address != failed.Recipient)
            : null;

    private DispatchRequested Request(Dispatch failed, DispatchKind kind, string recipient, string mailbox, int round, string? about = null) =>
        new(failed.RecordId, kind, recipient, mailbox, "", round, about) { Actor = DispatchAttempt.Outbox, At = clock.GetUtcNow() };
}
