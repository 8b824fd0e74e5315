using Microsoft.Extensions.Options;
using Recorder.Accounts;
using Recorder.Archive;
using Recorder.Indexing;
using Recorder.Ledger;
using Recorder.Mail;
using Recorder.Mailboxes;
using Recorder.Retention;
using Recorder.Search;

namespace Recorder.Recovery;

/// <summary>Finding and getting back over log, index and ledger.</summary>
/// <param name="mailProgress">The mail index's follower.</param>
/// <param name="eventProgress">The event index's follower.</param>
/// <param name="desk">Where searches for people run; null: where they are asked for.</param>
/// <param name="takings">Bounds what one account takes away; null: nothing does.</param>
/// <param name="mailboxes">The servers into whose folders mail may be put; null: none.</param>
public sealed class Recovery(
    IArchiveLog archive, IMailIndex index, IEventIndex events, ILedger ledger, IAddressBook book, MailReader mails,
    IIndexProgress mailProgress, IIndexProgress eventProgress, IOptions<RetentionOptions> retention, TimeProvider time,
    SearchDesk? desk = null, TakingLimit? takings = null, MailboxServers? mailboxes = null) : IRecovery
{
    private const int MaxRows = 500;

    private readonly RecordAccess access = new(archive, book, new RetentionTerms(ledger, retention, time));
    private readonly RetentionTerms terms = new(ledger, retention, time);
    private readonly RecordWishes wishes = new(ledger, book, time, takings);
    private readonly FolderWishes folders = new(ledger, new RecordWishes(ledger, book, time, takings), mailboxes ?? MailboxServers.None, time, takings);
    private readonly RowMarker marker = new(archive, mails, time);
    private readonly RecordTimeline timeline = new(archive, events, eventProgress, ledger, desk);
    private bool isWithinView;

    public IRecovery WithinView
    {
        get
        {
            var within = (Recovery)MemberwiseClone();
            within.isWithinView = true;
            return within;
        }
    }

    public MessageList Find(Reader reader, string query, int limit, string? cursor, TimeZoneInfo? zone = null) =>
        Find(reader, new SearchWish(query, limit, cursor, zone), CancellationToken.None).List;

    public async Task<MessageList> FindAsync(Reader reader, SearchWish wish, CancellationToken cancel)
    {
        var (list, words) = await SearchDesk.RunAsync(desk, reader.Account.Address, stop => Find(reader, wish, stop), cancel);
        if (!wish.WithHits)
        {
            return list;
        }

        var state = ledger.State;
        return list with { Items = await marker.MarkAsync(list.Items, words, row => Openings.MayQuote(state, reader, row.Hit), cancel) };
    }

    private (MessageList List, Highlighter Words) Find(Reader reader, SearchWish wish, CancellationToken cancel)
    {
        var state = ledger.State;
        var page = index.Search(
            terms.Within(new SearchRequest(reader.Scope, wish.Query, Math.Clamp(wish.Limit, 1, MaxRows), wish.Cursor, Zone: wish.Zone)
            {
                // What an owner put out of the own lists is no less a fact for an auditor.
                Marks = new RecordMarks(state, reader) { WithHidden = reader.AuditReason is not null }, Order = wish.Order, WithFacets = wish.WithFacets,
            }),
            cancel);
        var list = new MessageList(
            [.. page.Items.Where(hit => !terms.IsErased(hit.Id)).Select(hit => Row(state, reader, hit))], page.Next, page.Total, page.TotalIsExact, page.Hints,
            page.IndexedThrough.GetValueOrDefault(archive.Lane), mailProgress.Status.Lag)
        {
            Understood = page.Understood, Facets = page.Facets,
        };
        return (list, page.Highlighter);
    }

    public async Task<OpenedMessage?> OpenAsync(Reader reader, RecordId id, MailViewOptions options, CancellationToken cancel)
    {
        if (await access.FindAsync(reader, id, cancel) is not { } sight)
        {
            return null;
        }

        var state = ledger.State;
        var rights = Rights.Of(state, reader, sight);
        RecordView(reader, sight, rights.Opening switch { Opening.Facts => "facts", Opening.Disarmed => "text", _ => "message" });
        var view = await ReadViewAsync(id, options, cancel);
        var dispatches = RecordStates.Dispatches(state, sight.Id, sight.Own, reader.Account);
        var targets = wishes.Targets(reader, sight);
        return new OpenedMessage(
            id, sight.Mail, sight.Own, RecordStates.Word(state, sight.Id, sight.Recipients[0].Disposition, sight.Own, reader.Account),
            Openings.Narrowed(view, rights.Opening), sight.Entry.ContentLengthBytes, Convert.ToHexStringLower(sight.Entry.ContentSha256.Span),
            targets.Count > 0 && rights.Opening == Opening.Whole && !RecordStates.IsHeld(sight.Recipients, dispatches), targets,
            new SeenRecord(rights, Reasons.Of(sight), Authors.EntryOf(state, reader, view.Facts))) { Gaps = GapsOf(reader, sight), FolderTargets = folders.Targets(reader, sight) };
    }

    // An index that is not open yet keeps nobody from reading.
    private AttachmentGaps GapsOf(Reader reader, Sight sight)
    {
        if (mailProgress.Status.Through == 0) return AttachmentGaps.None;
        var (scope, notBefore) = terms.Bounds(reader.Scope);
        return index.Find(sight.Id, scope, notBefore)?.Gaps ?? AttachmentGaps.None;
    }

    public async Task<Stream?> OpenSourceAsync(Reader reader, RecordId id, CancellationToken cancel)
    {
        if (await access.FindAsync(reader, id, cancel) is not { } sight)
        {
            return null;
        }

        Openings.CheckBytes(ledger.State, reader, sight);
        CheckTaking(reader);
        RecordView(reader, sight, "source");
        return await archive.OpenContentAsync(id, cancel);
    }

    public async Task<(MailAttachment Facts, Stream Bytes)?> OpenPartAsync(Reader reader, RecordId id, int index, CancellationToken cancel)
    {
        if (await access.FindAsync(reader, id, cancel) is not { } sight)
        {
            return null;
        }

        Openings.CheckBytes(ledger.State, reader, sight);
        CheckTaking(reader);
        var content = await archive.OpenContentAsync(id, cancel);
        MailPart? part = null;
        try
        {
            part = mails.OpenPart(content, index, cancel);
            if (part is null)
            {
                await content.DisposeAsync();
                return null;
            }

            RecordView(reader, sight, $"part:{index}");
        }
        catch
        {
            part?.Dispose();
            await content.DisposeAsync();
            throw;
        }

        var facts = new MailAttachment(part.Index, part.FileName, part.ContentType, part.SizeBytes, false, null, part.IsDangerous);
        return (facts, new PartStream(part, content));
    }

    public async Task<IReadOnlyList<TimelineStep>?> TimelineAsync(Reader reader, RecordId id, CancellationToken cancel) =>
        await access.FindAsync(reader, id, cancel) is { } sight ? await timeline.OfAsync(reader, sight, cancel) : null;

    public async Task<DispatchStatus?> ResendAsync(Reader reader, RecordId id, string? mailbox, bool again, CancellationToken cancel) =>
        await access.FindAsync(reader, id, cancel) is { } sight ? await wishes.ResendAsync(reader, sight, mailbox, again, cancel) : null;

    public async Task<DispatchStatus?> ReleaseAsync(Reader reader, RecordId id, CancellationToken cancel) =>
        await access.FindAsync(reader, id, cancel) is { } sight ? await wishes.ReleaseAsync(reader, sight, cancel) : null;

    public async Task<string?> MailboxAsync(Reader reader, RecordId id, CancellationToken cancel) =>
        await access.FindAsync(reader, id, cancel) is { } sight ? sight.Own[0] : null;

    public async Task<IReadOnlyList<DispatchStatus>?> DispatchesAsync(Reader reader, RecordId id, CancellationToken cancel) =>
        await access.FindAsync(reader, id, cancel) is { } sight ? wishes.All(reader, sight) : null;

    private static MessageRow Row(IStateSnapshot state, Reader reader, SearchHit hit) => new(
        Openings.Narrowed(state, reader, hit),
        RecordStates.Word(state, hit.Id, hit.Disposition, hit.Addresses, reader.Account));

    private void CheckTaking(Reader reader)
    {
        if (!isWithinView) takings?.Check(reader);
    }

    private void RecordView(Reader reader, Sight sight, string what)
    {
        if (isWithinView)
        {
            return;
        }

        foreach (var mailbox in Mandate.Told(reader, sight))
        {
            var viewed = new MessageViewed(sight.Id, mailbox, what, string.IsNullOrEmpty(reader.AuditReason) ? null : reader.AuditReason)
            {
                Actor = Mandate.ActorFor(reader, mailbox, sight.Entry.ReceivedAt), At = time.GetUtcNow(),
            };
            if (!ledger.TryPost(viewed)) throw new ActRefusedException("busy", "the view could not be recorded; try again");
        }
    }

    private async Task<MailView> ReadViewAsync(RecordId id, MailViewOptions options, CancellationToken cancel)
    {
        try
        {
            await using var content = await archive.OpenContentAsync(id, cancel);
            return mails.ReadView(content, options, cancel);
        }
        catch (ArchiveException error) when (error.Fault is ArchiveFault.Missing or ArchiveFault.Damaged)
        {
            // The facts beside the bytes are still worth showing; the flag says that the message is not.
            return new MailView(MailDocuments.NoFacts, [], null, "", false);
        }
    }
}
