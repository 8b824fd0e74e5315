using Microsoft.Extensions.Options;
using Recorder.Accounts;
using Recorder.Archive;
using Recorder.Ledger;
using Recorder.Mail;
using Recorder.Mailboxes;
using Recorder.Retention;
using Recorder.Screening.Lists;

namespace Recorder.Recovery;

/// <summary>Acts of users on records, over ledger and lists.</summary>
public sealed class RecordActs(
    IArchiveLog archive, ILedger ledger, IAddressBook book, MailReader mails, ISenderLists lists, IOptions<RetentionOptions> retention, TimeProvider time,
    TakingLimit? takings = null, MailboxServers? mailboxes = null) : IRecordActs
{
    internal const int MaxWords = 500;

    private readonly RecordAccess access = new(archive, book, new RetentionTerms(ledger, retention, time));
    private readonly RecordWishes wishes = new(ledger, book, time, takings);
    private readonly FolderWishes folders = new(ledger, new RecordWishes(ledger, book, time, takings), mailboxes ?? MailboxServers.None, time, takings);

    public async Task<IReadOnlyDictionary<string, SeenRecord>> SeeAsync(Reader reader, IEnumerable<string> recordIds, CancellationToken cancel)
    {
        var seen = new Dictionary<string, SeenRecord>(StringComparer.Ordinal);
        foreach (var text in recordIds)
        {
            if (RecordId.TryParse(text, out var id) && await access.FindAsync(reader, id, cancel) is { } sight)
            {
                seen[text] = new SeenRecord(Rights.Of(ledger.State, reader, sight), Reasons.Of(sight));
            }
        }

        return seen;
    }

    public async Task<ReleaseRequest?> AskAsync(Reader reader, RecordId id, string? words, CancellationToken cancel)
    {
        if (await access.FindAsync(reader, id, cancel) is not { } sight)
        {
            return null;
        }

        var own = Mandate.Own(reader, sight);
        var isClosed = RecordStates.AdminHold(ledger.State, sight.Id, sight.Own, reader.Account) is not null;
        foreach (var recipient in sight.Recipients.Where(recipient => recipient.Owners.Any(own.Contains) && (isClosed || Rights.IsForAdmins(recipient))))
        {
            await ledger.ActAsync(RecordWishes.KeyOf(sight, recipient.Address), state => Ask(state, reader, sight, recipient, words), cancel);
        }

        return Rights.Of(ledger.State, reader, sight).Request ?? throw Refusal(Rights.Of(ledger.State, reader, sight).LetGo)!;
    }

    public async Task<ListEntry?> ListSenderAsync(Reader reader, RecordId id, ListKind kind, CancellationToken cancel) =>
        await access.FindAsync(reader, id, cancel) is { } sight ? await ListAsync(reader, sight, kind, cancel) : null;

    public async Task<bool> UnlistSenderAsync(Reader reader, RecordId id, CancellationToken cancel)
    {
        if (await access.FindAsync(reader, id, cancel) is not { } sight)
        {
            return false;
        }

        await lists.RemoveAsync(reader.Actor, ListScopes.User(reader.Account.Address), await AuthorAsync(sight, cancel), cancel);
        return true;
    }

    public async Task<(DispatchStatus Dispatch, ListEntry Entry)?> ReleaseAndAllowAsync(Reader reader, RecordId id, CancellationToken cancel)
    {
        if (await access.FindAsync(reader, id, cancel) is not { } sight)
        {
            return null;
        }

        wishes.CheckRelease(reader, sight);
        // The list that would let the next one through is the owner's.
        Mandate.Own(reader, sight);
        var entry = await ListAsync(reader, sight, ListKind.Allow, cancel);
        return (await wishes.ReleaseAsync(reader, sight, cancel), entry);
    }

    public async Task<DispatchStatus?> SafeCopyAsync(Reader reader, RecordId id, CancellationToken cancel) =>
        await access.FindAsync(reader, id, cancel) is { } sight ? await wishes.SafeCopyAsync(reader, sight, cancel) : null;

    public async Task<DispatchStatus?> SendAttachedAsync(Reader reader, RecordId id, string? mailbox, bool again, CancellationToken cancel) =>
        await access.FindAsync(reader, id, cancel) is { } sight ? await wishes.SendAgainAsync(reader, sight, DispatchKind.Attached, mailbox, again, cancel) : null;

    public async Task<DispatchStatus?> AppendAsync(Reader reader, RecordId id, string? mailbox, string? folder, bool again, CancellationToken cancel) =>
        await access.FindAsync(reader, id, cancel) is { } sight ? await folders.AppendAsync(reader, sight, mailbox, folder, again, cancel) : null;

    public Task<bool> ReportAsync(Reader reader, RecordId id, ReportKind kind, CancellationToken cancel) => MarkAsync(
        reader, id,
        (state, recordId, mailbox) => state.Get<MailReport>(ActKeys.Report(recordId, mailbox))?.Kind == kind
            ? null : new MessageReported(recordId, mailbox, kind) { Actor = reader.Actor, At = time.GetUtcNow() },
        cancel);

    public Task<bool> HideAsync(Reader reader, RecordId id, bool isHidden, CancellationToken cancel) => MarkAsync(
        reader, id,
        (state, recordId, mailbox) => state.Get<HiddenMail>(ActKeys.Hidden(mailbox, recordId)) is not null == isHidden
            ? null : new MessageHidden(recordId, mailbox, isHidden) { Actor = reader.Actor, At = time.GetUtcNow() },
        cancel);

    private async Task<bool> MarkAsync(Reader reader, RecordId id, Func<IStateSnapshot, string, string, LedgerEvent?> decide, CancellationToken cancel)
    {
        if (await access.FindAsync(reader, id, cancel) is not { } sight)
        {
            return false;
        }

        foreach (var mailbox in Mandate.Own(reader, sight))
        {
            await ledger.ActAsync($"mark/{sight.Id}/{mailbox}", state => decide(state, sight.Id, mailbox), cancel);
        }

        return true;
    }

    private ReleaseAsked? Ask(IStateSnapshot state, Reader reader, Sight sight, RecordedRecipient recipient, string? words)
    {
        var rights = Rights.Of(state, reader, sight);
        // The first recipient of several may have been asked for a moment ago: each has its own request.
        var own = state.Get<ReleaseRequest>(ActKeys.Request(sight.Id, recipient.Address));
        // A denial stays one, though another recipient's request may still be open.
        if (rights.LetGo == LetGo.Asked && own is not null && (own.State == RequestState.Open || Rights.IsDenied(own, state.Get<RecordOverride>(ActKeys.Override(CampaignAct.Hold, sight.Id)))))
        {
            return null;
        }

        return rights.LetGo is LetGo.Ask or LetGo.Asked
            ? new ReleaseAsked(sight.Id, recipient.Address, recipient.Owners[0], Words.Tidy(words, MaxWords)) { Actor = reader.Actor, At = time.GetUtcNow() }
            : throw Refusal(rights.LetGo)!;
    }

    private static ActRefusedException Refusal(LetGo rights) => rights switch
    {
        LetGo.Denied => new ActRefusedException("denied", "an administrator has denied the release"),
        LetGo.Release => new ActRefusedException("not-needed", "the message can be released without asking"),
        _ => new ActRefusedException("not-held", "the message is not held"),
    };

    private async Task<ListEntry> ListAsync(Reader reader, Sight sight, ListKind kind, CancellationToken cancel) => await lists.SetAsync(
        reader.Actor, ListScopes.User(reader.Account.Address), kind, await AuthorAsync(sight, cancel), null, null, false, cancel);

    private async Task<string> AuthorAsync(Sight sight, CancellationToken cancel)
    {
        await using var content = await archive.OpenContentAsync(sight.Entry.Id, cancel);
        return Authors.Of(mails.ReadFacts(content, cancel)) switch
        {
            // What a sender chose must name one address and nothing wider.
            [var one] when Authors.PatternOf(one) is { } pattern => pattern,
            [] or [_] => throw new ActRefusedException("no-author", "the message names no sender"),
            _ => throw new ActRefusedException("several-authors", "the message names several senders"),
        };
    }
}

