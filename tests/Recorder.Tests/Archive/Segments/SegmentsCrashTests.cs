using Recorder.Archive;
using Recorder.Archive.Segments;
using Recorder.Tests.Archive.Disk;

namespace Recorder.Tests.Archive.Segments;

/// <summary>Sealing on a disk that forgets at a crash what was not synced.</summary>
public class SegmentsCrashTests
{
    private static SealSource Source(int seed) => SealSource.Random(new Random(seed), 12, largeBytes: 2000);

    [Fact]
    public void After_sealing_has_returned_no_crash_takes_anything()
    {
        for (var seed = 0; seed < 10; seed++)
        {
            var disk = new FaultyDisk(seed);
            var source = Source(seed);
            SegmentChecks.Open(disk).Seal(source, CancellationToken.None);
            disk.Crash();
            var set = SegmentChecks.Open(disk);
            Assert.Empty(set.Missing);
            SegmentChecks.HoldsAll(set, source);
        }
    }

    [Fact]
    public void Power_lost_at_any_operation_costs_another_sealing_and_nothing_else() => StopEverywhere(disk => disk.Crash());

    [Fact]
    public void A_process_killed_at_any_operation_leaves_nothing_that_is_trusted_before_it_is_durable() => StopEverywhere(disk => disk.Kill());

    [Fact]
    public void A_failed_sync_is_reported_and_sealing_later_is_whole_and_durable()
    {
        for (var seed = 0; seed < 30; seed++)
        {
            var disk = new FaultyDisk(seed);
            var source = Source(seed);
            var set = SegmentChecks.Open(disk);
            disk.Faults = new DiskFaults { FailSync = 0.15, FailWrite = 0.05 };
            for (var attempt = 0; attempt < 5; attempt++)
            {
                try { set.Seal(source, CancellationToken.None); }
                catch (IOException) { }
            }
            disk.Faults = new DiskFaults();
            set.Seal(source, CancellationToken.None);
            disk.Crash();
            SegmentChecks.HoldsAll(SegmentChecks.Open(disk), source);
        }
    }

    private static void StopEverywhere(Action<FaultyDisk> stop)
    {
        var random = new Random(71);
        for (var operations = 0; ; operations += operations < 40 ? 1 : 1 + random.Next(6))
        {
            var disk = new FaultyDisk(operations);
            var source = Source(72);
            disk.LosePowerAfter(operations);
            var stopped = !Completes(() => SegmentChecks.Open(disk).Seal(source, CancellationToken.None));
            stop(disk);
            SegmentChecks.Open(disk).Seal(source, CancellationToken.None);
            disk.Crash();
            var set = SegmentChecks.Open(disk);
            SegmentChecks.HoldsAll(set, source);
            Assert.All(set.Segments, info => Assert.Empty(set.Verify(info, null, CancellationToken.None)));
            if (!stopped) break;
        }
    }

    private static bool Completes(Action act)
    {
        try
        {
            act();
            return true;
        }
        catch (Exception e) when (e is IOException or ArchiveException)
        {
            return false;
        }
    }
}
