namespace Recorder.Ledger;

/// <summary>How long some mail is kept. A rule matches a recipient's copy when each list that is not empty names it; of
/// several that match, the longest wins. Where none does, the default of the site counts.</summary>
/// <param name="Id">Chosen by who makes it: a-z, 0-9 and '-'.</param>
/// <param name="Days">Null: for ever.</param>
/// <param name="Domains">Of the mailbox; A-labels.</param>
/// <param name="Mailboxes">A group of mailboxes, by normalised address. A mailbox needs to be in this list or in one of the domains.</param>
/// <param name="Categories">Of <see cref="RetentionCategories"/>.</param>
public sealed record RetentionRule(
    string Id, int? Days, IReadOnlyList<string> Domains, IReadOnlyList<string> Mailboxes, IReadOnlyList<string> Categories, string? Comment = null);

/// <summary>What was decided for a recipient at first sight, as rules name it.</summary>
public static class RetentionCategories
{
    public const string Mail = "mail", Spam = "spam", Phish = "phish", Malware = "malware", Blocked = "blocked";

    public static IReadOnlyList<string> All { get; } = [Mail, Spam, Phish, Malware, Blocked];

    /// <summary>The dispositions that are not just mail.</summary>
    public static IReadOnlyDictionary<string, string> OfDispositions { get; } = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        [Dispositions.HeldSpam] = Spam, [Dispositions.HeldPhish] = Phish, [Dispositions.HeldMalware] = Malware, [Dispositions.HeldBlocked] = Blocked,
    };

    public static string Of(string disposition) => OfDispositions.GetValueOrDefault(disposition, Mail);
}

/// <summary>A rule was made or changed; the value is the whole rule after the act.</summary>
/// <param name="EarlierEnds">What the preview said: records whose term ends earlier than before.</param>
/// <param name="LaterEnds">And later.</param>
public sealed record RetentionRuleSet(RetentionRule Rule, long? EarlierEnds = null, long? LaterEnds = null) : LedgerEvent;

public sealed record RetentionRuleRemoved(string Id, long? EarlierEnds = null, long? LaterEnds = null) : LedgerEvent;

/// <summary>The service began with another default than the ledger knew.</summary>
/// <param name="Days">Setting Retention:Days.</param>
/// <param name="AllowShorter">Fewer than 365 days were asked for explicitly.</param>
public sealed record RetentionDefaultSet(int Days, bool AllowShorter) : LedgerEvent;

/// <summary>The default as last recorded.</summary>
public sealed record RetentionDefault(int Days, bool AllowShorter);

/// <summary>When a rule or the default changed last.</summary>
public sealed record RetentionChange(DateTimeOffset At, string By);

/// <summary>The wall clock as the ledger knows it.</summary>
/// <param name="SeenAt">The latest time that was believed.</param>
/// <param name="DoubtedAt">A time more than a day ahead of it, which waits for a person; null for none.</param>
public sealed record ClockState(DateTimeOffset SeenAt, DateTimeOffset? DoubtedAt = null);

/// <summary>The wall clock went on as it should.</summary>
public sealed record ClockSeen : LedgerEvent;

/// <summary>The wall clock leapt, or the service stood still: nothing is purged until a person says that the time is right.</summary>
public sealed record ClockDoubted(DateTimeOffset LastSeen) : LedgerEvent;

/// <summary>A person says that the time is right.</summary>
public sealed record ClockConfirmed : LedgerEvent;

public static class RetentionKeys
{
    public static string Rule(string id) => $"{Rules}{id}";
    public const string Rules = "retention-rule/";
    public const string Default = "retention-default";
    public const string Change = "retention-change";
    public const string Clock = "retention-clock";

    /// <summary>Value <see cref="Recorder.Ledger.Hold"/>; lifted ones stay.</summary>
    public static string Hold(string id) => $"{Holds}{id}";
    public const string Holds = "hold/";

    /// <summary>Value <see cref="HeldRecord"/>: a record that a hold names.</summary>
    public static string HeldRecord(string recordId, string hold) => $"{HeldRecordsOf(recordId)}{hold}";
    public static string HeldRecordsOf(string recordId) => $"{HeldRecords}{recordId}/";
    public const string HeldRecords = "hold-of/";

    /// <summary>The same by hold.</summary>
    public static string RecordOfHold(string hold, string recordId) => $"{RecordsOfHold(hold)}{recordId}";
    public static string RecordsOfHold(string hold) => $"hold-records/{hold}/";

    /// <summary>Value <see cref="PurgeRun"/>; <see cref="OpenRun"/> has it again while it is not over.</summary>
    public static string Run(string id) => $"{Runs}{id}";
    public const string Runs = "purge/";
    public const string OpenRun = "purge-open";

    /// <summary>Value <see cref="PurgeStep"/>.</summary>
    public static string Step(string run, string segment) => $"{StepsOf(run)}{segment}";
    public static string StepsOf(string run) => $"{Steps}{run}/";
    public const string Steps = "purge-step/";

    /// <summary>Value <see cref="RemovedSegment"/>: left, or is about to, on purpose.</summary>
    public static string Removed(string segment) => $"removed/{RemovedSegment.StemOf(segment)}";

    /// <summary>Value <see cref="IndexLeftover"/>.</summary>
    public const string IndexLeftover = "purge-index";

    /// <summary>Value <see cref="Recorder.Ledger.LastRemoval"/>.</summary>
    public const string LastRemoval = "removal-last";

    /// <summary>Value <see cref="Recorder.Ledger.Erasure"/>.</summary>
    public static string Erasure(string recordId) => $"{Erasures}{recordId}";
    public const string Erasures = "erasure/";
}
