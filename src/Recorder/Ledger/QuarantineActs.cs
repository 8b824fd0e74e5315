namespace Recorder.Ledger;

/// <summary>What a person says a message is.</summary>
public enum ReportKind
{
    Spam,
    NotSpam,
}

/// <summary>What an administrator lays on a record for everybody.</summary>
public enum CampaignAct
{
    /// <summary>Nobody opens its body, has it sent again or released.</summary>
    Hold,

    /// <summary>It is in no list.</summary>
    Hide,
}

/// <summary>A user asks for a held message that only an administrator may let go.</summary>
/// <param name="Recipient">RCPT as received.</param>
/// <param name="Mailbox">Normalised owner address it is for.</param>
/// <param name="Words">The user's own; null when none were given.</param>
public sealed record ReleaseAsked(string RecordId, string Recipient, string Mailbox, string? Words = null) : LedgerEvent;

/// <summary>An administrator answers. An approval is followed by the dispatch.</summary>
/// <param name="Words">For the user to read.</param>
public sealed record ReleaseDecided(string RecordId, string Recipient, string Mailbox, bool IsApproved, string Words) : LedgerEvent;

/// <summary>The newest report of a mailbox counts.</summary>
public sealed record MessageReported(string RecordId, string Mailbox, ReportKind Kind) : LedgerEvent;

/// <summary>Out of the mailbox's lists, or back in them. The archive keeps the message either way.</summary>
public sealed record MessageHidden(string RecordId, string Mailbox, bool IsHidden) : LedgerEvent;

/// <summary>An administrator acted on one message in many mailboxes; long campaigns are several events.</summary>
/// <param name="Campaign">Names the campaign in all of its events.</param>
/// <param name="IsLifted">The act is taken back.</param>
/// <param name="RecordIds">At most <see cref="MaxRecords"/>.</param>
public sealed record CampaignActed(
    string Campaign, CampaignAct Act, bool IsLifted, string Reason, IReadOnlyList<string> RecordIds) : LedgerEvent
{
    public const int MaxRecords = 200;
}

/// <summary>An administrator looked at what a campaign would touch.</summary>
/// <param name="Target">What was named, without a subject.</param>
public sealed record CampaignPreviewed(string Target, int Records) : LedgerEvent;

public enum RequestState
{
    Open,
    Approved,
    Denied,
}

/// <summary>Where a request for a release stands.</summary>
public sealed record ReleaseRequest(
    string RecordId, string Recipient, string Mailbox, string AskedBy, DateTimeOffset AskedAt, string? AskedWords,
    RequestState State = RequestState.Open, string? DecidedBy = null, DateTimeOffset? DecidedAt = null, string? DecidedWords = null);

/// <summary>A mailbox does not list a record.</summary>
public sealed record HiddenMail(string RecordId, string Mailbox, string By, DateTimeOffset At);

/// <summary>What a mailbox said of a record.</summary>
public sealed record MailReport(string RecordId, string Mailbox, ReportKind Kind, string By, DateTimeOffset At);

/// <summary>An administrator's act in force on a record.</summary>
public sealed record RecordOverride(string RecordId, CampaignAct Act, string Reason, string By, DateTimeOffset At);

/// <summary>Keys of what people and administrators did with a record. Where ids come first, keys are in order of time.</summary>
public static class ActKeys
{
    /// <summary>Value <see cref="ReleaseRequest"/>.</summary>
    public static string Request(string recordId, string recipient) => $"request/{recordId}/{recipient}";
    public static string RequestsOf(string recordId) => $"request/{recordId}/";
    public const string Requests = "request/";

    /// <summary>Undecided ones: value <see cref="ReleaseRequest"/> again.</summary>
    public static string OpenRequest(string recordId, string recipient) => $"request-open/{recordId}/{recipient}";
    public const string OpenRequests = "request-open/";

    /// <summary>Value <see cref="HiddenMail"/>.</summary>
    public static string Hidden(string mailbox, string recordId) => $"hidden/{mailbox}/{recordId}";
    public static string HiddenIn(string mailbox) => $"hidden/{mailbox}/";

    /// <summary>Value <see cref="HiddenMail"/> again, for sweeping.</summary>
    public static string HiddenOf(string recordId, string mailbox) => $"hidden-of/{recordId}/{mailbox}";
    public const string HiddenRecords = "hidden-of/";

    /// <summary>Value <see cref="MailReport"/>.</summary>
    public static string Report(string recordId, string mailbox) => $"report/{recordId}/{mailbox}";
    public const string Reports = "report/";

    /// <summary>Those not fed to the filter's learner yet: value <see cref="MailReport"/> again.</summary>
    public static string OpenReport(string recordId, string mailbox) => $"report-open/{recordId}/{mailbox}";
    public const string OpenReports = "report-open/";

    /// <summary>Value <see cref="RecordOverride"/>.</summary>
    public static string Override(CampaignAct act, string recordId) => $"{Overrides(act)}{recordId}";
    public static string Overrides(CampaignAct act) => act == CampaignAct.Hold ? "override-hold/" : "override-hide/";
}
