using System.Text.Json.Serialization;
using Recorder.Archive;
using Recorder.Smtp;

namespace Recorder.Ledger;

/// <summary>A consistent picture of the state at one position, immutable.</summary>
public interface IStateSnapshot
{
    /// <summary>Lane → last applied sequence.</summary>
    IReadOnlyDictionary<string, long> Position { get; }

    /// <returns>The value, or null.</returns>
    T? Get<T>(string key) where T : class;

    /// <summary>Keys with a prefix, in ordinal order, after a key (exclusive).</summary>
    IEnumerable<KeyValuePair<string, T>> Range<T>(string prefix, string? after = null, int limit = int.MaxValue) where T : class;
}

/// <summary>The keys of the state map. One place, so that no two capabilities collide.</summary>
public static class StateKeys
{
    public static string Account(string address) => $"account/{address}";
    public const string Accounts = "account/";

    /// <summary>Which accounts ever held an address: value <see cref="AddressHistory"/>.</summary>
    public static string Address(string address) => $"address/{address}";

    /// <summary>Value <see cref="ListEntry"/>; a scope's entries share a prefix.</summary>
    public static string ListEntry(string scope, string pattern) => $"list/{scope}/{pattern}";
    public static string ListEntries(string scope) => $"list/{scope}/";

    /// <summary>Value <see cref="ListSummary"/>; absent where a scope has no entries.</summary>
    public static string ListSummary(string scope) => $"list-summary/{scope}";

    /// <summary>Value <see cref="Recorder.Ledger.ListHits"/> of an entry that ever decided.</summary>
    public static string ListHits(string scope, string pattern) => $"list-hits/{scope}/{pattern}";

    /// <summary>Entries by the time they end: value <see cref="ListEntry"/> again, for sweeping.</summary>
    public static string ListEnd(DateTimeOffset expiresAt, string scope, string pattern) => $"list-end/{expiresAt.UtcTicks:D19}/{scope}/{pattern}";
    public const string ListEnds = "list-end/";

    /// <summary>Value <see cref="Recorder.Ledger.Preferences"/>.</summary>
    public static string Preferences(string account) => $"preferences/{account}";
    public const string AllPreferences = "preferences/";

    /// <summary>Value <see cref="DigestState"/>.</summary>
    public static string Digest(string digestId) => $"digest/{digestId}";

    /// <summary>Value <see cref="Recorder.Ledger.DigestMark"/>: the account's last digest.</summary>
    public static string DigestMark(string account) => $"digest-of/{account}";

    /// <summary>Value <see cref="DigestRunState"/>.</summary>
    public const string DigestsRan = "digests-ran";

    /// <summary>Value <see cref="Recorder.Ledger.UsedLink"/>, and once more by the time it would have expired, for sweeping.</summary>
    public static string UsedLink(string link) => $"digest-link/{link}";
    public static string UsedLinkEnd(DateTimeOffset expiresAt, string link) => $"digest-link-end/{expiresAt.UtcTicks:D19}/{link}";
    public const string UsedLinkEnds = "digest-link-end/";

    /// <summary>Value <see cref="Recorder.Ledger.Account"/>: who had the address before it was handed over.</summary>
    public static string FormerAccount(string address, DateTimeOffset until) => $"account-before/{address}/{until.UtcTicks:D19}";
    public static string FormerAccounts(string address) => $"account-before/{address}/";

    /// <summary>Value <see cref="Recorder.Ledger.SecondFactor"/>.</summary>
    public static string SecondFactor(string account) => $"second-factor/{account}";

    /// <summary>Value <see cref="ApiToken"/>, once more by account, and by the time it ends for sweeping.</summary>
    public static string Token(string hash) => $"token/{hash}";
    public static string TokenOf(string account, string hash) => $"token-of/{account}/{hash}";
    public static string TokensOf(string account) => $"token-of/{account}/";
    public static string TokenEnd(DateTimeOffset expiresAt, string hash) => $"token-end/{expiresAt.UtcTicks:D19}/{hash}";
    public const string TokenEnds = "token-end/";

