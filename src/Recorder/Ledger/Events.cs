using System.Text.Json.Serialization;
using Recorder.Smtp;

namespace Recorder.Ledger;

/// <summary>Who did it and from where. <paramref name="Kind"/>: user, delegate, auditor, admin, link (of a digest), system, setup, cli, peer.</summary>
/// <param name="Name">Normalised address for people; a component's name for the system.</param>
/// <param name="Source">Client IP; null for the system and the command line.</param>
public sealed record Actor(string Kind, string Name, string? Source = null)
{
    public static Actor System(string component) => new("system", component);
}

/// <summary>
/// A fact in the ledger: full new values, never a subject, a body or a secret in clear. The JSON form is part of the
/// archive's format: names and discriminators are never reused with another meaning.
/// </summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "type")]
[JsonDerivedType(typeof(AccountSet), "account.set")]
[JsonDerivedType(typeof(AccountHandedOver), "account.handed-over")]
[JsonDerivedType(typeof(SecondFactorSet), "second-factor.set")]
[JsonDerivedType(typeof(SecondFactorUsed), "second-factor.used")]
[JsonDerivedType(typeof(TokenMade), "token.made")]
[JsonDerivedType(typeof(TokenRevoked), "token.revoked")]
[JsonDerivedType(typeof(GrantSet), "grant.set")]
[JsonDerivedType(typeof(GrantEnded), "grant.ended")]
[JsonDerivedType(typeof(MailboxAudited), "mailbox.audited")]
[JsonDerivedType(typeof(SessionStarted), "session.started")]
[JsonDerivedType(typeof(SessionEnded), "session.ended")]
[JsonDerivedType(typeof(SignInFailed), "sign-in.failed")]
[JsonDerivedType(typeof(MessageViewed), "message.viewed")]
[JsonDerivedType(typeof(MailImported), "mail.imported")]
[JsonDerivedType(typeof(ExportAsked), "export.asked")]
[JsonDerivedType(typeof(MailExported), "mail.exported")]
[JsonDerivedType(typeof(ExportEnded), "export.ended")]
[JsonDerivedType(typeof(TakingRefused), "taking.refused")]
[JsonDerivedType(typeof(AuditSearched), "audit.searched")]
[JsonDerivedType(typeof(BackupMade), "backup.made")]
[JsonDerivedType(typeof(ArchiveRestored), "archive.restored")]
[JsonDerivedType(typeof(SigningKeyMade), "signing-key.made")]
[JsonDerivedType(typeof(EncryptionSwitched), "encryption.switched")]
[JsonDerivedType(typeof(MasterKeyRotated), "encryption.master-key-rotated")]
[JsonDerivedType(typeof(FileKeysDestroyed), "encryption.keys-destroyed")]
[JsonDerivedType(typeof(HeadSigned), "head.signed")]
[JsonDerivedType(typeof(HeadStamped), "head.stamped")]
[JsonDerivedType(typeof(ArchiveChecked), "archive.checked")]
[JsonDerivedType(typeof(RestoreConfirmed), "archive.restore-confirmed")]
[JsonDerivedType(typeof(MirrorKept), "mirror.kept")]
[JsonDerivedType(typeof(MessageRelayed), "message.relayed")]
[JsonDerivedType(typeof(AnswerConfirmed), "message.confirmed")]
[JsonDerivedType(typeof(AnswersConfirmed), "messages.confirmed")]
[JsonDerivedType(typeof(DispatchRequested), "dispatch.requested")]
[JsonDerivedType(typeof(DispatchBegun), "dispatch.begun")]
[JsonDerivedType(typeof(DispatchEnded), "dispatch.ended")]
[JsonDerivedType(typeof(DispatchHastened), "dispatch.hastened")]
[JsonDerivedType(typeof(DispatchGivenUp), "dispatch.given-up")]
[JsonDerivedType(typeof(ProblemDismissed), "problem.dismissed")]
[JsonDerivedType(typeof(ListEntrySet), "list.set")]
[JsonDerivedType(typeof(ListEntryRemoved), "list.removed")]
[JsonDerivedType(typeof(ListEntriesSet), "list.imported")]
[JsonDerivedType(typeof(ListEntriesHit), "list.hit")]
[JsonDerivedType(typeof(PreferencesSet), "preferences.set")]
[JsonDerivedType(typeof(ReleaseAsked), "release.asked")]
[JsonDerivedType(typeof(ReleaseDecided), "release.decided")]
[JsonDerivedType(typeof(MessageReported), "message.reported")]
[JsonDerivedType(typeof(ReportTaught), "report.taught")]
[JsonDerivedType(typeof(MessageHidden), "message.hidden")]
[JsonDerivedType(typeof(CampaignActed), "campaign.acted")]
[JsonDerivedType(typeof(CampaignPreviewed), "campaign.previewed")]
[JsonDerivedType(typeof(BulkStarted), "bulk.started")]
[JsonDerivedType(typeof(BulkPaused), "bulk.paused")]
[JsonDerivedType(typeof(BulkEnded), "bulk.ended")]
[JsonDerivedType(typeof(RetentionRuleSet), "retention.rule-set")]
[JsonDerivedType(typeof(RetentionRuleRemoved), "retention.rule-removed")]
[JsonDerivedType(typeof(RetentionDefaultSet), "retention.default-set")]
[JsonDerivedType(typeof(ClockSeen), "clock.seen")]
[JsonDerivedType(typeof(ClockDoubted), "clock.doubted")]
[JsonDerivedType(typeof(ClockConfirmed), "clock.confirmed")]
[JsonDerivedType(typeof(HoldPlaced), "hold.placed")]
[JsonDerivedType(typeof(HoldRecordsAdded), "hold.records-added")]
[JsonDerivedType(typeof(HoldLifted), "hold.lifted")]
[JsonDerivedType(typeof(PurgeStarted), "purge.started")]
[JsonDerivedType(typeof(PurgeStepNamed), "purge.step-named")]
[JsonDerivedType(typeof(PurgeStepIntended), "purge.step-intended")]
[JsonDerivedType(typeof(PurgeStepDone), "purge.step-done")]
[JsonDerivedType(typeof(PurgeStepDropped), "purge.step-dropped")]
[JsonDerivedType(typeof(PurgeIndexed), "purge.indexed")]
[JsonDerivedType(typeof(IndexExpunged), "purge.index-expunged")]
[JsonDerivedType(typeof(PurgeEnded), "purge.ended")]
[JsonDerivedType(typeof(RecordsForgotten), "purge.forgotten")]
[JsonDerivedType(typeof(ErasureAsked), "erasure.asked")]
[JsonDerivedType(typeof(RecordErased), "erasure.done")]
[JsonDerivedType(typeof(ErasureDropped), "erasure.dropped")]
[JsonDerivedType(typeof(ErasureNoted), "erasure.noted")]
[JsonDerivedType(typeof(ApprovalAsked), "approval.asked")]
[JsonDerivedType(typeof(ApprovalGiven), "approval.given")]
[JsonDerivedType(typeof(ApprovalRefused), "approval.refused")]
[JsonDerivedType(typeof(ApprovalUsed), "approval.used")]
[JsonDerivedType(typeof(DigestMade), "digest.made")]
[JsonDerivedType(typeof(DigestsRan), "digests.ran")]
[JsonDerivedType(typeof(DigestLinkUsed), "digest-link.used")]
public abstract record LedgerEvent
{
    public required Actor Actor { get; init; }
    public required DateTimeOffset At { get; init; }
}

