using Recorder.Archive.Disk;
using Recorder.Evidence;
using Recorder.Ledger;
using Recorder.Tests.Archive.Log;
using Recorder.Tests.Fakes;

namespace Recorder.Tests.Evidence;

public sealed class CheckTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private static EvidenceOptions Fast => new() { CheckMegabytesPerSecond = 10_000, CheckDays = 28 };

    private static async Task<EvidenceWorld> FilledAsync(EvidenceOptions options)
    {
        var world = await EvidenceWorld.OpenAsync(options);
        for (var day = 0; day < 3; day++)
        {
            await world.ReceiveAsync(LogBench.Bytes(50_000, day));
            await world.Archive.SealAsync(Cancel);
        }

        return world;
    }

    [Fact]
    public async Task Everything_is_read_once_and_again_only_when_it_is_due()
    {
        await using var world = await FilledAsync(Fast);
        await world.Check.RunAsync(Cancel);
        var done = Assert.Single(world.Facts<ArchiveChecked>());
        Assert.Equal((world.Archive.Segments.Count, 0L), (done.Segments, done.Findings));
        Assert.Equal(world.Archive.Segments.Sum(segment => segment.StoredBytes), done.Bytes);
        await world.Check.RunAsync(Cancel);
        Assert.Single(world.Facts<ArchiveChecked>());
        Assert.Equal(done.StartedAt.AddDays(28), world.Check.Status.NextAt);
        world.Time.Advance(TimeSpan.FromDays(28));
        await world.Check.RunAsync(Cancel);
        Assert.Equal(2, world.Facts<ArchiveChecked>().Count);
    }

    [Fact]
    public async Task What_it_finds_is_kept_until_a_later_reading_finds_nothing()
    {
        await using var world = await FilledAsync(Fast);
        var path = $"segments/{world.Archive.Segments.First(segment => segment.ContentBytes > 0).Name}";
        Flip(world.Disk, path, 200);
        await world.Check.RunAsync(Cancel);
        var last = world.Check.Status.Last!;
        Assert.True(last.Findings > 0);
        Assert.Contains("mail-20260314", last.Problems[0]);
        Flip(world.Disk, path, 200);
        world.Time.Advance(TimeSpan.FromDays(29));
        await world.Check.RunAsync(Cancel);
        Assert.Equal(0, world.Check.Status.Last!.Findings);
    }

    [Fact]
    public async Task It_goes_no_faster_than_it_may_and_after_a_stop_goes_on_where_it_was()
    {
        await using var world = await FilledAsync(new EvidenceOptions { CheckMegabytesPerSecond = 1 });
        // 50 kB are more than 50 ms at that rate, and the clock stands still: it waits until the test lets it go on or stops it.
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        var running = Task.Run(() => world.Check.RunAsync(stop.Token), Cancel);
        await WaitUntil.Async(() => world.Place.Exists(ArchiveCheck.FileName) || world.Check.Status.DoneBytes > 0);
        await Task.Yield();
        Assert.Empty(world.Facts<ArchiveChecked>());
        Assert.False(running.IsCompleted);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
        world.Options.CheckMegabytesPerSecond = 10_000;
        await world.Check.RunAsync(Cancel);
        Assert.Equal(world.Archive.Segments.Count, Assert.Single(world.Facts<ArchiveChecked>()).Segments);
        Assert.False(world.Place.Exists(ArchiveCheck.FileName));
    }

    private static void Flip(MemoryDisk disk, string path, long at)
    {
        using var file = disk.Open(path, DiskMode.Modify);
        var one = new byte[1];
        file.Read(at, one);
        one[0] ^= 1;
        file.Write(at, one);
    }
}
