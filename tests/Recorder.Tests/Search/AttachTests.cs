using Recorder.Search;

namespace Recorder.Tests.Search;

public class AttachTests
{
    private const string Lane = "a";

    [Fact]
    public void A_message_is_found_by_its_own_text_first_and_by_its_attachments_after()
    {
        using var bed = new SearchBed();
        var mail = bed.Add(WithFile(bed.Mail("minutes", "body")));
        bed.Show();
        Assert.True(bed.Finds("body"));
        Assert.False(bed.Finds("chlorophyll"));
        Assert.Equal(AttachmentGaps.Waiting, bed.Search("body").Items.Single().Gaps);
        Assert.True(Attach(bed, mail with { AttachedText = "chlorophyll", Gaps = AttachmentGaps.None }));
        Assert.True(bed.Finds("chlorophyll"));
        Assert.Equal(AttachmentGaps.None, bed.Search("body").Items.Single().Gaps);
        Assert.Equal(1, bed.Index.DocumentCount);
        Assert.Equal(1, bed.Search("").Total);
    }

    [Theory]
    [InlineData("body chlorophyll", true)]
    [InlineData("plan.pdf chlorophyll", true)]
    [InlineData("attachment:chlorophyll", true)]
    [InlineData("attachment:plan", true)]
    [InlineData("attachment:body", false)]
    [InlineData("附件:光合作用", true)]
    [InlineData("光", true)]
    [InlineData("chloro*", true)]
    [InlineData("ch*", true)]
    [InlineData("\"chlorophyll absorbs\"", true)]
    [InlineData("\"body chlorophyll\"", false)]
    [InlineData("subject:chlorophyll", false)]
    [InlineData("filename:chlorophyll", false)]
    [InlineData("body -chlorophyll", false)]
    [InlineData("body -xylem", true)]
    public void Words_of_attachments_are_asked_with_those_of_the_mail(string query, bool isFound)
    {
        using var bed = new SearchBed();
        var mail = bed.Add(WithFile(bed.Mail("minutes", "body")));
        Attach(bed, mail with { AttachedText = "chlorophyll absorbs light 光合作用" });
        Assert.Equal(isFound, bed.Finds(query));
        Assert.False(bed.Search(query, scope: new OwnerScope("bob@example.edu")).Items.Count > 0);
    }

    [Fact]
    public void A_full_partition_is_merged_when_its_attachments_were_read()
    {
        using var bed = new SearchBed(partitionDocuments: 10, awaitsAttachments: true);
        var mails = AddShown(bed, 25);
        bed.Commit();
        bed.Index.Partitions.WaitForMerges();
        Assert.Equal([false, false, false], Merged(bed));
        Assert.True(bed.Index.Attach([.. mails.Take(12).Select(Read)], Lane, 0, 12));
        bed.Index.Partitions.WaitForMerges();
        bed.Index.ShowAttached();
        Assert.Equal([true, false, false], Merged(bed));
        Assert.Equal(12, bed.Search("chlorophyll").Total);
        Assert.True(bed.Index.Attach([.. mails.Skip(12).Select(Read)], Lane, 12, 25));
        bed.Index.Partitions.WaitForMerges();
        bed.Index.ShowAttached();
        Assert.Equal([true, true, false], Merged(bed));
        Assert.Equal(25, bed.Search("chlorophyll").Total);
        Assert.Equal(25, bed.Index.DocumentCount);
    }

    [Fact]
    public void What_is_merged_already_is_left_alone()
    {
        using var bed = new SearchBed(partitionDocuments: 10);
        var mails = AddShown(bed, 15);
        bed.Commit();
        bed.Index.Partitions.WaitForMerges();
        Assert.True(bed.Index.Attach([.. mails.Select(Read)], Lane, 0, 15));
        bed.Index.ShowAttached();
        Assert.Equal(5, bed.Search("chlorophyll").Total);
        Assert.Equal(15, bed.Index.DocumentCount);
    }

