using Recorder.Accounts;
using Recorder.Ledger;

namespace Recorder.Recovery;

/// <summary>Resends and releases: wishes in the ledger, which the outbox fulfils.</summary>
internal sealed class RecordWishes(ILedger ledger, IAddressBook book, TimeProvider time, TakingLimit? takings = null)
{
    /// <summary>The reader's present addresses, those that the envelope named first.</summary>
    public IReadOnlyList<string> Targets(Reader reader, Sight sight) =>
        [.. Senders(reader, sight).SelectMany(holder => Ownership.AddressesAt(holder, time.GetUtcNow()))
            .Distinct(StringComparer.Ordinal).OrderByDescending(sight.Own.Contains)];

    // What is the reader's goes to the reader's own addresses; what is seen by a grant, to the mailbox it came for.
    internal static IEnumerable<Account> Senders(Reader reader, Sight sight) => Mandate.Holders(reader, GrantRights.Resend)
        .Where(holder => sight.Own.Any(mailbox => holder == reader.Account
            ? !Mandate.IsDelegated(reader, mailbox, sight.Entry.ReceivedAt) : Ownership.Held(holder, mailbox, sight.Entry.ReceivedAt)));

    /// <exception cref="ActRefusedException">not-own-address, still-held, held-by-admin, harmful, taken-enough.</exception>
    public Task<DispatchStatus> ResendAsync(Reader reader, Sight sight, string? mailbox, bool again, CancellationToken cancel) =>
        SendAgainAsync(reader, sight, DispatchKind.Resend, mailbox, again, cancel);

    /// <param name="kind">Resend or Attached.</param>
    /// <exception cref="ActRefusedException">As of <see cref="ResendAsync"/>.</exception>
    public async Task<DispatchStatus> SendAgainAsync(Reader reader, Sight sight, DispatchKind kind, string? mailbox, bool again, CancellationToken cancel)
    {
        var target = Target(reader, sight, mailbox);
        takings?.Check(reader);
        await ledger.ActAsync(
            KeyOf(sight, target),
            state =>
            {
                Openings.CheckBytes(state, reader, sight);
                var known = RecordStates.Dispatches(state, sight.Id, sight.Own, reader.Account);
                if (RecordStates.IsHeld(sight.Recipients, known))
                {
                    throw new ActRefusedException("still-held", "the message is held: release it first");
                }

                var newest = Newest(known, kind, target);
                var isWanted = newest is null || (again && newest.State is DispatchState.Accepted or DispatchState.Failed);
                return isWanted ? Ask(reader, sight, state, kind, target, target, reversePath: "") : null;
            },
            cancel);
        return Status(reader, sight, kind, target);
    }

    /// <exception cref="ActRefusedException">not-held, not-allowed, held-by-admin.</exception>
    public async Task<DispatchStatus> ReleaseAsync(Reader reader, Sight sight, CancellationToken cancel)
    {
        var held = CheckRelease(reader, sight);
        foreach (var recipient in held)
        {
            await ReleaseAsync(reader, sight, recipient, null, cancel);
        }

        return Status(reader, sight, DispatchKind.Release, held[0].Address);
    }

    /// <exception cref="ActRefusedException">not-held, not-allowed, held-by-admin, not-own-address.</exception>
    public async Task<DispatchStatus> SafeCopyAsync(Reader reader, Sight sight, CancellationToken cancel)
    {
        CheckRelease(reader, sight);
        // Whatever an administrator approved: a copy of harmful words is theirs alone to send.
        if (!Rights.Of(ledger.State, reader, sight).MaySafeCopy) throw new ActRefusedException("not-allowed", "only an administrator may have this copied");
        var target = Target(reader, sight, null);
        await ledger.ActAsync(
            KeyOf(sight, target),
            state =>
            {
                CheckAdminHold(state, reader, sight);
                return Newest(RecordStates.Dispatches(state, sight.Id, sight.Own, reader.Account), DispatchKind.SafeCopy, target) is null or { State: DispatchState.Failed }
                    ? Ask(reader, sight, state, DispatchKind.SafeCopy, target, target, reversePath: "") : null;
            },
            cancel);
        return Status(reader, sight, DispatchKind.SafeCopy, target);
    }

    /// <summary>The recipients that a release would let go.</summary>
    /// <exception cref="ActRefusedException">not-held, not-allowed, held-by-admin.</exception>
    public IReadOnlyList<RecordedRecipient> CheckRelease(Reader reader, Sight sight)
    {
        CheckAdminHold(ledger.State, reader, sight);
        var held = sight.Recipients.Where(recipient => Dispositions.IsHeld(recipient.Disposition)).ToList();
        if (held.Count == 0)
        {
            throw new ActRefusedException("not-held", "the message is not held");
        }

        held = [.. held.Where(recipient => recipient.Owners.Any(owner => Mandate.Allows(reader, owner, GrantRights.Release, sight.Entry.ReceivedAt)))];
        if (held.Count == 0) throw Mandate.NotGranted();
        if (held.TrueForAll(recipient => IsLost(reader, sight, recipient))) throw new ActRefusedException("not-own-address", "the address belongs to somebody else by now");
        var free = held.Where(recipient => !IsLost(reader, sight, recipient) && IsFree(ledger.State, reader, sight, recipient)).ToList();
        return free.Count > 0 ? free : throw new ActRefusedException("not-allowed", "only an administrator may release this message");
    }

