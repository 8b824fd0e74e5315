using Recorder.Ledger;

namespace Recorder.Accounts;

/// <summary>Lets delegates into a mailbox: a shared or unit mailbox, or that of somebody who is away.</summary>
public sealed class Grants(ILedger ledger, IAddressBook book, TimeProvider time)
{
    public const int MaxPerMailbox = 100;

    /// <summary>Who may see a mailbox.</summary>
    public IReadOnlyList<MailboxGrant> Of(string mailbox) => InForce(StateKeys.GrantsOf(mailbox), grant => grant.Mailbox == mailbox);

    /// <summary>Which mailboxes a delegate may see.</summary>
    public IReadOnlyList<MailboxGrant> To(string account) => InForce(StateKeys.GrantsTo(account), grant => grant.Delegate == account);

    /// <summary>Makes or changes a grant; reading is always part of it.</summary>
    /// <exception cref="ActRefusedException">no-such-account, own-mailbox, bad-end, too-many-grants.</exception>
    public async Task<MailboxGrant> SetAsync(Actor actor, string mailbox, string account, GrantRights rights, DateTimeOffset? expiresAt, CancellationToken cancel)
    {
        var (owner, granted, now) = (book.Normalise(mailbox) ?? mailbox, book.Normalise(account) ?? account, time.GetUtcNow());
        if (owner == granted) throw new ActRefusedException("own-mailbox", "that is the mailbox's own account");
        if (expiresAt <= now) throw new ActRefusedException("bad-end", "the end lies in the past");
        var grant = new MailboxGrant(owner, granted, rights | GrantRights.Read, now, actor.Name, expiresAt);
        await ledger.ActAsync(KeyOf(owner), state => Set(state, actor, grant), cancel);
        return grant;
    }

    /// <returns>false where there was none.</returns>
    public async Task<bool> EndAsync(Actor actor, string mailbox, string account, CancellationToken cancel)
    {
        var (owner, granted) = (book.Normalise(mailbox) ?? mailbox, book.Normalise(account) ?? account);
        return await ledger.ActAsync(
            KeyOf(owner),
            state => state.Get<MailboxGrant>(StateKeys.Grant(owner, granted)) is null ? null : new GrantEnded(owner, granted) { Actor = actor, At = time.GetUtcNow() },
            cancel) is not null;
    }

    private static GrantSet Set(IStateSnapshot state, Actor actor, MailboxGrant grant)
    {
        foreach (var name in new[] { grant.Mailbox, grant.Delegate })
        {
            if (state.Get<Account>(StateKeys.Account(name)) is null) throw new ActRefusedException("no-such-account", $"there is no account {name}");
        }

        return state.Range<MailboxGrant>(StateKeys.GrantsOf(grant.Mailbox)).Count() >= MaxPerMailbox
            ? throw new ActRefusedException("too-many-grants", $"a mailbox has up to {MaxPerMailbox} delegates")
            : new GrantSet(grant) { Actor = actor, At = grant.GrantedAt };
    }

    private IReadOnlyList<MailboxGrant> InForce(string prefix, Func<MailboxGrant, bool> isMeant) =>
        [.. ledger.State.Range<MailboxGrant>(prefix).Select(pair => pair.Value).Where(grant => isMeant(grant) && Delegation.IsInForce(grant, time.GetUtcNow()))];

    private static string KeyOf(string mailbox) => $"grants/{mailbox}";
}
