using System.Text.Json.Serialization;

namespace Recorder.Ledger;

/// <summary>What a delegate may do with the mail of a mailbox.</summary>
[Flags]
[JsonConverter(typeof(JsonStringEnumConverter<GrantRights>))]
public enum GrantRights
{
    Read = 1,

    /// <summary>Let held mail go on to the mailbox.</summary>
    Release = 2,

    /// <summary>Send mail to the mailbox again.</summary>
    Resend = 4,
}

/// <summary>(Mailbox, Delegate) is its identity.</summary>
/// <param name="Mailbox">Primary address of the account whose mail it is.</param>
/// <param name="Delegate">Primary address of the account that may see it.</param>
/// <param name="ExpiresAt">Null: until it is ended.</param>
public sealed record MailboxGrant(
    string Mailbox, string Delegate, GrantRights Rights, DateTimeOffset GrantedAt, string GrantedBy, DateTimeOffset? ExpiresAt = null);

/// <summary>A grant was made or changed; the value is the whole grant.</summary>
public sealed record GrantSet(MailboxGrant Grant) : LedgerEvent;

public sealed record GrantEnded(string Mailbox, string Delegate) : LedgerEvent;

/// <summary>An auditor looked at the facts of a mailbox's mail.</summary>
/// <param name="Reason">The auditor's words, for the owner.</param>
/// <param name="Query">What was looked for.</param>
public sealed record MailboxAudited(string Mailbox, string Reason, string Query) : LedgerEvent;