    [Fact]
    public void A_record_added_again_is_read_again()
    {
        using var bed = new SearchBed();
        var mails = AddShown(bed, 3);
        Assert.True(bed.Index.Attach([.. mails.Select(Read)], Lane, 0, 3));
        bed.Index.Add([mails[1]]);
        Assert.Equal(1, bed.Index.AttachedThrough(Lane));
        Assert.False(bed.Index.Attach([], Lane, 3, 4));
        bed.Index.ShowAttached();
        Assert.Equal(2, bed.Search("chlorophyll").Total);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void After_any_crashes_every_attachment_is_found(int seed)
    {
        var random = new Random(seed);
        using var bed = new SearchBed(partitionDocuments: 20, awaitsAttachments: true);
        var mails = Enumerable.Range(0, 150).Select(_ => WithFile(bed.Mail("alpha", "body"))).ToList();
        for (var added = 0; added < mails.Count || bed.Index.AttachedThrough(Lane) < mails.Count;)
        {
            var batch = mails.Skip(added).Take(random.Next(30)).ToList();
            bed.Index.Add(batch);
            added += batch.Count;
            var after = (int)bed.Index.AttachedThrough(Lane);
            var through = random.Next(after, Math.Max(after, added) + 1);
            Assert.True(bed.Index.Attach([.. mails.Take(through).Skip(after).Select(Read)], Lane, after, through));
            if (random.Next(3) == 0) bed.Index.Refresh(SearchBed.At(added));
            if (random.Next(3) == 0) bed.Index.Commit(SearchBed.At(added));
            if (random.Next(4) == 0) bed.Index.CommitAttached();
            if (random.Next(4) == 0) bed.Index.Partitions.WaitForMerges();
            if (random.Next(5) != 0) continue;
            bed.Reopen(); // lets go without committing, as a crash does
            Assert.Null(bed.Index.LostAtOpening);
            added = (int)bed.Index.Checkpoint.GetValueOrDefault(Lane);
        }
        bed.Index.Refresh(SearchBed.At(150));
        Assert.Equal(150, bed.Index.DocumentCount);
        Assert.Equal(150, bed.Search("chlorophyll").Total);
        Assert.Equal(150, bed.Search("body").Total);
    }

    [Theory]
    [InlineData(1_000_000)] // in the active partition
    [InlineData(10)] // in closed ones that wait for their attachments
    public void What_retention_removed_is_not_brought_back_by_its_attachments(int partitionDocuments)
    {
        using var bed = new SearchBed(partitionDocuments, awaitsAttachments: true);
        var mails = AddShown(bed, 25);
        bed.Commit();
        Assert.Equal(3, bed.Index.Remove(Lane, 2, 4, _ => true));
        Assert.True(bed.Index.Attach([.. mails.Take(8).Select(Read)], Lane, 0, 8));
        bed.Index.ShowAttached();
        Assert.Equal(5, bed.Search("chlorophyll").Total);
        bed.Index.Expunge(TestContext.Current.CancellationToken);
        Assert.Equal(2, bed.Index.Remove(Lane, 8, 9, _ => true)); // one of each: attached, and not yet
        Assert.True(bed.Index.Attach([.. mails.Skip(8).Select(Read)], Lane, 8, 25));
        bed.Index.ShowAttached();
        bed.Index.Partitions.WaitForMerges();
        Assert.Equal(20, bed.Search("chlorophyll").Total);
        bed.Index.CommitAttached();
        bed.Reopen();
        Assert.Equal(20, bed.Search("chlorophyll").Total);
        Assert.Equal(20, bed.Index.DocumentCount);
        Assert.All(Removed, n => Assert.Null(bed.Index.Find($"id-{n:D6}", null, null)));
    }

    [Fact]
    public void What_is_not_in_view_yet_gets_its_attachments_and_only_once()
    {
        using var bed = new SearchBed(partitionDocuments: 10, awaitsAttachments: true);
        var mail = bed.Add(WithFile(bed.Mail("alpha", "body")));
        Assert.True(Attach(bed, Read(mail)));
        Assert.Equal(1, bed.Search("chlorophyll").Total);
        Assert.True(bed.Index.Attach([Read(mail) with { Id = "id-000002", Sequence = 2 }], Lane, 1, 2)); // of what is not here
        bed.Index.ShowAttached();
        Assert.Equal(1, bed.Index.DocumentCount);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void After_a_gap_was_filled_its_attachments_are_read_again(bool crashes)
    {
        using var bed = new SearchBed(partitionDocuments: 10, awaitsAttachments: true);
        var mails = AddShown(bed, 35);
        Assert.True(bed.Index.Attach([.. mails.Take(32).Select(Read)], Lane, 0, 32));
        bed.Commit();
        bed.Index.Partitions.WaitForMerges();
        bed.Index.Dispose();
        Directory.Delete(Path.Combine(bed.Folder, "p00000002"), recursive: true);
        bed.Reopen();
        bed.Show();
        Assert.Equal(32, bed.Index.AttachedThrough(Lane));
        Assert.True(bed.Index.Attach([Read(mails[14]), Read(mails[32])], Lane, 32, 33)); // in the gap: left to its rebuild
        bed.Index.ShowAttached();
        Assert.Equal(23, bed.Search("chlorophyll").Total);

        using (var rebuild = bed.Index.BeginRebuild(Assert.Single(bed.Index.Gaps)))
        {
            rebuild.Add(mails);
            rebuild.Finish();
        }

        Assert.Equal(10, bed.Index.AttachedThrough(Lane));
        if (crashes) bed.Reopen();
        bed.Show();
        Assert.Equal(10, bed.Index.AttachedThrough(Lane));
        Assert.Equal([true, false, true, false], Merged(bed));
        Assert.True(bed.Index.Attach([.. mails.Skip(10).Take(10).Select(Read)], Lane, 10, 20));
        Assert.Equal(30, bed.Index.AttachedThrough(Lane)); // over what is merged
        bed.Index.Partitions.WaitForMerges();
        Assert.True(bed.Index.Attach([.. mails.Skip(30).Select(Read)], Lane, 30, 35));
        bed.Index.ShowAttached();
        Assert.Equal([true, true, true, false], Merged(bed));
        Assert.Equal(35, bed.Search("chlorophyll").Total);
        Assert.Equal(35, bed.Index.DocumentCount);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    [InlineData(146)] // loses a folder beside one that is being made anew
    public void Whatever_is_lost_or_removed_meanwhile_the_rest_is_found_with_its_attachments(int seed)
    {
        var random = new Random(seed);
        using var bed = new SearchBed(partitionDocuments: 20, awaitsAttachments: true);
        var mails = Enumerable.Range(0, 150).Select(_ => WithFile(bed.Mail("alpha", "body"))).ToList();
        var gone = new HashSet<string>();
        List<SearchDocument> Log(IEnumerable<SearchDocument> some) => [.. some.Where(mail => !gone.Contains(mail.Id))];
        for (var added = 0; added < mails.Count || bed.Index.Gaps.Count > 0 || bed.Index.AttachedThrough(Lane) < mails.Count;)
        {
            var count = random.Next(30);
            bed.Index.Add(Log(mails.Skip(added).Take(count)));
            added = Math.Min(mails.Count, added + count);
            var after = (int)bed.Index.AttachedThrough(Lane);
            var through = random.Next(after, Math.Max(after, added) + 1);
            var stale = mails.Take(through).Skip(after).Where(mail => !gone.Contains(mail.Id) || random.Next(2) == 0); // read before they were purged
            Assert.True(bed.Index.Attach([.. stale.Select(Read)], Lane, after, through));
            if (random.Next(3) == 0) bed.Index.Commit(SearchBed.At(added));
            if (random.Next(5) == 0) RemoveSome(added);
            if (random.Next(6) == 0) bed.Index.Expunge(TestContext.Current.CancellationToken);
            if (random.Next(3) == 0 && bed.Index.Gaps is [.., var gap])
            {
                using var rebuild = bed.Index.BeginRebuild(gap);
                rebuild.Add(Log(mails));
                rebuild.Finish();
            }

            if (random.Next(3) != 0) continue;
            if (random.Next(2) == 0) LoseOne(bed, random);
            else bed.Reopen();
            added = (int)bed.Index.Checkpoint.GetValueOrDefault(Lane);
        }

        void RemoveSome(int added)
        {
            bed.Index.Refresh(SearchBed.At(added));
            var first = random.Next(1, 150);
            foreach (var mail in mails.Take(added).Where(mail => mail.Sequence >= first && mail.Sequence < first + 5)) gone.Add(mail.Id);
            bed.Index.Remove(Lane, first, first + 4, gone.Contains);
        }

        bed.Index.Refresh(SearchBed.At(150));
        var expected = mails.Select(mail => mail.Id).Where(id => !gone.Contains(id)).Reverse().ToArray();
        Assert.Equal(expected, bed.Ids("body"));
        Assert.Equal(expected, bed.Ids("chlorophyll"));
        Assert.Equal(expected.Length, bed.Index.DocumentCount);
    }

    private static void LoseOne(SearchBed bed, Random random)
    {
        bed.Index.Dispose();
        var all = Directory.GetDirectories(bed.Folder, "p*").Order(StringComparer.Ordinal).SkipLast(1).ToList();
        if (all.Count > 0) Directory.Delete(all[random.Next(all.Count)], recursive: true);
        bed.Reopen();
    }

    private static readonly int[] Removed = [2, 3, 4, 8, 9];

    private static SearchDocument WithFile(SearchDocument mail) => mail with { AttachmentNames = ["plan.pdf"], Gaps = AttachmentGaps.Waiting };

    private static SearchDocument Read(SearchDocument mail) => mail with { AttachedText = "chlorophyll", Gaps = AttachmentGaps.None };

    private static bool Attach(SearchBed bed, SearchDocument mail)
    {
        var isDone = bed.Index.Attach([mail], Lane, mail.Sequence - 1, mail.Sequence);
        bed.Index.ShowAttached();
        return isDone;
    }

    private static List<SearchDocument> AddShown(SearchBed bed, int count)
    {
        var mails = Enumerable.Range(0, count).Select(_ => bed.Add(WithFile(bed.Mail("alpha", "body")))).ToList();
        bed.Show();
        return mails;
    }

    private static bool[] Merged(SearchBed bed)
    {
        using var snapshot = bed.Index.Partitions.Acquire();
        return [.. snapshot.Views.Select(view => view.Partition.Facts.Merged)];
    }
}
