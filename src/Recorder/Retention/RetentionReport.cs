using Microsoft.Extensions.Options;
using Recorder.Archive;
using Recorder.Archive.Segments;
using Recorder.Ledger;

namespace Recorder.Retention;

/// <param name="Month">First day of the received month (UTC).</param>
/// <param name="Records">Entries of segments, purged ones of rewritten segments too.</param>
public sealed record KeptMonth(DateOnly Month, long Records, long ContentBytes, long StoredBytes);

/// <summary>What is kept, and what will leave. By category it is counted while segments are looked at, at most once each.</summary>
/// <param name="NextPurge">When the daily purge runs next; null where it is off.</param>
/// <param name="Blocked">Why nothing is purged now: clock-doubted or rules-settling; null when nothing is in the way.</param>
public sealed record RetentionReport(
    int DefaultDays, bool AllowShorter, int GraceDays, IReadOnlyList<RetentionRule> Rules, IReadOnlyList<KeptMonth> Months, long SealedRecords, long SealedContentBytes,
    long SealedStoredBytes, DateOnly? OldestDay, int HoldsInForce, DateTimeOffset? NextPurge, string? Blocked, PurgeRun? LastRun, ClockState? Clock);

public sealed class RetentionReports(ISealedLog segments, ILedger ledger, PurgePlanner planner, IOptions<RetentionOptions> options, TimeProvider time)
{
    public RetentionReport Now()
    {
        var (state, now, mail) = (ledger.State, time.GetUtcNow(), segments.Segments.Where(segment => segment.Kind == SegmentKind.Mail).ToList());
        var months = mail.GroupBy(segment => new DateOnly(segment.Day.Year, segment.Day.Month, 1))
            .Select(month => new KeptMonth(month.Key, month.Sum(one => (long)one.EntryCount), month.Sum(one => one.ContentBytes), month.Sum(one => one.StoredBytes)))
            .OrderBy(month => month.Month).ToList();
        var policy = RetentionPolicy.Of(state, options.Value);
        return new RetentionReport(
            policy.DefaultDays, options.Value.AllowShorter, options.Value.GraceDays, policy.Rules, months, months.Sum(month => month.Records), months.Sum(month => month.ContentBytes),
            months.Sum(month => month.StoredBytes), mail.Count == 0 ? null : mail.Min(segment => segment.Day), new HoldsInForce(state, now).All.Count,
            options.Value.PurgeDaily ? PurgeSchedule.Next(now, options.Value.PurgeHour) : null, Blocked(state, now), Runs(1).FirstOrDefault(), state.Get<ClockState>(RetentionKeys.Clock));
    }

    /// <summary>The newest first.</summary>
    public IReadOnlyList<PurgeRun> Runs(int limit) => [.. ledger.State.Range<PurgeRun>(RetentionKeys.Runs).Select(pair => pair.Value).Reverse().Take(limit)];

    private string? Blocked(IStateSnapshot state, DateTimeOffset now) =>
        ClockWatch.Judge(state.Get<ClockState>(RetentionKeys.Clock), now) == ClockVerdict.Ahead ? "clock-doubted"
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
