using Recorder.Accounts;
using Recorder.Ledger;
using Recorder.Mailboxes;

namespace Recorder.Recovery;

/// <summary>
/// Wishes to have the exact bytes put into a folder of a mailbox, past SMTP: wishes like the others, which the outbox fulfils on the
/// site's IMAP server. Of a held message it is the release.
/// </summary>
internal sealed class FolderWishes(ILedger ledger, RecordWishes wishes, MailboxServers servers, TimeProvider time, TakingLimit? takings)
{
    /// <summary>The mailboxes it may go to, by their logins, those that the envelope named first; empty where it may not go to any.</summary>
    public IReadOnlyList<string> Targets(Reader reader, Sight sight)
    {
        if (!Fits(sight) || Openings.Of(ledger.State, reader, sight) != Opening.Whole || reader.AuditReason is not null) return [];
        return IsHeld(ledger.State, reader, sight)
            ? [.. sight.Recipients.Select(recipient => LoginFor(reader, sight, recipient)).OfType<string>().Distinct(StringComparer.Ordinal)]
            : Logins(reader, sight);
    }

    /// <exception cref="ActRefusedException">no-mailbox-server, unfit-for-folder, bad-folder, and those of a resend or a release.</exception>
    public Task<DispatchStatus> AppendAsync(Reader reader, Sight sight, string? mailbox, string? folder, bool again, CancellationToken cancel)
    {
        if (FolderName.Read(folder) is not { } name) throw new ActRefusedException("bad-folder", $"a folder has a name of up to {FolderName.MaxChars} characters, without * and %");
        if (!Fits(sight)) throw new ActRefusedException("unfit-for-folder", "IMAP would change the message: it is empty, or has NUL bytes or bare line ends");
        return IsHeld(ledger.State, reader, sight) ? ReleaseAsync(reader, sight, name, cancel) : CopyAsync(reader, sight, Target(reader, sight, mailbox), name, again, cancel);
    }

    // RFC 9051 §4.3: no literal holds a NUL; servers write bare line ends anew, and take none that is empty.
    private static bool Fits(Sight sight) => sight.Entry.ContentLengthBytes > 0 && sight.Mail.Shape is { HasNul: false, HasBareCr: false, HasBareLf: false };

    private static bool IsHeld(IStateSnapshot state, Reader reader, Sight sight) =>
        RecordStates.IsHeld(sight.Recipients, RecordStates.Dispatches(state, sight.Id, sight.Own, reader.Account));

    private async Task<DispatchStatus> ReleaseAsync(Reader reader, Sight sight, string folder, CancellationToken cancel)
    {
        var held = wishes.CheckRelease(reader, sight);
        var places = held.Select(recipient => (Recipient: recipient, Login: LoginFor(reader, sight, recipient) ?? throw NoServer())).ToList();
        foreach (var (recipient, login) in places)
        {
            await wishes.ReleaseAsync(reader, sight, recipient, new MailboxFolder(login, folder), cancel);
        }

        return wishes.Status(reader, sight, DispatchKind.Release, held[0].Address);
    }

    private async Task<DispatchStatus> CopyAsync(Reader reader, Sight sight, string login, string folder, bool again, CancellationToken cancel)
    {
        takings?.Check(reader);
        await ledger.ActAsync(
            RecordWishes.KeyOf(sight, login),
            state =>
            {
                Openings.CheckBytes(state, reader, sight);
                if (IsHeld(state, reader, sight)) throw new ActRefusedException("still-held", "the message is held: release it first");
                var newest = Newest(state, reader, sight, login, folder);
                return newest is null || (again && newest.IsOver)
                    ? wishes.Ask(reader, sight, state, DispatchKind.Append, login, login, reversePath: "") with { Into = new MailboxFolder(login, folder) } : null;
            },
            cancel);
        return RecordWishes.StatusOf(Newest(ledger.State, reader, sight, login, folder) ?? throw new InvalidOperationException($"{sight.Id} is in no folder after asking for it"));
    }

    // Another folder is another wish.
    private static Dispatch? Newest(IStateSnapshot state, Reader reader, Sight sight, string login, string folder) =>
        RecordStates.Dispatches(state, sight.Id, sight.Own, reader.Account)
            .Where(one => one.Kind == DispatchKind.Append && one.Into == new MailboxFolder(login, folder)).MaxBy(one => one.Round);

    private string Target(Reader reader, Sight sight, string? mailbox)
    {
        var targets = Logins(reader, sight);
        var target = string.IsNullOrEmpty(mailbox) ? targets.FirstOrDefault() : targets.FirstOrDefault(login => login.Equals(mailbox, StringComparison.OrdinalIgnoreCase));
        return target ?? throw (targets.Count == 0 && wishes.Targets(reader, sight).Count > 0 ? NoServer()
            : new ActRefusedException("not-own-address", "a message is put into folders of the own mailboxes only"));
    }

    private List<string> Logins(Reader reader, Sight sight) =>
        [.. RecordWishes.Senders(reader, sight).Where(HasMailbox).Select(holder => holder.Address).Distinct(StringComparer.Ordinal).OrderByDescending(sight.Own.Contains)];

    private string? LoginFor(Reader reader, Sight sight, RecordedRecipient recipient) =>
        RecordWishes.Holders(reader, sight, recipient).FirstOrDefault(holder => wishes.HoldsNow(holder, recipient) && HasMailbox(holder))?.Address;

    // A mailbox is opened by the address that its holder signs in with; further addresses lead to the same one.
    private bool HasMailbox(Account holder) => Ownership.Held(holder, holder.Address, time.GetUtcNow()) && servers.For(holder.Address) is not null;

    private static ActRefusedException NoServer() => new("no-mailbox-server", "no server is set that takes mail into the folders of this mailbox");
}
