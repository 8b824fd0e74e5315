using Microsoft.Extensions.Options;
using Recorder.Archive;
using Recorder.Archive.Segments;
using Recorder.Ledger;

namespace Recorder.Retention;

/// <param name="Month">First day of the received month (UTC).</param>
/// <param name="Records">Where <paramref name="IsCounted"/>, what is kept; else entries of segments, those that were purged singly too.</param>
/// <param name="Categories">By category what was counted; a message with several copies is mail where one of them is.</param>
/// <param name="IsCounted">Every segment of the month was counted since the start of the process.</param>
public sealed record KeptMonth(DateOnly Month, long Records, long ContentBytes, long StoredBytes, IReadOnlyDictionary<string, KeptCount> Categories, bool IsCounted);

/// <summary>What is kept, and what will leave.</summary>
/// <param name="NextPurge">When the daily purge runs next; null where it is off.</param>
/// <param name="Blocked">Why nothing is purged now: clock-doubted, restored or rules-settling; null when nothing is in the way.</param>
/// <param name="Lost">Segments that are missing or cannot be read, and damaged files.</param>
/// <param name="LastCheck">The last reading of the whole archive; null where there was none.</param>
public sealed record RetentionReport(
    DateTimeOffset At, int DefaultDays, bool AllowShorter, int GraceDays, IReadOnlyList<RetentionRule> Rules, IReadOnlyList<KeptMonth> Months, long SealedRecords,
    long SealedContentBytes, long SealedStoredBytes, DateOnly? OldestDay, int HoldsInForce, DateTimeOffset? NextPurge, string? Blocked, PurgeRun? LastRun, ClockState? Clock,
    IReadOnlyList<string> Lost, ArchiveCheckState? LastCheck, RestoredState? Restored);

public sealed class RetentionReports(
    ISealedLog segments, ILedger ledger, PurgePlanner planner, SegmentCensus census, IOptions<RetentionOptions> options, TimeProvider time)
{
    private static readonly TimeSpan CountAtMost = TimeSpan.FromSeconds(1);

    /// <summary>Counts for a second at most; what takes longer is counted by the daily work.</summary>
    public RetentionReport Now()
    {
        census.Count(CountAtMost, CancellationToken.None);
        var (state, now, mail) = (ledger.State, time.GetUtcNow(), segments.Segments.Where(segment => segment.Kind == SegmentKind.Mail).ToList());
        var months = mail.GroupBy(segment => new DateOnly(segment.Day.Year, segment.Day.Month, 1)).Select(Month).OrderBy(month => month.Month).ToList();
        var policy = RetentionPolicy.Of(state, options.Value);
        return new RetentionReport(
            now, policy.DefaultDays, options.Value.AllowShorter, options.Value.GraceDays, policy.Rules, months, months.Sum(month => month.Records),
            months.Sum(month => month.ContentBytes), months.Sum(month => month.StoredBytes), mail.Count == 0 ? null : mail.Min(segment => segment.Day),
            new HoldsInForce(state, now).All.Count, options.Value.PurgeDaily ? PurgeSchedule.Next(now, options.Value.PurgeHour) : null, Blocked(state, now), Runs(1).FirstOrDefault(),
            state.Get<ClockState>(RetentionKeys.Clock), segments.HasDamagedFiles ? [.. segments.LostSegments, "log/*.damaged"] : segments.LostSegments, state.Get<ArchiveCheckState>(EvidenceKeys.Check), state.Get<RestoredState>(BackupKeys.Restored));
    }

    private KeptMonth Month(IGrouping<DateOnly, SegmentInfo> month)
    {
        var (categories, isCounted) = (new SortedDictionary<string, KeptCount>(StringComparer.Ordinal), true);
        foreach (var segment in month)
        {
            isCounted &= census.Of(segment) is not null;
            foreach (var (category, count) in census.Of(segment) ?? new Dictionary<string, KeptCount>())
                categories[category] = categories.GetValueOrDefault(category, KeptCount.None).Plus(count);
        }

        return isCounted
            ? new KeptMonth(month.Key, categories.Values.Sum(one => one.Records), categories.Values.Sum(one => one.ContentBytes), month.Sum(one => one.StoredBytes), categories, true)
            : new KeptMonth(month.Key, month.Sum(one => (long)one.EntryCount), month.Sum(one => one.ContentBytes), month.Sum(one => one.StoredBytes), categories, false);
    }

    /// <summary>The newest first.</summary>
    public IReadOnlyList<PurgeRun> Runs(int limit) => [.. ledger.State.Range<PurgeRun>(RetentionKeys.Runs).Select(pair => pair.Value).Reverse().Take(limit)];

    private string? Blocked(IStateSnapshot state, DateTimeOffset now) =>
        ClockWatch.Judge(state.Get<ClockState>(RetentionKeys.Clock), now) == ClockVerdict.Ahead ? "clock-doubted"
        : state.Get<RestoredState>(BackupKeys.Restored) is not null ? "restored"
        : planner.IsSettling(now) ? "rules-settling" : null;
}

/// <summary>When the daily purge runs.</summary>
public static class PurgeSchedule
{
    public static DateTimeOffset Next(DateTimeOffset now, int hour)
    {
        var today = new DateTimeOffset(now.UtcDateTime.Date, TimeSpan.Zero).AddHours(hour);
        return now < today ? today : today.AddDays(1);
    }

    /// <param name="last">When it ran last; null where that is not known.</param>
    public static bool IsDue(DateTimeOffset now, DateTimeOffset? last, int hour) =>
        now >= new DateTimeOffset(now.UtcDateTime.Date, TimeSpan.Zero).AddHours(hour) && (last is not { } at || at.UtcDateTime.Date < now.UtcDateTime.Date);
}
