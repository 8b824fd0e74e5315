using System.Text;
using Recorder.Accounts;
using Recorder.Archive;
using Recorder.Indexing;
using Recorder.Ledger;
using Recorder.Search;

namespace Recorder.Recovery;

/// <summary>Something that happened to the reader's mail or account, and who did it.</summary>
/// <param name="Code">Stable: opened, facts, exported, resend, release, safe-copy, signed-in, sign-in-failed, …</param>
/// <param name="ActorKind">user, delegate, auditor, admin, link, cli, …</param>
/// <param name="RecordId">Empty where it concerns no message.</param>
/// <param name="Words">The reason that was given, the name of a token, a number of attempts; null where there is none.</param>
public sealed record ActivityStep(DateTimeOffset At, string Code, string Actor, string ActorKind, string? Source, string Mailbox, string RecordId, string? Words);

/// <param name="Next">Ask for what was before this; null on the last page.</param>
public sealed record ActivityPage(IReadOnlyList<ActivityStep> Steps, DateTimeOffset? Next);

/// <summary>
/// The owner's access log: what the event index knows of the own addresses while they were the reader's, and the end of
/// the log that the index has not reached yet.
/// </summary>
public sealed class Activity(IArchiveLog archive, IEventIndex index, IIndexProgress progress, SearchDesk? desk = null)
{
    private const int MaxSteps = 200, MaxTail = 5_000;

    private static readonly string[] Types =
    [
        "message.viewed", "dispatch.requested", "release.asked", "release.decided", "digest-link.used", "session.started", "session.ended", "sign-in.failed",
        "second-factor.set", "token.made", "token.revoked", "grant.set", "grant.ended", "mailbox.audited", "account.set",
    ];

    /// <param name="withOwn">What the reader did as well; otherwise own sign-ins alone.</param>
    /// <param name="before">Null: the newest.</param>
    public async Task<ActivityPage> OfAsync(Reader reader, bool withOwn, DateTimeOffset? before, int limit, CancellationToken cancel)
    {
        var rows = Math.Clamp(limit, 1, MaxSteps);
        var through = progress.Status.Through;
        var indexed = await SearchDesk.RunAsync(desk, reader.Account.Address, stop => Indexed(reader, before, rows, stop), cancel);
        var all = indexed.Concat(before is null ? await TailAsync(reader, through, cancel) : [])
            .DistinctBy(document => document.Id).OrderByDescending(document => document.At).ThenByDescending(document => document.Sequence).Take(rows).ToList();
        var steps = all.SelectMany(ActivitySteps.Of).Where(step => withOwn || IsOfInterest(reader, step));
        return new ActivityPage([.. steps], all.Count == rows ? all[^1].At : null);
    }

    private static bool IsOfInterest(Reader reader, ActivityStep step) =>
        step.Actor != reader.Account.Address || step.RecordId.Length == 0;

    private List<EventDocument> Indexed(Reader reader, DateTimeOffset? before, int limit, CancellationToken cancel) => [.. reader.Account.Addresses
        .SelectMany(owned => Types.Select(type => new EventQuery(
            Mailbox: owned.Address, Type: type, From: owned.From, Until: Earlier(owned.Until, before), Limit: limit)))
        .SelectMany(query => index.Search(query, cancel).Items)];

    private async Task<List<EventDocument>> TailAsync(Reader reader, long through, CancellationToken cancel)
    {
        var tail = new List<EventDocument>();
        if (archive.DurableSequence - through > MaxTail) return tail;
        await foreach (var entry in archive.ReadAsync(through, EntryKinds.Events, cancel))
        {
            tail.AddRange(EventDocuments.Of(entry, _ => null).Where(document => Types.Contains(document.Type) && IsOwn(reader, document)));
        }

        return tail;
    }

    private static bool IsOwn(Reader reader, EventDocument document) => reader.Account.Addresses.Any(owned =>
        owned.Address == document.Mailbox && Ownership.Covers(new OwnerScope(owned.Address, owned.From, owned.Until), document.At));

    private static DateTimeOffset? Earlier(DateTimeOffset? one, DateTimeOffset? other) => one is null || other < one ? other : one;
}

/// <summary>Facts as steps for the owner.</summary>
internal static class ActivitySteps
{
    public static IEnumerable<ActivityStep> Of(EventDocument document) =>
        LedgerJson.Decode(Encoding.UTF8.GetBytes(document.Json)) is { } fact && CodeOf(fact, document.Mailbox) is { } code
            ? [new ActivityStep(document.At, code, fact.Actor.Name, fact.Actor.Kind, fact.Actor.Source, document.Mailbox, document.RecordId, WordsOf(fact))] : [];

    private static string? CodeOf(LedgerEvent fact, string mailbox) => fact switch
    {
        MessageViewed viewed => viewed.What switch { "message" or "text" => "opened", "facts" => "facts", "evidence" => "evidence", _ => "exported" },
        DispatchRequested asked => asked.Kind switch
        {
            DispatchKind.Resend or DispatchKind.Attached => "resend", DispatchKind.Release => "release", DispatchKind.SafeCopy => "safe-copy", _ => null,
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
        _ => null,
    };

    private static string? WordsOf(LedgerEvent fact) => fact switch
    {
        MessageViewed viewed => viewed.Reason,
        MailboxAudited { Reason.Length: > 0 } audited => audited.Reason,
        SignInFailed failed => failed.Attempts.ToString(System.Globalization.CultureInfo.InvariantCulture),
        TokenMade made => made.Token.Name,
        GrantSet set => $"{set.Grant.Mailbox} → {set.Grant.Delegate}",
        GrantEnded ended => $"{ended.Mailbox} → {ended.Delegate}",
        ReleaseDecided { Words.Length: > 0 } decided => decided.Words,
        _ => null,
    };
}
