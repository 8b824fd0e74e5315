using Recorder.Accounts;
using Recorder.Archive;
using Recorder.Ledger;
using Recorder.Recovery;
using Recorder.Search;

namespace Recorder.Digests;

/// <summary>What the holder of a link is shown.</summary>
/// <param name="IsUsed">It did what it was for; <paramref name="Release"/> says how far that is.</param>
public sealed record LinkSight(
    string Subject, string Sender, DateTimeOffset ReceivedAt, string Mailbox, Account Account, bool IsUsed, DispatchStatus? Release);

/// <summary>
/// What a link of a digest opens: one message, to be released once. It asks for the same release as the page does, in the
/// name of the account that got the digest, as long as the address is still its own.
/// </summary>
public sealed class LinkDoor(DigestLinks links, IRecovery recovery, ILedger ledger, TimeProvider clock)
{
    private readonly KeyedLocks turns = new();

    /// <summary>Whose link it is, expired or not, from its signature alone.</summary>
    /// <returns>null for what we did not write.</returns>
    public string? AccountOf(string token) => links.Read(token)?.Account;

    /// <summary>Changes nothing.</summary>
    /// <returns>null for a link that is wrong or has expired, and for a message that nobody may release with it.</returns>
    public async Task<LinkSight?> ShowAsync(string token, string source, CancellationToken cancel)
    {
        if (Find(token, source) is not var (link, reader) || !RecordId.TryParse(link.RecordId, out var id)) return null;
        // No view is recorded: nothing is shown that the digest did not say.
        if (await recovery.WithinView.OpenAsync(reader, id, false, part => $"#{part}", cancel) is not { } message
            || message.Standing.Rights.IsHeldByAdmin || !MayBeReleased(message.Facts)) return null;
        var release = (await recovery.DispatchesAsync(reader, id, cancel) ?? []).FirstOrDefault(one => one.Kind == DispatchKind.Release);
        return new LinkSight(
            message.View.Facts.Subject, Sender(message), message.Facts.ReceivedAt, link.Mailbox, reader.Account,
            IsUsed(link) || release is { State: not DispatchState.Failed }, release);
    }

    /// <summary>Releases the message, once. Whoever comes again is shown how far that is.</summary>
    /// <returns>null as of <see cref="ShowAsync"/>.</returns>
    /// <exception cref="ActRefusedException">The message cannot be released.</exception>
    public async Task<LinkSight?> ReleaseAsync(string token, string source, CancellationToken cancel)
    {
        if (Find(token, source) is not var (link, reader) || await ShowAsync(token, source, cancel) is not { } sight) return null;
        using var turn = await turns.EnterAsync(links.HashOf(link), cancel);
        if (IsUsed(link)) return sight with { IsUsed = true };
        // In this order a crash between the two leaves a link that asks again for what is asked already, and changes nothing.
        if (!RecordId.TryParse(link.RecordId, out var id) || await recovery.ReleaseAsync(reader, id, cancel) is not { } release) return null;
        await UseAsync(link, reader, cancel);
        return sight with { IsUsed = true, Release = release };
    }

    private async Task UseAsync(DigestLink link, Reader reader, CancellationToken cancel)
    {
        var hash = links.HashOf(link);
        await ledger.ActAsync(StateKeys.UsedLink(hash), state => state.Get<UsedLink>(StateKeys.UsedLink(hash)) is not null ? null
            : new DigestLinkUsed(hash, link.RecordId, link.Mailbox, link.Account, "release", link.DigestId, link.ExpiresAt) { Actor = reader.Actor, At = clock.GetUtcNow() }, cancel);
    }

    private bool IsUsed(DigestLink link) => ledger.State.Get<UsedLink>(StateKeys.UsedLink(links.HashOf(link))) is not null;

    // The reader is as narrow as the link: one mailbox, while it belongs to the account, and no rights of an administrator.
    private (DigestLink Link, Reader Reader)? Find(string token, string source)
    {
        var now = clock.GetUtcNow();
        if (links.Read(token) is not { } link || link.ExpiresAt <= now) return null;
        if (ledger.State.Get<Account>(StateKeys.Account(link.Account)) is not { IsDisabled: false } account) return null;
        OwnerScope[] scope = [.. Ownership.ScopeOf(account).Where(owned => owned.Address == link.Mailbox && Ownership.Covers(owned, now))];
        return scope.Length == 0 ? null : (link, new Reader(account with { IsAdmin = false }, scope, "", source) { IsByLink = true });
    }

    private static bool MayBeReleased(RecordedMail mail) =>
        mail.Recipients.Any(one => Dispositions.IsHeld(one.Disposition)) && mail.Recipients.All(one => DigestRules.MayLink(one.Disposition));

    private static string Sender(OpenedMessage message) =>
        message.View.Facts.From is [{ } first, ..] ? first.Name.Length == 0 ? first.Address : $"{first.Name} <{first.Address}>" : message.Facts.ReversePath;
}

/// <summary>What a link may never do.</summary>
public static class DigestRules
{
    /// <summary>What could harm the reader's machine or purse is never a click in a mail away.</summary>
    public static bool MayLink(string disposition) =>
        !Dispositions.IsHarmful(disposition);
}
