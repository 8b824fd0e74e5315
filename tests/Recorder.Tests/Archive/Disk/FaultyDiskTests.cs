using Recorder.Archive.Disk;

namespace Recorder.Tests.Archive.Disk;

public sealed class FaultyDiskTests : DiskContract
{
    private readonly FaultyDisk _disk = new(seed: 1);

    protected override IDisk Disk => _disk;

    [Fact]
    public void Synced_bytes_and_names_outlive_a_crash()
    {
        Put("a", "kept");
        using (var file = _disk.Open("a", DiskMode.Modify)) file.Sync();
        _disk.SyncDirectory("");
        _disk.Crash();
        Assert.Equal("kept", Text("a"));
    }

    [Fact]
    public void A_name_not_synced_is_forgotten_in_some_crashes_only() => Assert.Equal([false, true], Outcomes(disk =>
    {
        using (var file = disk.Open("a", DiskMode.Create)) file.Sync();
        disk.Crash();
        return disk.Exists("a");
    }));

    [Fact]
    public void Bytes_not_synced_are_forgotten_in_some_crashes_only() => Assert.Equal([0L, 1L], Outcomes(disk =>
    {
        Durable(disk, "a", 1);
        using (var file = disk.Open("a", DiskMode.Modify)) file.Write(0, [1]);
        disk.Crash();
        return (long)First(disk, "a");
    }));

    [Fact]
    public void A_length_not_synced_is_forgotten_in_some_crashes_only() => Assert.Equal([2L, 3L], Outcomes(disk =>
    {
        Durable(disk, "a", 2);
        using (var file = disk.Open("a", DiskMode.Modify)) file.Write(2, [1]);
        disk.Crash();
        using var again = disk.Open("a", DiskMode.Read);
        return again.Length;
    }));

    [Fact]
    public void What_a_failed_sync_lost_is_readable_until_the_crash_and_not_saved_by_the_next_sync() => Assert.Equal([0L, 1L], Outcomes(disk =>
    {
        Durable(disk, "a", 1);
        using (var file = disk.Open("a", DiskMode.Modify))
        {
            file.Write(0, [1]);
            disk.FailNextSyncs = 1;
            Assert.ThrowsAny<IOException>(file.Sync);
            Assert.Equal(1, First(disk, "a"));
            file.Sync();
        }
        disk.Crash();
        return (long)First(disk, "a");
    }));

    [Fact]
    public void A_lying_sync_keeps_nothing() => Assert.Equal([0L, 1L], Outcomes(disk =>
    {
        Durable(disk, "a", 1);
        disk.Faults = new DiskFaults { LyingSync = true };
        using (var file = disk.Open("a", DiskMode.Modify))
        {
            file.Write(0, [1]);
            file.Sync();
        }
        disk.Crash();
        return (long)First(disk, "a");
    }));

    [Fact]
    public void A_killed_process_leaves_what_it_wrote_and_its_files_are_dead()
    {
        var file = _disk.Open("a", DiskMode.Create);
        file.Write(0, "written"u8);
        _disk.Kill();
        Assert.Equal("written", Text("a"));
        Assert.ThrowsAny<IOException>(() => file.Write(0, "x"u8));
    }

    [Fact]
    public void A_full_disk_takes_a_part_and_refuses()
    {
        _disk.Faults = new DiskFaults { CapacityBytes = 3 };
        Assert.Throws<DiskFullException>(() => Put("a", "abcd"));
        Assert.Equal("abc", Text("a"));
    }

    [Fact]
    public void Power_can_go_in_the_middle_of_a_write() => Assert.Contains(Outcomes(disk =>
    {
        using var file = disk.Open("a", DiskMode.Create);
        disk.LosePowerAfter(0);
        Assert.ThrowsAny<IOException>(() => file.Write(0, new byte[100]));
        Assert.ThrowsAny<IOException>(() => disk.Exists("a"));
        disk.Kill();
        using var again = disk.Open("a", DiskMode.Read);
        return again.Length;
    }), length => length is > 0 and < 100);

    private static List<T> Outcomes<T>(Func<FaultyDisk, T> run) =>
        Enumerable.Range(0, 60).Select(seed => run(new FaultyDisk(seed))).Distinct().Order().ToList();

    private static void Durable(FaultyDisk disk, string path, int length)
    {
        using var file = disk.Open(path, DiskMode.Create);
        file.Write(0, new byte[length]);
        file.Sync();
        disk.SyncDirectory("");
    }

    private static byte First(FaultyDisk disk, string path)
    {
        using var file = disk.Open(path, DiskMode.Read);
        Span<byte> one = stackalloc byte[1];
        Assert.Equal(1, file.Read(0, one));
        return one[0];
    }
}
