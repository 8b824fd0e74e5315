using System.Text;
using Recorder.Accounts;
using Recorder.Archive;
using Recorder.Indexing;
using Recorder.Ledger;
using Recorder.Search;

namespace Recorder.Recovery;

/// <summary>Something that happened to the reader's mail or account, and who did it.</summary>
/// <param name="Code">Stable: opened, facts, exported, taken, export-taken, taking-refused, resend, release, safe-copy, signed-in, sign-in-failed, …</param>
/// <param name="ActorKind">user, delegate, auditor, admin, link, cli, …</param>
/// <param name="RecordId">Empty where it concerns no message, or several.</param>
/// <param name="Words">The reason that was given, the name of a token, a number of attempts or of messages; null where there is none.</param>
public sealed record ActivityStep(DateTimeOffset At, string Code, string Actor, string ActorKind, string? Source, string Mailbox, string RecordId, string? Words);

/// <param name="Next">Ask for what was before this; null on the last page.</param>
public sealed record ActivityPage(IReadOnlyList<ActivityStep> Steps, DateTimeOffset? Next);

/// <summary>
/// The owner's access log: what the event index knows of the reader's own mail and account, and the end of the log that the
/// index has not reached yet. A fact about a message is its owner's, whoever has the address when it happens; any other
/// is whoever's the address is then.
/// </summary>
public sealed class Activity(IArchiveLog archive, IEventIndex index, IIndexProgress progress, PurgeNames names, SearchDesk? desk = null)
{
    private const int MaxSteps = 200, MaxTail = 5_000;

    // One export is a fact for each message, and one step; so many facts, and so many times more of an export that is longer.
    private const int MaxTaken = 1_000, MaxMore = 50;
    private const string Taken = "mail.exported";

    private static readonly string[] Types =
    [
        "message.viewed", "dispatch.requested", "release.asked", "release.decided", "digest-link.used", "session.started", "session.ended", "sign-in.failed",
        "second-factor.set", "token.made", "token.revoked", "grant.set", "grant.ended", "mailbox.audited", "account.set", Taken,
        "export.ended", "taking.refused",
    ];

    /// <param name="withOwn">What the reader did as well; otherwise own sign-ins alone.</param>
    /// <param name="before">Null: the newest.</param>
    public async Task<ActivityPage> OfAsync(Reader reader, bool withOwn, DateTimeOffset? before, int limit, CancellationToken cancel)
    {
        var rows = Math.Clamp(limit, 1, MaxSteps);
        var through = progress.Status.Through;
        var (found, since) = await SearchDesk.RunAsync(desk, reader.Account.Address, stop => Indexed(reader, before, rows, stop), cancel);
        var all = found.Concat(before is null ? await TailAsync(reader, through, cancel) : []).DistinctBy(document => document.Id);
        var steps = (await OwnAsync(reader, all, cancel)).GroupBy(ActivitySteps.OneOf).Select(one => (one.MaxBy(document => document.At)!, Count: one.Count()))
            .Where(one => one.Item1.At >= since).OrderByDescending(one => one.Item1.At).ThenByDescending(one => one.Item1.Sequence).Take(rows).ToList();
        var next = steps.Count == rows ? steps[^1].Item1.At : since > DateTimeOffset.MinValue ? since : (DateTimeOffset?)null;
        return new ActivityPage([.. steps.SelectMany(one => ActivitySteps.Of(one.Item1, one.Count)).Where(step => withOwn || IsOfInterest(reader, step)).Select(step => Named(reader, step))], next);
    }

    private static bool IsOfInterest(Reader reader, ActivityStep step) =>
        step.Actor != reader.Account.Address || (step.RecordId.Length == 0 && step.Code != "taken");

    // Whoever takes mail away by a grant does so as the user they are.
    private static ActivityStep Named(Reader reader, ActivityStep step) =>
        step.Code == "taken" && step.ActorKind == "user" && step.Actor != reader.Account.Address ? step with { ActorKind = "delegate" } : step;

    /// <returns>What was found, and since when all of it was: an export may be longer than what is read at once.</returns>
    private (List<EventDocument> Found, DateTimeOffset Since) Indexed(Reader reader, DateTimeOffset? before, int limit, CancellationToken cancel)
    {
        var (found, since) = (new List<EventDocument>(), DateTimeOffset.MinValue);
        foreach (var owned in reader.Account.Addresses.DistinctBy(owned => owned.Address))
        {
            foreach (var type in Types)
            {
                var query = new EventQuery(Mailbox: owned.Address, Type: type, Until: before, Limit: type == Taken ? MaxTaken : limit);
                var page = index.Search(query, cancel);
                found.AddRange(type == Taken ? WholeExports(query, page, cancel) : page.Items);
                if (page.Next is not null && page.Items[^1].At > since) since = page.Items[^1].At;
            }
        }

        return (found, since);
    }

    /// <summary>The exports that end here, with all their facts; none that goes on after, which a page before this one has.</summary>
    private List<EventDocument> WholeExports(EventQuery query, EventPage page, CancellationToken cancel)
    {
        var shown = query.Until is null ? [] : index.Search(query with { From = query.Until, Until = null, OldestFirst = true }, cancel).Items.Select(ActivitySteps.OneOf).ToHashSet();
        var facts = page.Items.Where(fact => !shown.Contains(ActivitySteps.OneOf(fact))).ToList();
        var begun = facts.Select(ActivitySteps.OneOf).ToHashSet();
        for (var more = 0; page.Next is not null && more < MaxMore; more++)
        {
            page = index.Search(query with { Cursor = page.Next }, cancel);
            var theirs = page.Items.Where(fact => begun.Contains(ActivitySteps.OneOf(fact))).ToList();
            if (theirs.Count == 0) break;
            facts.AddRange(theirs);
        }

        return facts;
    }