    // What came to an address while it was the reader's would be delivered to whoever has it now.
    private bool IsLost(Reader reader, Sight sight, RecordedRecipient recipient) =>
        Holders(reader, sight, recipient).ToList() is { Count: > 0 } holders && !holders.Exists(holder => HoldsNow(holder, recipient));

    /// <summary>Those for whom a recipient's copy came, as far as the reader may release it.</summary>
    internal static IEnumerable<Account> Holders(Reader reader, Sight sight, RecordedRecipient recipient) =>
        Mandate.Holders(reader, GrantRights.Release).Where(holder => recipient.Owners.Any(owner => Ownership.Held(holder, owner, sight.Entry.ReceivedAt)));

    internal bool HoldsNow(Account holder, RecordedRecipient recipient) => recipient.Owners.Any(owner => Ownership.Held(holder, owner, time.GetUtcNow()));

    // Each recipient by its own request: an approval for one mailbox frees no other.
    private static bool IsFree(IStateSnapshot state, Reader reader, Sight sight, RecordedRecipient recipient) =>
        reader.Account.IsAdmin || !Rights.IsForAdmins(recipient)
        || state.Get<ReleaseRequest>(ActKeys.Request(sight.Id, recipient.Address)) is { State: RequestState.Approved };

    public static void CheckAdminHold(IStateSnapshot state, Reader reader, Sight sight)
    {
        if (RecordStates.AdminHold(state, sight.Id, sight.Own, reader.Account) is not null)
        {
            throw new ActRefusedException("held-by-admin", "an administrator holds this message");
        }
    }

    public IReadOnlyList<DispatchStatus> All(Reader reader, Sight sight) =>
        [.. RecordStates.Dispatches(ledger.State, sight.Id, sight.Own, reader.Account)
            .OrderByDescending(dispatch => dispatch.RequestedAt)
            .ThenByDescending(dispatch => dispatch.Round)
            .Select(StatusOf)];

    /// <param name="into">Where it is put; null: on to the next hop.</param>
    internal Task ReleaseAsync(Reader reader, Sight sight, RecordedRecipient recipient, MailboxFolder? into, CancellationToken cancel) => ledger.ActAsync(
        KeyOf(sight, recipient.Address),
        state =>
        {
            CheckAdminHold(state, reader, sight);
            var newest = Newest(RecordStates.Dispatches(state, sight.Id, sight.Own, reader.Account), DispatchKind.Release, recipient.Address);
            return newest is null or { State: DispatchState.Failed }
                ? Ask(reader, sight, state, DispatchKind.Release, recipient.Address, recipient.Owners[0], sight.Mail.ReversePath) with { Into = into }
                : null;
        },
        cancel);

    private string Target(Reader reader, Sight sight, string? mailbox)
    {
        var targets = Targets(reader, sight);
        var target = mailbox is null ? targets.FirstOrDefault() : targets.FirstOrDefault(address => address == book.Normalise(mailbox));
        return target ?? throw new ActRefusedException("not-own-address", "a message is sent again to one of the own addresses only");
    }

    // Numbered over all wishes, those of others too: the number is part of a wish's identity.
    internal DispatchRequested Ask(
        Reader reader, Sight sight, IStateSnapshot state, DispatchKind kind, string recipient, string mailbox, string reversePath)
    {
        var rounds = state.Range<Dispatch>(StateKeys.DispatchesOf(sight.Id))
            .Where(pair => pair.Value.Kind == kind && pair.Value.Recipient == recipient)
            .Select(pair => pair.Value.Round);
        return new DispatchRequested(sight.Id, kind, recipient, mailbox, reversePath, rounds.DefaultIfEmpty(-1).Max() + 1)
        {
            // A release goes to the mailbox that the mail came for, a resend to an address of its holder now.
            Actor = Mandate.ActorFor(reader, mailbox, kind == DispatchKind.Release ? sight.Entry.ReceivedAt : time.GetUtcNow()),
            At = time.GetUtcNow(),
        };
    }

    internal DispatchStatus Status(Reader reader, Sight sight, DispatchKind kind, string recipient) => StatusOf(
        Newest(RecordStates.Dispatches(ledger.State, sight.Id, sight.Own, reader.Account), kind, recipient)
            ?? throw new InvalidOperationException($"no {kind} of {sight.Id} after asking for it"));

    private static Dispatch? Newest(IEnumerable<Dispatch> dispatches, DispatchKind kind, string recipient) => dispatches
        .Where(dispatch => dispatch.Kind == kind && dispatch.Recipient == recipient)
        .MaxBy(dispatch => dispatch.Round);

    public static string KeyOf(Sight sight, string recipient) => $"wish/{sight.Id}/{recipient}";

    public static DispatchStatus StatusOf(Dispatch dispatch) => new(
        dispatch.RecordId, dispatch.Kind, dispatch.Recipient, dispatch.Round, dispatch.State, dispatch.NextHop, dispatch.LastReply, dispatch.NextAttemptAt, dispatch.GivenUp,
        dispatch.Into?.Folder);
}
