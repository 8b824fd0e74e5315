using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization;
using Recorder.Archive;
using Recorder.Ledger;
using Recorder.Search;

namespace Recorder.Indexing;

/// <summary>
/// Event documents from log entries: one for each mailbox an entry concerns, holding nothing about any other mailbox,
/// so that whoever may read a document may read all of it. A mail's arrival is in its own record and needs none.
/// </summary>
internal static class EventDocuments
{
    private static readonly Dictionary<Type, string> TypeNames = typeof(LedgerEvent)
        .GetCustomAttributes<JsonDerivedTypeAttribute>()
        .ToDictionary(known => known.DerivedType, known => (string)known.TypeDiscriminator!);

    /// <param name="mailboxOf">The mailbox of a dispatch, by record, kind, recipient and round; null when unknown.</param>
    public static IReadOnlyList<EventDocument> Of(LogEntry entry, Func<DispatchBegun, string?> mailboxOf) => entry.Kind switch
    {
        EntryKind.Event when LedgerJson.Decode(entry.Payload.Span) is { } fact => OfEvent(entry, fact, mailboxOf),
        _ => [],
    };

    private static List<EventDocument> OfEvent(LogEntry entry, LedgerEvent fact, Func<DispatchBegun, string?> mailboxOf) =>
        [.. Narrowed(fact, mailboxOf).Select((part, number) => new EventDocument(
            $"{entry.Id}:{number}", entry.Position.Lane, entry.Position.Sequence, fact.At, TypeNames[fact.GetType()],
            fact.Actor.Name, RecordOf(part.Fact), part.Mailbox, System.Text.Encoding.UTF8.GetString(LedgerJson.Encode(part.Fact))))];

    private static IEnumerable<(string Mailbox, LedgerEvent Fact)> Narrowed(LedgerEvent fact, Func<DispatchBegun, string?> mailboxOf) => fact switch
    {
        // Who may read the audit has no need of the hash.
        AccountSet set => [(set.Account.Address, set with { Account = set.Account with { PasswordHash = null } })],
        SessionStarted started => [(started.Address, started)],
        SessionEnded ended => [(ended.Address, ended)],
        SignInFailed failed => [(failed.Address, failed)],
        MessageViewed viewed => [(viewed.Mailbox, viewed)],
        MessageRelayed relayed => relayed.Outcomes
            .GroupBy(outcome => outcome.Mailbox, StringComparer.Ordinal)
            .Select(own => (own.Key, (LedgerEvent)(relayed with { Outcomes = [.. own] }))),
        DispatchRequested asked => [(asked.Mailbox, asked)],
        DispatchBegun begun => [(mailboxOf(begun) ?? "", begun)],
        DispatchEnded ended => [(ended.Outcome.Mailbox, ended)],
        DispatchHastened hastened => [(hastened.Mailbox, hastened)],
        DispatchGivenUp given => [(given.Mailbox, given)],
        ProblemDismissed seen => [(seen.Account, seen)],
        ReleaseAsked asked => [(asked.Mailbox, asked)],
        ReleaseDecided decided => [(decided.Mailbox, decided)],
        MessageReported report => [(report.Mailbox, report)],
        ReportTaught taught => [(taught.Mailbox, taught)],
        MessageHidden hidden => [(hidden.Mailbox, hidden)],
        BulkStarted started => [(started.Account, started)],
        BulkPaused paused => [(paused.Account, paused)],
        BulkEnded ended => [(ended.Account, ended)],
        // One for each record, so that a record's audit has it; it names no mailbox, so no timeline does.
        CampaignActed acted => acted.RecordIds.Select(id => ("", (LedgerEvent)(acted with { RecordIds = [id] }))),
        DigestMade made => [(made.Account, made)],
        DigestLinkUsed used => [(used.Mailbox, used)],
        // Who may read the audit has no need of the phrase that proves a digest.
        PreferencesSet set => [(set.Preferences.Address, set with { Preferences = set.Preferences with { DigestPhrase = null } })],
        // Bookkeeping between two servers, or of a purge: nobody searches for it.
        AnswerConfirmed or AnswersConfirmed or ListEntriesHit or ClockSeen or RecordsForgotten or PurgeStepNamed => [],
        ListEntrySet set => [(PersonOf(set.Entry.Scope), set)],
        ListEntriesSet many => [(PersonOf(many.Scope), many)],
        ListEntryRemoved removed => [(PersonOf(removed.Scope), removed)],
        _ => NarrowedTransfer(fact),
    };

