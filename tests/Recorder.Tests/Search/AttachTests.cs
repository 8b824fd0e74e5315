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
