namespace Recorder.Ledger;

/// <summary>One line of a digest.</summary>
/// <param name="Mailbox">The account's own address that the envelope named.</param>
/// <param name="Expires">Listed because the archive keeps it only a little longer, not because it is new.</param>
public sealed record DigestItem(string RecordId, string Mailbox, bool Expires = false);

/// <summary>
/// A digest is owed to an account. It is a dispatch from here on, whose message is written when it is sent: what was
/// released meanwhile is left out, and no subject and no personal phrase stands in the ledger.
/// </summary>
/// <param name="DigestId">In the form of a record's id; the RecordId of the dispatch.</param>
/// <param name="Recipient">Where it goes: the account's primary address.</param>
/// <param name="From">What was received since.</param>
/// <param name="Until">The next digest looks from here on; behind <c>At</c> while the index is behind the log.</param>
/// <param name="Through">The last position of the log that this digest has seen: what comes later is new in the next one.</param>
/// <param name="More">How many items found no room.</param>
public sealed record DigestMade(
    string DigestId, string Account, string Recipient, DateTimeOffset From, DateTimeOffset Until, long Through,
    IReadOnlyList<DigestItem> Items, int More) : LedgerEvent;

/// <summary>A run of the digest job in which somebody's digest was due.</summary>
/// <param name="Through">Every digest that was due by then is settled.</param>
public sealed record DigestsRan(DateTimeOffset Through, int Made, int NothingNew, int Failed) : LedgerEvent;

/// <summary>A link of a digest did what it was for; it does nothing more.</summary>
/// <param name="Link">SHA-256 of the token, base64url.</param>
public sealed record DigestLinkUsed(
    string Link, string RecordId, string Mailbox, string Account, string Act, string DigestId, DateTimeOffset ExpiresAt) : LedgerEvent;

/// <summary>A digest on its way; gone from the state when its dispatch is over.</summary>
public sealed record DigestState(string Id, string Account, DateTimeOffset MadeAt, long Through, IReadOnlyList<DigestItem> Items, int More);

/// <summary>The last digest of an account.</summary>
/// <param name="Failure">The words with which its delivery ended; null where it arrived or is under way.</param>
public sealed record DigestMark(string DigestId, DateTimeOffset At, DateTimeOffset Until, long Through, string? Failure = null);

/// <summary>The last run, as <see cref="DigestsRan"/>.</summary>
public sealed record DigestRunState(DateTimeOffset At, DateTimeOffset Through, int Made, int NothingNew, int Failed);

/// <summary>A link that was used; forgotten when it would have expired.</summary>
public sealed record UsedLink(string Link, DateTimeOffset UsedAt, DateTimeOffset ExpiresAt);