    /// <summary>Value <see cref="MailboxGrant"/>, and once more by who was granted it.</summary>
    public static string Grant(string mailbox, string account) => $"grant/{mailbox}/{account}";
    public static string GrantsOf(string mailbox) => $"grant/{mailbox}/";
    public static string GrantTo(string account, string mailbox) => $"grant-to/{account}/{mailbox}";
    public static string GrantsTo(string account) => $"grant-to/{account}/";

    public static string Session(string hash) => $"session/{hash}";
    public const string Sessions = "session/";

    /// <summary>Value <see cref="RetryKeyState"/>. A journal copy is another delivery than the original, though bytes and
    /// envelope may be the same: neither may settle the other.</summary>
    public static string Retry(string sha256Hex, string reversePath, string recipient, bool isJournal = false) =>
        $"retry/{sha256Hex}/{reversePath}/{recipient}{(isJournal ? "/journal" : "")}";
    public const string Retries = "retry/";

    /// <summary>Which retry keys a record opened: value <see cref="RetryRecord"/>. In order of time, since ids are.</summary>
    public static string RetryOf(string recordId) => $"retry-of/{recordId}";
    public const string RetryRecords = "retry-of/";

    /// <summary>Sessions by account: value <see cref="SessionState"/> again.</summary>
    public static string SessionOf(string account, string hash) => $"session-of/{account}/{hash}";
    public static string SessionsOf(string account) => $"session-of/{account}/";

    /// <summary>Sessions by the time they end: value <see cref="SessionState"/> again, for sweeping.</summary>
    public static string SessionEnd(DateTimeOffset expiresAt, string hash) => $"session-end/{expiresAt.UtcTicks:D19}/{hash}";
    public const string SessionEnds = "session-end/";

    /// <summary>A first delivery that was not accepted, for mailboxes of accounts: value <see cref="RelayState"/>.</summary>
    public static string Relay(string recordId, string mailbox) => $"relay/{recordId}/{mailbox}";
    public const string Relays = "relay/";

    /// <summary>Value <see cref="Dispatch"/>; all dispatches of a record share a prefix.</summary>
    public static string Dispatch(string recordId, DispatchKind kind, string recipient, int round) =>
        $"dispatch/{recordId}/{kind}/{recipient}/{round:D4}";
    public static string DispatchesOf(string recordId) => $"dispatch/{recordId}/";
    public const string Dispatches = "dispatch/";

    /// <summary>Pending dispatches only: value <see cref="Dispatch"/> again, the outbox's own look-up.</summary>
    public static string Outbox(string recordId, DispatchKind kind, string recipient, int round) =>
        $"outbox/{recordId}/{kind}/{recipient}/{round:D4}";
    public const string OutboxAll = "outbox/";

    /// <summary>Pending dispatches in the order they are due: value <see cref="Dispatch"/> once more.</summary>
    public static string Due(Dispatch one) =>
        $"{DueFrom(one.IsAwaited, one.NextAttemptAt ?? DateTimeOffset.MinValue)}/{one.RecordId}/{one.Kind}/{one.Recipient}/{one.Round:D4}";

    /// <param name="awaited">Those that somebody waits for have a range of their own.</param>
    public static string DueAll(bool awaited) => awaited ? "due/awaited/" : "due/later/";

    /// <summary>In <see cref="DueAll"/>, before everything that is due at this time or later.</summary>
    public static string DueFrom(bool awaited, DateTimeOffset at) => $"{DueAll(awaited)}{at.UtcTicks:D19}";
}

/// <summary>Accounts that held an address, oldest first.</summary>
public sealed record AddressHistory(IReadOnlyList<string> Accounts);

/// <summary>An open session.</summary>
public sealed record SessionState(string Hash, string Address, string Channel, DateTimeOffset StartedAt, DateTimeOffset ExpiresAt, string? Source);

/// <summary>An open retry key: removed when it closes or after 6 days.</summary>
/// <param name="Settled">Delivered or held: not judged or sent again while the key is open.</param>
/// <param name="Answer">The words of the settled outcome, for repeating the answer.</param>
public sealed record RetryKeyState(string RecordId, DateTimeOffset OpenedAt, bool Settled, string? Answer);