/// <summary>An account was made or changed; the value is the whole account after the act.</summary>
public sealed record AccountSet(Account Account) : LedgerEvent;

/// <param name="SessionHash">SHA-256 of the token, base64url: the token itself is never stored.</param>
/// <param name="Channel">web or api.</param>
public sealed record SessionStarted(string SessionHash, string Address, string Channel, DateTimeOffset ExpiresAt) : LedgerEvent;

public sealed record SessionEnded(string SessionHash, string Address) : LedgerEvent;

/// <summary>One event per address, source and minute.</summary>
public sealed record SignInFailed(string Address, int Attempts) : LedgerEvent;

/// <param name="Mailbox">The owner address through which the reader saw it.</param>
/// <param name="What">message, source, or part:N.</param>
/// <param name="Reason">Why somebody who is not the owner opened it: words for the owner.</param>
public sealed record MessageViewed(string RecordId, string Mailbox, string What, string? Reason = null) : LedgerEvent;

/// <summary>An import ended, or was cut short.</summary>
/// <param name="Mailbox">The owner of the imported mail.</param>
/// <param name="Source">The path that was read.</param>
/// <param name="Known">Already recorded with the same bytes.</param>
/// <param name="Problem">Why it was cut short; null when the source was read to its end.</param>
/// <param name="Folders">Of an IMAP account: how far each folder was read; null of anything else.</param>
public sealed record MailImported(
    string Mailbox, string Source, string Format, long Added, long Known, long Skipped, string? Problem = null,
    IReadOnlyList<ImapProgress>? Folders = null) : LedgerEvent;

