using Microsoft.Extensions.Time.Testing;
using Recorder.Search;
using Recorder.Tests.Fakes;

namespace Recorder.Tests.Search;

/// <summary>Lives of one index, each ended in the middle of a write, some with a damaged file behind: the last has all mail, once.</summary>
public sealed class KilledIndexTests : IDisposable
{
    private const int Mails = 160, PartitionMails = 30, Lives = 8;
    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void After_kills_while_indexing_merging_and_rebuilding_the_index_comes_back_right(int seed)
    {
        var random = new Random(seed);
        var mails = SampleMail.Many(Mails, random).Select(mail => mail with { Lane = "a" }).ToList();
        var image = _folder.File("life-0");
        for (var life = 1; life <= Lives; life++)
        {
            image = Live(image, _folder.File($"life-{life}"), new DyingDisk(random.Next(20, 600)), mails, random);
            if (random.Next(3) == 0) DamageSome(image, random);
        }

        using var index = Open(image, new DyingDisk(int.MaxValue));
        Follow(index, mails, new Random(seed));
        index.Partitions.WaitForMerges();
        Assert.Null(index.Partitions.MergeFailure);
        Assert.Empty(index.Gaps);
        Assert.Equal(mails.Select(mail => mail.Id).Order(StringComparer.Ordinal), Ids(index, "").Order(StringComparer.Ordinal));
        Assert.Equal(Mails, index.DocumentCount);
        using var calm = Open(_folder.File("calm"), new DyingDisk(int.MaxValue));
        Follow(calm, mails, new Random(seed));
        foreach (var query in (string[])["", "alpha", "成績", "-report", "is:held", "rep*"]) Assert.Equal(Ids(calm, query), Ids(index, query));
    }

    /// <returns>The folder as the killed process left it.</returns>
    private static string Live(string folder, string after, DyingDisk disk, List<SearchDocument> mails, Random random)
    {
        MailIndex? index = null;
        try
        {
            index = Open(folder, disk);
            Follow(index, mails, random);
        }
        catch (Exception error) when (disk.IsDead)
        {
            Assert.IsNotType<OutOfMemoryException>(error);
        }

        disk.Kill();
        CopyFolder(folder, after);
        try { index?.Dispose(); }
        catch (Exception error) when (disk.IsDead) { Assert.NotNull(error.Message); } // it cannot even tidy up
        return after;
    }

    /// <summary>As the follower and the one who fills gaps do it, in any order.</summary>
    private static void Follow(MailIndex index, List<SearchDocument> mails, Random random)
    {
        for (var next = (int)index.Checkpoint.GetValueOrDefault("a"); next < mails.Count;)
        {
            var batch = mails.Skip(next).Take(random.Next(1, 25)).ToList();
            index.Add(batch);
            next += batch.Count;
            if (random.Next(2) == 0) index.Refresh(SearchBed.At(next));
            if (random.Next(3) == 0) index.Commit(SearchBed.At(next));
            if (random.Next(8) == 0) index.Settle();
            if (random.Next(4) == 0) FillOne(index, mails);
        }

        index.Refresh(SearchBed.At(mails.Count));
        index.Commit(SearchBed.At(mails.Count));
        while (index.Gaps.Count > 0) FillOne(index, mails);
    }

    private static void FillOne(MailIndex index, List<SearchDocument> mails)
    {
        if (index.Gaps is not [.., var gap]) return;
        using var rebuild = index.BeginRebuild(gap);
        rebuild.Add(mails);
        rebuild.Finish();
    }

    private static void DamageSome(string folder, Random random)
    {
        var files = Directory.GetFiles(folder, "_*", SearchOption.AllDirectories).Order(StringComparer.Ordinal).ToList();
        if (files.Count == 0) return;
        using var file = new FileStream(files[random.Next(files.Count)], FileMode.Open);
        file.SetLength(file.Length / 2);
    }

    private static MailIndex Open(string folder, DyingDisk disk) => MailIndex.Open(
        folder, new MailIndexOptions { PartitionDocuments = PartitionMails, RamBufferMegabytes = 4, Disk = disk.Around }, new FakeTimeProvider(SearchBed.Now));

    private static string[] Ids(MailIndex index, string query) => [.. index.Search(new SearchRequest(null, query, 500)).Items.Select(item => item.Id)];

    private static void CopyFolder(string from, string to)
    {
        Directory.CreateDirectory(to);
        foreach (var path in Directory.GetFiles(from, "*", SearchOption.AllDirectories))
        {
            if (path.EndsWith("write.lock", StringComparison.Ordinal)) continue; // the system lets go of it
            var target = Path.Combine(to, Path.GetRelativePath(from, path));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            using var copy = File.Create(target);
            if (path.EndsWith("in-use", StringComparison.Ordinal)) continue; // locked; its being there is what counts
            using var source = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            source.CopyTo(copy);
        }
    }
}