/// <summary>The recipients of a record while its retry keys are open.</summary>
public sealed record RetryRecord(
    string Sha256Hex, string ReversePath, DateTimeOffset OpenedAt, IReadOnlyList<RetryRecipient> Recipients, bool IsJournal = false);

/// <param name="Address">RCPT as received.</param>
public sealed record RetryRecipient(string Address, IReadOnlyList<string> Owners);

/// <summary>How the hook's own delivery to a mailbox failed last.</summary>
public sealed record RelayState(DeliveryOutcome Outcome, string NextHop, string? Words, DateTimeOffset At);

public enum DispatchState
{
    Pending,

    /// <summary>Begun without an end: it may have arrived; it will be tried again under the same trace id.</summary>
    Begun,
    Accepted,
    Failed,
}

/// <param name="Asker">The account that wanted it, and is told when it fails; null where nobody in particular did.</param>
/// <param name="About">As of <see cref="DispatchRequested"/>, like <paramref name="Into"/>.</param>
/// <param name="GivenUp">The reason of the administrator who ended it; null where none did.</param>
public sealed record Dispatch(
    string RecordId, DispatchKind Kind, string Recipient, string Mailbox, string ReversePath, int Round,
    string RequestedBy, DateTimeOffset RequestedAt, DispatchState State, int Attempts, DateTimeOffset? NextAttemptAt,
    string? NextHop, string? LastReply, string? Asker = null, string? About = null, string? GivenUp = null, MailboxFolder? Into = null)
{
    /// <summary>Nothing more is tried.</summary>
    [JsonIgnore]
    public bool IsOver => State is DispatchState.Accepted or DispatchState.Failed;

    /// <summary>Somebody asked for it, rather than a sender or we.</summary>
    [JsonIgnore]
    public bool IsWish => Kind is DispatchKind.Resend or DispatchKind.Release or DispatchKind.SafeCopy or DispatchKind.Attached or DispatchKind.Append;

    /// <summary>A person asked and watches.</summary>
    [JsonIgnore]
    public bool IsAwaited => IsWish && Attempts == 0;
}

/// <summary>A durable entry with its place in the log.</summary>
public sealed record Recorded<T>(RecordId Id, Position Position, T Value);

/// <summary>The act was not allowed in the present state; nothing was written.</summary>
/// <param name="code">Closed code for the reader's language, e.g. <c>address-taken</c>.</param>
public class ActRefusedException(string code, string message) : Exception(message)
{
    public string Code { get; } = code;
}

/// <summary>
/// The one door for acts: check against state, append, fsync, apply, answer. Acts with one key are serialised, so the
/// check sees everything acts with that key did before. When a call returns, <see cref="State"/> shows its effect.
/// </summary>
public interface ILedger
{
    IStateSnapshot State { get; }

    /// <param name="decide">Pure: the event to write, or null when there is nothing to do.
    /// Throws <see cref="ActRefusedException"/> to refuse.</param>
    /// <returns>null when there was nothing to do.</returns>
    /// <exception cref="ArchiveException">Not recorded; nothing changed.</exception>
    Task<Recorded<LedgerEvent>?> ActAsync(string key, Func<IStateSnapshot, LedgerEvent?> decide, CancellationToken cancel);

    /// <summary>A fact that needs no check.</summary>
    Task<Recorded<LedgerEvent>> AppendAsync(LedgerEvent fact, CancellationToken cancel);

    /// <summary>Records a message and opens its retry keys.</summary>
    Task<Recorded<RecordedMail>> RecordAsync(RecordedMail mail, IReceivedContent content, string clusterKey, CancellationToken cancel);

    /// <summary>Recorded within a second from a bounded queue with reserved space.</summary>
    /// <returns>false when the queue is full: then the reading act must be refused.</returns>
    bool TryPost(LedgerEvent fact);

    /// <summary>Waits until everything durable now is applied.</summary>
    Task CatchUpAsync(CancellationToken cancel);
}