/// <summary>How one recipient's delivery went.</summary>
/// <param name="Mailbox">Normalised owner address; empty for a recipient outside our domains.</param>
/// <param name="Reply">The next hop's words, one line; null when it said none.</param>
/// <param name="Error">What happened when there is no reply.</param>
public sealed record RecipientOutcome(
    string Recipient, string Mailbox, DeliveryOutcome Outcome, string NextHop, string? Reply, string? Error = null);

/// <summary>The hook's own delivery, durable before our final reply.</summary>
public sealed record MessageRelayed(string RecordId, IReadOnlyList<RecipientOutcome> Outcomes) : LedgerEvent;

/// <summary>As one of <see cref="AnswersConfirmed"/>. No longer written; logs have it.</summary>
public sealed record AnswerConfirmed(string RecordId, IReadOnlyList<string> Recipients) : LedgerEvent;

/// <summary>The upstream surely saw our 2xx for these: their retry keys close. One entry for many messages, since nobody waits for it.</summary>
public sealed record AnswersConfirmed(IReadOnlyList<ConfirmedAnswer> Records) : LedgerEvent;

public sealed record ConfirmedAnswer(string RecordId, IReadOnlyList<string> Recipients);

/// <summary>What the outbox is asked to do.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<DispatchKind>))]
public enum DispatchKind
{
    /// <summary>A user wants a message once more in the own mailbox.</summary>
    Resend,

    /// <summary>A held message goes on to its recipient.</summary>
    Release,

    /// <summary>A recipient we answered 250 for and still owe.</summary>
    Leftover,

    /// <summary>An RFC 3464 report to the reverse-path of a leftover that failed.</summary>
    Bounce,

    /// <summary>A plain-text copy of a held message, for the own mailbox.</summary>
    SafeCopy,

    /// <summary>What is held for an account; written when it is sent (<see cref="DigestMade"/>).</summary>
    Digest,

    /// <summary>Tells the person who asked for a delivery that it failed, at another mailbox than the one that failed.</summary>
    Notice,

    /// <summary>The original as the attachment of a message of ours, for a mail server that drops what it knows already.</summary>
    Attached,

    /// <summary>A user has the exact bytes put into a folder of the own mailbox, past SMTP.</summary>
    Append,
}

/// <summary>Where on the site's IMAP server a message is to be put.</summary>
/// <param name="Login">The address whose mailbox it is.</param>
/// <param name="Folder">As people write it.</param>
public sealed record MailboxFolder(string Login, string Folder);

/// <summary>
/// A delivery of a recorded message that we owe. (RecordId, Kind, Recipient, Round) is its identity: asking again with
/// the same one changes nothing; a further round is an explicit new wish.
/// </summary>
/// <param name="Recipient">The RCPT to use; of a bounce, the recipient that failed (it goes to the record's reverse-path).</param>
/// <param name="Mailbox">Normalised owner address it is for.</param>
/// <param name="ReversePath">MAIL FROM; empty for the null reverse-path.</param>
/// <param name="About">Of a notice: the dispatch that failed (<see cref="OutboxKeys.Of(Dispatch)"/>).</param>
/// <param name="Into">The folder that it is put into; null where it goes by way of the next hop.</param>
public sealed record DispatchRequested(
    string RecordId, DispatchKind Kind, string Recipient, string Mailbox, string ReversePath, int Round, string? About = null,
    MailboxFolder? Into = null) : LedgerEvent;

/// <summary>Durable before DATA: begun without an end reads "may have arrived".</summary>
public sealed record DispatchBegun(string RecordId, DispatchKind Kind, string Recipient, int Round, int Attempt) : LedgerEvent;

/// <param name="NextAttemptAt">Null when it is over: accepted, refused or given up.</param>
public sealed record DispatchEnded(
    string RecordId, DispatchKind Kind, int Round, int Attempt, RecipientOutcome Outcome, DateTimeOffset? NextAttemptAt) : LedgerEvent;
