using Recorder.Ledger;

namespace Recorder.Accounts;

/// <summary>A mailbox of somebody else that a reader sees by a grant.</summary>
/// <param name="Owner">The account whose mail it is.</param>
public sealed record Delegated(MailboxGrant Grant, Account Owner)
{
    /// <summary>The mailbox was the owner's when the mail came.</summary>
    public bool Covers(string mailbox, DateTimeOffset receivedAt) => Ownership.Held(Owner, mailbox, receivedAt);
}

/// <summary>What grants add to a reader.</summary>
internal static class Delegation
{
    /// <summary>With the mail of all mailboxes that were granted and are in force now.</summary>
    public static Reader Widen(IStateSnapshot state, Reader reader, DateTimeOffset now)
    {
        var address = reader.Account.Address;
        var granted = state.Range<MailboxGrant>(StateKeys.GrantsTo(address)).Select(pair => pair.Value)
            .Where(grant => grant.Delegate == address && IsInForce(grant, now) && grant.Rights.HasFlag(GrantRights.Read))
            .Select(grant => (grant, Owner: state.Get<Account>(StateKeys.Account(grant.Mailbox))))
            .Where(one => one.Owner is not null)
            .Select(one => new Delegated(one.grant, one.Owner!)).ToList();
        return granted.Count == 0 ? reader : reader with
        {
            Delegated = granted, Scope = [.. reader.Scope, .. granted.SelectMany(one => Ownership.ScopeOf(one.Owner))],
        };
    }

    public static bool IsInForce(MailboxGrant grant, DateTimeOffset now) => grant.ExpiresAt is not { } end || end > now;
}