    private static IEnumerable<(string Mailbox, LedgerEvent Fact)> NarrowedTransfer(LedgerEvent fact) => fact switch
    {
        MailImported imported => [(imported.Mailbox, imported)],
        ExportAsked asked => [(asked.Account, asked)],
        // One for each record, so that a record's timeline and audit have it.
        MailExported exported => exported.Records.Select(one => (one.Mailbox, (LedgerEvent)(exported with { Records = [one] }))),
        ExportEnded ended => [(ended.Account, ended)],
        TakingRefused refused => [(refused.Account, refused)],
        AuditSearched looked => [(looked.Mailbox ?? "", looked)],
        _ => OfAccess(fact),
    };

    private static IEnumerable<(string Mailbox, LedgerEvent Fact)> OfAccess(LedgerEvent fact) => fact switch
    {
        // Nobody's mailbox: neither holder of the address learns of the other.
        AccountHandedOver handed =>
            [("", handed with { Former = handed.Former with { PasswordHash = null }, Account = handed.Account with { PasswordHash = null } })],
        // Secrets stay where they are needed.
        SecondFactorSet set => [(set.Address, set with { Factor = set.Factor is null ? null : set.Factor with { SealedSecret = "", RecoveryHashes = [] } })],
        SecondFactorUsed used => [(used.Address, used with { RecoveryHash = null })],
        TokenMade made => [(made.Token.Address, made)],
        TokenRevoked revoked => [(revoked.Address, revoked)],
        GrantSet set => [(set.Grant.Mailbox, set), (set.Grant.Delegate, set)],
        GrantEnded ended => [(ended.Mailbox, ended), (ended.Delegate, ended)],
        MailboxAudited audited => [(audited.Mailbox, audited)],
        _ => [("", fact)],
    };

    // Nobody's mailbox where a list is a domain's or the site's.
    private static string PersonOf(string scope) => ListScopes.AccountOf(scope) ?? "";

    private static string RecordOf(LedgerEvent fact) => fact switch
    {
        MessageViewed viewed => viewed.RecordId,
        MessageRelayed relayed => relayed.RecordId,
        DispatchRequested asked => asked.RecordId,
        DispatchBegun begun => begun.RecordId,
        DispatchEnded ended => ended.RecordId,
        DispatchHastened hastened => hastened.RecordId,
        DispatchGivenUp given => given.RecordId,
        ProblemDismissed seen => seen.RecordId,
        ReleaseAsked asked => asked.RecordId,
        ReleaseDecided decided => decided.RecordId,
        MessageReported report => report.RecordId,
        ReportTaught taught => taught.RecordId,
        MessageHidden hidden => hidden.RecordId,
        CampaignActed acted => acted.RecordIds[0],
        MailExported exported => exported.Records[0].RecordId,
        DigestLinkUsed used => used.RecordId,
        // Of one message, whose owner may be another than the mailbox's holder now.
        MailboxAudited audited when RecordId.TryParse(audited.Query, out _) => audited.Query,
        ErasureAsked asked => asked.RecordId,
        RecordErased erased => erased.RecordId,
        ErasureDropped dropped => dropped.RecordId,
        ErasureNoted noted => noted.RecordId,
        ApprovalAsked asked => asked.RecordId,
        ApprovalGiven given => given.RecordId,
        ApprovalRefused refused => refused.RecordId,
        ApprovalUsed used => used.RecordId,
        _ => "",
    };
}
