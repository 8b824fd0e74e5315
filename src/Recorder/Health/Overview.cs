using Recorder.Archive;
using Recorder.Intake;
using Recorder.Recovery;

namespace Recorder.Health;

/// <summary>What an administrator reads first.</summary>
/// <param name="Days">Oldest first, up to today; days are UTC.</param>
/// <param name="Uncounted">Entries of the log beyond those that the days count.</param>
/// <param name="UnreadableRecords">Since the start: found by their envelope alone.</param>
public sealed record OverviewFacts(
    HealthReport Health, IReadOnlyList<DayCount> Days, long Uncounted, StoragePace Storage, long UnreadableRecords, long MissingContents)
{
    /// <summary>Accounts that took away much mail in the last 24 hours, the busiest first.</summary>
    public IReadOnlyList<Taking> Takings { get; init; } = [];
}

/// <param name="BytesADay">Mean of the whole days looked at, today left out; 0 where there is none yet.</param>
/// <param name="DaysLeft">How long the free space lasts at that pace if nothing were packed or removed; null where nothing comes.</param>
public sealed record StoragePace(long FreeBytes, long TotalBytes, long BytesADay, int DaysMeant, long? DaysLeft)
{
    private const int MaxDays = 14;

    /// <param name="days">Oldest first, today last. Days before the first that had mail say nothing about the pace.</param>
    public static StoragePace Of(DiskSpace space, IReadOnlyList<DayCount> days)
    {
        var whole = days.SkipLast(1).SkipWhile(day => day.Messages == 0).TakeLast(MaxDays).ToList();
        var pace = whole.Count == 0 ? 0 : whole.Sum(day => day.Bytes) / whole.Count;
        return new StoragePace(space.FreeBytes, space.TotalBytes, pace, whole.Count, pace > 0 ? space.FreeBytes / pace : null);
    }
}

public interface IOverview
{
    /// <summary>Cheap: counters and gauges, never the archive itself.</summary>
    OverviewFacts Look(int days);

    IReadOnlyList<SettingInForce> Settings { get; }
}

internal sealed class Overview(HealthCheck health, DailyCounts counts, DiskWatermark disk, IArchiveLog archive, IndexFollower index, TakingLimit takings, IReadOnlyList<SettingInForce> settings) : IOverview
{
    public IReadOnlyList<SettingInForce> Settings => settings;

    public OverviewFacts Look(int days)
    {
        var counted = counts.Last(days);
        return new OverviewFacts(
            health.Report(), counted, Math.Max(0, archive.DurableSequence - counts.Through), StoragePace.Of(disk.Space, counted),
            index.Status.Unreadable, index.Status.MissingContent) { Takings = takings.Noted };
    }
}