    private async Task<List<EventDocument>> TailAsync(Reader reader, long through, CancellationToken cancel)
    {
        var tail = new List<EventDocument>();
        if (archive.DurableSequence - through > MaxTail) return tail;
        await foreach (var entry in archive.ReadAsync(through, EntryKinds.Events, cancel))
        {
            tail.AddRange(EventDocuments.Of(entry, _ => null).Where(document => Types.Contains(document.Type) && reader.Account.Addresses.Any(owned => owned.Address == document.Mailbox)));
        }

        return tail;
    }

    private async Task<List<EventDocument>> OwnAsync(Reader reader, IEnumerable<EventDocument> documents, CancellationToken cancel)
    {
        var (own, received) = (new List<EventDocument>(), new Dictionary<string, DateTimeOffset?>(StringComparer.Ordinal));
        foreach (var document in documents)
        {
            if (await IsOwnAsync(reader.Account, document, received, cancel)) own.Add(document);
        }

        return own;
    }

    private async ValueTask<bool> IsOwnAsync(Account account, EventDocument document, Dictionary<string, DateTimeOffset?> received, CancellationToken cancel)
    {
        // Whose address it always was need not be asked when.
        if (account.Addresses.Any(owned => owned.Address == document.Mailbox && owned is { From: null, Until: null })) return true;
        if (!RecordId.TryParse(document.RecordId, out var id)) return Ownership.Held(account, document.Mailbox, document.At);
        if (!received.TryGetValue(document.RecordId, out var at)) received[document.RecordId] = at = await ReceivedAsync(id, cancel);
        return at is { } moment && Ownership.Held(account, document.Mailbox, moment);
    }

    /// <returns>null of a record that is gone, and of which nothing says when it was received: it may have come long before it was imported.</returns>
    private async ValueTask<DateTimeOffset?> ReceivedAsync(RecordId id, CancellationToken cancel)
    {
        try
        {
            return await archive.FindAsync(id, cancel) is { Kind: EntryKind.Mail } entry ? entry.ReceivedAt : await names.ReceivedAsync(id, cancel);
        }
        catch (ArchiveException damaged) when (damaged.Fault == ArchiveFault.Damaged)
        {
            // The page is of everything else too.
            return null;
        }
    }
}

/// <summary>Facts as steps for the owner.</summary>
internal static class ActivitySteps
{
    /// <summary>What facts have in common that are one step: all of one export, and of anything else each alone.</summary>
    public static (string Fact, string Mailbox) OneOf(EventDocument document) =>
        Decode(document) is MailExported exported ? (exported.Export, document.Mailbox) : (document.Id, document.Mailbox);

    /// <param name="count">Of how many facts the document is the newest.</param>
    public static IEnumerable<ActivityStep> Of(EventDocument document, int count) => Decode(document) is { } fact && CodeOf(fact, document.Mailbox) is { } code
        ? [new ActivityStep(
            document.At, code, fact.Actor.Name, fact.Actor.Kind, fact.Actor.Source, document.Mailbox, count == 1 ? document.RecordId : "",
            fact is MailExported ? count.ToString(System.Globalization.CultureInfo.InvariantCulture) : WordsOf(fact))] : [];

    private static LedgerEvent? Decode(EventDocument document) => LedgerJson.Decode(Encoding.UTF8.GetBytes(document.Json));

    private static string? CodeOf(LedgerEvent fact, string mailbox) => fact switch
    {
        MessageViewed viewed => viewed.What switch { "message" or "text" => "opened", "facts" => "facts", "evidence" => "evidence", _ => "exported" },
        DispatchRequested asked => asked.Kind switch
        {
            DispatchKind.Resend or DispatchKind.Attached => "resend", DispatchKind.Release => "release", DispatchKind.SafeCopy => "safe-copy",
            DispatchKind.Append => "append", _ => null,
        },
        ReleaseAsked => "asked",
        ReleaseDecided decided => decided.IsApproved ? "approved" : "denied",
        DigestLinkUsed => "link-used",
        SessionStarted => "signed-in",
        SessionEnded => "signed-out",
        SignInFailed => "sign-in-failed",
        SecondFactorSet set => set.Factor is null ? "factor-off" : "factor-on",
        TokenMade => "token-made",
        TokenRevoked => "token-revoked",
        GrantSet set => set.Grant.Mailbox == mailbox ? "grant-made" : "grant-got",
        GrantEnded ended => ended.Mailbox == mailbox ? "grant-ended" : "grant-lost",
        MailboxAudited => "audited",
        AccountSet => "account-changed",
        ExportEnded => "export-taken",
        TakingRefused => "taking-refused",
        MailExported => "taken",
        _ => null,
    };

    private static string? WordsOf(LedgerEvent fact) => fact switch
    {
        MessageViewed viewed => viewed.Reason,
        MailboxAudited { Reason.Length: > 0 } audited => audited.Reason,
        SignInFailed failed => failed.Attempts.ToString(System.Globalization.CultureInfo.InvariantCulture),
        ExportEnded ended => ended.Messages.ToString(System.Globalization.CultureInfo.InvariantCulture),
        TakingRefused refused => refused.Taken.ToString(System.Globalization.CultureInfo.InvariantCulture),
        DispatchRequested { Into: { } into } => into.Folder,
        TokenMade made => made.Token.Name,
        GrantSet set => $"{set.Grant.Mailbox} → {set.Grant.Delegate}",
        GrantEnded ended => $"{ended.Mailbox} → {ended.Delegate}",
        ReleaseDecided { Words.Length: > 0 } decided => decided.Words,
        _ => null,
    };
}
