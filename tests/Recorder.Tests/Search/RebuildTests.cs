using Recorder.Search.Documents;
using Microsoft.Extensions.Time.Testing;
using Recorder.Search;

namespace Recorder.Tests.Search;

public class RebuildTests
{
    [Fact]
    public void A_missing_folder_opens_empty_with_an_empty_checkpoint()
    {
        using var bed = new SearchBed();
        Assert.Empty(bed.Index.Checkpoint);
        Assert.Null(bed.Index.LostAtOpening);
        Assert.Empty(bed.Search("").Items);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void After_a_crash_the_replay_from_the_checkpoint_gives_the_same_index(int seed)
    {
        var random = new Random(seed);
        var mails = SampleMail.Many(150, random).Select(m => m with { Lane = "a" }).ToList();
        using var calm = new SearchBed();
        calm.Index.Add(mails);
        calm.Index.Refresh(SearchBed.At(150));
        using var bed = new SearchBed(partitionDocuments: 20);
        for (var next = 0; next < mails.Count;)
        {
            var batch = mails.Skip(next).Take(random.Next(1, 30)).ToList();
            bed.Index.Add(batch);
            next += batch.Count;
            if (random.Next(3) == 0) bed.Index.Commit(SearchBed.At(next));
            if (random.Next(3) == 0) bed.Index.Partitions.WaitForMerges();
            if (random.Next(3) != 0) continue;
            bed.Reopen(); // lets go without committing, as a crash does
            Assert.Null(bed.Index.LostAtOpening);
            next = (int)bed.Index.Checkpoint.GetValueOrDefault("a");
        }
        bed.Index.Refresh(SearchBed.At(150));
        Assert.Equal(150, bed.Index.DocumentCount);
        foreach (var query in (string[])["", "alpha", "成績", "-report", "is:held"]) Assert.Equal(calm.Ids(query), bed.Ids(query));
    }

    [Fact]
    public void Replaying_everything_adds_nothing_twice_in_closed_or_active_partitions()
    {
        using var bed = new SearchBed(partitionDocuments: 20);
        var mails = SampleMail.Many(90, new Random(4));
        bed.Index.Add(mails);
        bed.Index.Commit(SampleMail.Through(mails));
        bed.Index.Add(mails);
        bed.Reopen();
        bed.Index.Add(mails);
        bed.Index.Refresh(SampleMail.Through(mails));
        Assert.Equal(90, bed.Index.DocumentCount);
        Assert.Equal(90, bed.Search("").Total);
    }

    [Fact]
    public void Committed_mail_and_its_checkpoint_survive_reopening()
    {
        using var bed = new SearchBed(partitionDocuments: 3);
        for (var i = 0; i < 10; i++) bed.Add(bed.Mail("alpha"));
        bed.Commit();
        bed.Index.Partitions.WaitForMerges();
        bed.Add(bed.Mail("alpha"));
        bed.Reopen();
        Assert.Equal(10, bed.Index.Checkpoint["a"]);
        Assert.Equal(10, bed.Search("alpha").Total);
        Assert.Equal(10, bed.Search("alpha").IndexedThrough["a"]);
    }

    [Fact]
    public void Closed_partitions_are_merged_once_beside_searches()
    {
        using var bed = new SearchBed(partitionDocuments: 10);
        for (var i = 0; i < 35; i++)
        {
            bed.Add(bed.Mail("alpha"));
            bed.Show();
        }
        bed.Commit();
        bed.Index.Partitions.WaitForMerges();
        Assert.Null(bed.Index.Partitions.MergeFailure);
        using var snapshot = bed.Index.Partitions.Acquire();
        Assert.Equal(4, snapshot.Views.Count);
        Assert.All(snapshot.Views.Take(3), view => Assert.Single(view.Reader.Leaves));
        Assert.Equal(35, bed.Search("alpha").Total);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)] // the leftovers of an index that another version merged, or of a stop right after a merge
    public void What_a_merge_has_replaced_leaves_the_disk(bool isLeftOver)
    {
        using var bed = new SearchBed(partitionDocuments: 10);
        for (var i = 0; i < 35; i++)
        {
            bed.Add(bed.Mail("alpha"));
            bed.Show();
        }
        using (bed.Index.Partitions.Acquire()) // somebody reads while it is merged
        {
            bed.Commit();
            bed.Index.Partitions.WaitForMerges();
        }
        var closed = Directory.GetDirectories(bed.Folder).Order(StringComparer.Ordinal).Take(3).ToList();
        if (isLeftOver)
        {
            bed.Index.Dispose();
            foreach (var folder in closed) File.Copy(Directory.GetFiles(folder, "*.fdt").Single(), Path.Combine(folder, "_zz.fdt"));
            bed.Reopen();
        }
        Assert.All(closed, folder => Assert.Single(Directory.GetFiles(folder, "*.fdt")));
        Assert.Equal(35, bed.Search("alpha").Total);
    }

