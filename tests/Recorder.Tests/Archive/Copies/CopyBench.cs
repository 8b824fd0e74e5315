using Recorder.Archive;
using Recorder.Archive.Copies;
using Recorder.Archive.Disk;
using Recorder.Tests.Archive.Log;

namespace Recorder.Tests.Archive.Copies;

/// <summary>A lane, a disk for copies of it, and what is restored from them.</summary>
internal sealed class CopyBench(LogBench source, IDisk target) : IAsyncDisposable
{
    public LogBench Source => source;
    public IDisk Target => target;
    public HashSet<string> Removed { get; } = [];

    public static async Task<CopyBench> OpenAsync(IDisk? target = null) => new(await LogBench.OpenAsync(), target ?? new MemoryDisk());

    public CopyReport Copy(IDisk? to = null)
    {
        using var into = CopyTarget.Open(to ?? target);
        using var image = source.Log.TakeImage();
        return new ArchiveCopier(into, Removed.Contains, source.Time).Run(image, [], CancellationToken.None);
    }

    /// <summary>Restores what the copies hold now and opens it.</summary>
    public static async Task<LogBench> RestoreAsync(params IDisk[] copies)
    {
        var (report, disk) = Restore(copies);
        Assert.Empty(report.Findings);
        return await LogBench.OpenAsync(disk);
    }

    public static (RestoreReport Report, MemoryDisk Disk) Restore(params IDisk[] copies)
    {
        var disk = new MemoryDisk();
        var sources = copies.Select((copy, number) => RestoreSource.Open($"copy {number}", copy)).ToList();
        return (new ArchiveRestore(sources, disk, path => path["archive/".Length..]).Run(CancellationToken.None), disk);
    }

    /// <summary>Everything up to a sequence is the same, to the last byte, and nothing is wrong with it.</summary>
    public async Task AssertSameAsync(LogBench restored, long through)
    {
        var (ours, theirs) = (await source.AllAsync(), await restored.AllAsync());
        Assert.Equal(
            ours.Where(entry => entry.Position.Sequence <= through).Select(entry => (entry.Id, entry.Position, entry.Kind)),
            theirs.Where(entry => entry.Position.Sequence <= through).Select(entry => (entry.Id, entry.Position, entry.Kind)));
        foreach (var entry in theirs.Where(entry => entry.Kind == EntryKind.Mail))
            Assert.Equal(await source.ContentOfAsync(entry.Id), await restored.ContentOfAsync(entry.Id));
        Assert.Empty(await restored.ProblemsAsync());
    }

    public static void Flip(IDisk disk, string path, long offset)
    {
        using var file = disk.Open(path, DiskMode.Modify);
        var one = new byte[1];
        file.Read(offset, one);
        one[0] ^= 0x10;
        file.Write(offset, one);
    }

    public ValueTask DisposeAsync() => source.DisposeAsync();
}