/// <summary>Who wrote a message, as lists compare it.</summary>
internal static class Authors
{
    public static IReadOnlyList<string> Of(MailFacts facts) =>
        [.. facts.From.Select(party => party.Address).Where(address => address.Contains('@', StringComparison.Ordinal)).Distinct(StringComparer.OrdinalIgnoreCase)];

    /// <summary>The entry's form of one address; null for what is none, or would match more than one.</summary>
    public static string? PatternOf(string author) =>
        SenderPattern.TryRead(author, ListKind.Allow, out _) is { Form: PatternForm.Address } pattern ? pattern.Text : null;

    /// <summary>The reader's own entry for a message's only author; null where there is none.</summary>
    public static ListEntry? EntryOf(IStateSnapshot state, Reader reader, MailFacts facts) =>
        Of(facts) is [var author] && PatternOf(author) is { } pattern
            ? state.Get<ListEntry>(StateKeys.ListEntry(ListScopes.User(reader.Account.Address), pattern))
            : null;
}

/// <summary>What people type into a field of words.</summary>
internal static class Words
{
    /// <returns>One paragraph without control characters, cut; null for nothing.</returns>
    public static string? Tidy(string? words, int maxChars)
    {
        var tidy = string.Join(' ', new string([.. (words ?? "").Select(letter => char.IsControl(letter) ? ' ' : letter)])
            .Split(' ', StringSplitOptions.RemoveEmptyEntries));
        return tidy.Length == 0 ? null : tidy.Length <= maxChars ? tidy : tidy[..maxChars];
    }
}