    [Fact]
    public void An_older_commit_that_is_still_there_is_not_taken_for_the_newest()
    {
        using var bed = new SearchBed();
        bed.Add(bed.Mail("alpha"));
        bed.Commit();
        var folder = Directory.GetDirectories(bed.Folder).Single();
        var older = Directory.GetFiles(folder, "*").Where(file => !file.EndsWith(".lock", StringComparison.Ordinal)).ToDictionary(file => file, File.ReadAllBytes);
        bed.Add(bed.Mail("alpha"));
        bed.Commit();
        bed.Index.Dispose();
        foreach (var (file, bytes) in older.Where(one => !File.Exists(one.Key))) File.WriteAllBytes(file, bytes);
        foreach (var file in Directory.GetFiles(folder, "*.fnm").Where(file => !older.ContainsKey(file))) File.WriteAllBytes(file, [1]);
        bed.Reopen();
        Assert.NotNull(bed.Index.LostAtOpening);
        Assert.NotEmpty(bed.Index.Gaps);
    }

    [Fact]
    public void What_a_bulk_left_in_small_pieces_is_merged_and_survives_with_what_was_not_shown_yet()
    {
        using var bed = new SearchBed();
        for (var i = 0; i < 12; i++)
        {
            bed.Add(bed.Mail("alpha"));
            bed.Show();
        }
        bed.Commit();
        bed.Add(bed.Mail("alpha"));
        bed.Index.Settle();
        using (var snapshot = bed.Index.Partitions.Acquire()) Assert.Single(snapshot.Views.Single().Reader.Leaves);
        Assert.Equal(13, bed.Search("alph*").Total);
        bed.Reopen();
        Assert.Equal(12, bed.Index.Checkpoint["a"]);
        Assert.Equal(13, bed.Search("alph*").Total);
        bed.Add(bed.Mail("alpha") with { Id = "id-000013", Sequence = 13 }); // replayed from the checkpoint
        bed.Show();
        Assert.Equal(13, bed.Search("alph*").Total);
    }

    [Fact]
    public void A_deleted_folder_opens_empty()
    {
        using var bed = Committed();
        bed.Index.Dispose();
        Directory.Delete(bed.Folder, recursive: true);
        bed.Reopen();
        Assert.Empty(bed.Index.Checkpoint);
        Assert.Equal(0, bed.Index.DocumentCount);
    }

    [Fact]
    public void Flipped_bits_are_noticed_after_an_unclean_stop()
    {
        using var bed = Committed();
        bed.Index.Dispose();
        File.Create(Path.Combine(bed.Folder, "in-use")).Dispose(); // what a killed process leaves behind
        var rows = Directory.GetFiles(Path.Combine(bed.Folder, "p00000001"), "*.fdt").Single();
        using (var open = new FileStream(rows, FileMode.Open))
        {
            open.Position = open.Length / 2;
            var flipped = (byte)(open.ReadByte() ^ 0x10);
            open.Position--;
            open.WriteByte(flipped);
        }
        bed.Reopen();
        Assert.StartsWith("damaged", bed.Index.LostAtOpening);
    }

    [Fact]
    public void An_unclean_stop_alone_loses_nothing()
    {
        using var bed = Committed();
        bed.Index.Dispose();
        File.Create(Path.Combine(bed.Folder, "in-use")).Dispose();
        bed.Reopen();
        Assert.Null(bed.Index.LostAtOpening);
        Assert.Equal(1, bed.Index.DocumentCount);
    }

    [Fact]
    public void An_index_of_another_format_is_set_aside_and_says_so()
    {
        using var bed = Committed();
        bed.Index.Dispose();
        using (var events = EventIndex.Open(bed.Folder, new EventIndexOptions()))
            Assert.Equal($"format {MailFields.FormatVersion} instead of events-5", events.StartedEmptyBecause);
        bed.Reopen();
        Assert.Empty(bed.Index.Checkpoint);
    }

    [Fact]
    public void A_second_opener_is_refused_and_deletes_nothing()
    {
        using var bed = Committed();
        Assert.Throws<IOException>(() => MailIndex.Open(bed.Folder, new MailIndexOptions(), new FakeTimeProvider()));
        Assert.Equal(1, bed.Search("alpha").Total);
        bed.Reopen();
        Assert.Equal(1, bed.Index.DocumentCount);
    }

    [Fact]
    public async Task Readers_and_a_writer_work_at_once()
    {
        using var bed = new SearchBed(partitionDocuments: 50);
        var mails = SampleMail.Many(600, new Random(9));
        using var done = new CancellationTokenSource();
        var readers = Enumerable.Range(0, 3).Select(_ => Task.Run(() =>
        {
            long seen = 0;
            while (!done.IsCancellationRequested)
            {
                var total = bed.Search("").Total;
                Assert.True(total >= seen);
                seen = total;
            }
        })).ToArray();
        foreach (var batch in mails.Chunk(10))
        {
            bed.Index.Add(batch);
            bed.Index.Refresh(SampleMail.Through(batch));
        }
        await done.CancelAsync();
        await Task.WhenAll(readers);
        Assert.Equal(600, bed.Search("").Total);
    }

    private static SearchBed Committed()
    {
        var bed = new SearchBed();
        bed.Add(bed.Mail("alpha"));
        bed.Show();
        bed.Commit();
        return bed;
    }
}
