using System.Collections;
using Recorder.Search;
using Recorder.Search.Documents;
using Recorder.Search.Partitions;

namespace Recorder.Tests.Search;

/// <summary>What happens to an index of which a part is lost. Five partitions of twenty mails: the last takes mail.</summary>
public sealed class RepairTests
{
    private const int Mails = 90, PartitionMails = 20;

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(4)]
    public void A_damaged_partition_is_missing_while_the_others_answer_and_is_filled_from_the_log(int number)
    {
        using var bed = Filled(out var mails);
        Break(bed, number, truncate: true);
        bed.Reopen();
        Assert.StartsWith("damaged", bed.Index.LostAtOpening);
        AssertGapAndFill(bed, mails, number);
    }

    [Fact]
    public void A_folder_that_is_gone_is_noticed_by_its_neighbours()
    {
        using var bed = Filled(out var mails);
        bed.Index.Dispose();
        Directory.Delete(PartitionFolder(bed, 2), recursive: true);
        bed.Reopen();
        AssertGapAndFill(bed, mails, 2);
    }

    [Fact]
    public void Bits_flipped_while_it_runs_are_noticed_by_the_search_that_meets_them()
    {
        using var bed = Filled(out var mails);
        Break(bed, 2, truncate: false);
        bed.Reopen();
        // What was merged is not read at opening: the damage is met later.
        Assert.Empty(bed.Index.Gaps);
        Assert.Equal(70, bed.Search("alpha", 500).Items.Count);
        AssertGapAndFill(bed, mails, 2);
    }

    [Fact]
    public void Looking_one_record_up_notices_them_as_well()
    {
        using var bed = Filled(out var mails);
        Break(bed, 2, truncate: false);
        bed.Reopen();
        Assert.NotNull(bed.Index.Find(mails[70].Id, null, null));
        Assert.Null(bed.Index.Find(mails[30].Id, null, null));
        AssertGapAndFill(bed, mails, 2);
    }

    [Fact]
    public void Taking_records_out_passes_over_a_damaged_partition_which_comes_back_without_them()
    {
        using var bed = Filled(out var mails);
        Break(bed, 2, truncate: false);
        bed.Reopen();
        var gone = mails.GetRange(15, 30).Select(mail => mail.Id).ToHashSet();
        Assert.Equal(10, bed.Index.Remove("a", 1, Mails, gone.Contains)); // of the first and the third
        Fill(bed, [.. mails.Where(mail => !gone.Contains(mail.Id))]);
        Assert.Equal(mails.Select(mail => mail.Id).Where(id => !gone.Contains(id)).Reverse(), bed.Ids("alpha"));
    }

    [Fact]
    public void Reading_every_byte_finds_damage_that_no_search_met()
    {
        using var bed = Filled(out var mails);
        Break(bed, 3, truncate: false);
        bed.Reopen();
        Assert.Equal(1, bed.Index.CheckBytes(CancellationToken.None));
        AssertGapAndFill(bed, mails, 3);
    }

    [Fact]
    public void A_damaged_newest_partition_becomes_a_gap_and_new_mail_goes_on_at_once()
    {
        using var bed = Filled(out var mails);
        Break(bed, 5, truncate: true);
        bed.Reopen();
        Assert.Equal(Mails, bed.Index.Checkpoint["a"]);
        Assert.Equal(80, bed.Search("alpha", 500).Items.Count);
        bed.Add(bed.Mail("alpha"));
        bed.Show();
        Assert.Equal(81, bed.Search("alpha", 500).Items.Count);
        Fill(bed, mails);
        Assert.Equal(91, bed.Search("alpha", 500).Items.Count);
    }

    [Fact]
    public void An_index_of_an_older_format_is_made_anew_partition_by_partition_behind_the_new_mail()
    {
        using var bed = Filled(out var mails);
        bed.Index.Dispose();
        Directory.Delete(bed.Folder, recursive: true);
        using (var older = PartitionSet.Open(bed.Folder, new("mail-older", PartitionMails, 16, FillsGaps: true)))
        {
            older.Write(mails, MailDocuments.KeyOf, new MailDocuments().Build);
            older.Commit(SearchBed.At(Mails));
        }

        bed.Reopen();
        Assert.Contains("format mail-older", bed.Index.LostAtOpening);
        Assert.Equal(Mails, bed.Index.Checkpoint["a"]);
        Assert.Equal([1, 2, 3, 4, 5], bed.Index.Gaps.Select(gap => gap.Partition));
        bed.Add(bed.Mail("alpha"));
        bed.Show();
        Assert.Single(bed.Search("alpha", 500).Items);
        Fill(bed, mails);
        Assert.Equal(Mails + 1, bed.Search("alpha", 500).Items.Count);
    }

    [Fact]
    public void Gaps_survive_a_crash_before_and_in_the_middle_of_being_filled()
    {
        using var bed = Filled(out var mails);
        Break(bed, 2, truncate: true);
        bed.Reopen();
        bed.Reopen();
        using (var rebuild = bed.Index.BeginRebuild(Assert.Single(bed.Index.Gaps))) rebuild.Add(mails.Take(30).ToList());
        Assert.Single(bed.Index.Gaps);
        bed.Reopen();
        AssertGapAndFill(bed, mails, 2);
    }

    [Fact]
    public void An_unreadable_single_partition_is_filled_by_the_follower_from_the_start()
    {
        using var bed = new SearchBed();
        bed.Add(bed.Mail("alpha"));
        bed.Commit();
        bed.Index.Dispose();
        foreach (var file in Directory.GetFiles(PartitionFolder(bed, 1), "segments_*")) File.WriteAllBytes(file, [1, 2, 3]);
        bed.Reopen();
        Assert.Empty(bed.Index.Checkpoint);
        Assert.Empty(bed.Index.Gaps);
    }

    [Fact]
    public void Whoever_else_adds_meanwhile_does_not_hear_what_the_follower_must_hear()
    {
        using var bed = Filled(out var mails);
        Break(bed, 5, truncate: false);
        bed.Reopen();
        Assert.Equal(80, bed.Search("alpha", 500).Items.Count); // gives the newest partition up
        bed.Index.AddMissing([]);
        bed.Index.AddMissing([mails[85]]);
        bed.Index.CommitMissing();
        Assert.Equal(81, bed.Search("alpha", 500).Items.Count);
        Assert.Contains("filled anew", Assert.Throws<Lucene.Net.Index.CorruptIndexException>(() => bed.Index.Commit(SearchBed.At(95))).Message);
        var start = (int)bed.Index.Checkpoint.GetValueOrDefault("a");
        Assert.InRange(start, 0, 80);
        bed.Index.Add([.. mails.Skip(start)]);
        bed.Show();
        bed.Commit();
        bed.Reopen();
        Assert.Equal(mails.Select(mail => mail.Id).Reverse(), bed.Ids("alpha"));
        Assert.Equal(Mails, bed.Index.DocumentCount);
    }

    [Fact]
    public void A_folder_lost_behind_an_old_record_that_was_found_missing_is_noticed()
    {
        using var bed = new SearchBed(PartitionMails);
        var mails = Enumerable.Range(0, 65).Select(_ => bed.Mail("alpha")).ToList();
        bed.Index.Add([.. mails.Where(mail => mail.Sequence != 15)]);
        bed.Show();
        bed.Commit();
        bed.Index.AddMissing([mails[14]]);
        bed.Index.CommitMissing();
        bed.Index.Partitions.WaitForMerges();
        bed.Index.Dispose();
        Directory.Delete(PartitionFolder(bed, 3), recursive: true);
        bed.Reopen();
        Assert.Equal(3, Assert.Single(bed.Index.Gaps).Partition);
        Fill(bed, mails);
        Assert.Equal(mails.Select(mail => mail.Id).Reverse(), bed.Ids("alpha"));
    }

    [Fact]
    public void What_can_be_found_is_told_sequence_by_sequence()
    {
        using var bed = new SearchBed(PartitionMails);
        for (var i = 0; i < 60; i++)
            if (bed.Mail("alpha") is var mail && mail.Sequence % 7 != 0) bed.Add(mail);
        bed.Show();
        var present = new BitArray(40);
        bed.Index.MarkPresent("a", 10, present);
        Assert.All(Enumerable.Range(0, 40), place => Assert.Equal((place + 11) % 7 != 0, present[place]));
        var other = new BitArray(40);
        bed.Index.MarkPresent("b", 10, other);
        Assert.False(other.HasAnySet());
    }

    private static SearchBed Filled(out List<SearchDocument> mails)
    {
        var bed = new SearchBed(PartitionMails);
        mails = [];
        for (var i = 0; i < Mails; i++) mails.Add(bed.Add(bed.Mail("alpha", $"number{i}")));
        bed.Show();
        bed.Commit();
        bed.Index.Partitions.WaitForMerges();
        return bed;
    }

    private static void AssertGapAndFill(SearchBed bed, List<SearchDocument> mails, int number)
    {
        var gap = Assert.Single(bed.Index.Gaps);
        Assert.Equal(number, gap.Partition);
        Assert.Equal((number - 1) * PartitionMails, gap.After.GetValueOrDefault("a"));
        Assert.Equal(number * PartitionMails, gap.Through["a"]);
        Assert.Equal(Mails, bed.Index.Checkpoint["a"]);
        var page = bed.Search("alpha", 500);
        Assert.Equal(Mails - PartitionMails, page.Items.Count);
        Assert.Contains($"incomplete:{PartitionMails}", page.Hints);
        Fill(bed, mails);
        bed.Reopen();
        Assert.Empty(bed.Index.Gaps);
        Assert.Equal(mails.Select(mail => mail.Id).Reverse(), bed.Ids("alpha"));
        Assert.Empty(bed.Search("alpha").Hints);
    }

    private static void Fill(SearchBed bed, List<SearchDocument> mails)
    {
        while (bed.Index.Gaps is [.., var gap])
        {
            using var rebuild = bed.Index.BeginRebuild(gap);
            rebuild.Add(mails);
            rebuild.Finish();
        }
    }

    private static string PartitionFolder(SearchBed bed, int number) => Path.Combine(bed.Folder, $"p{number:D8}");

    /// <summary>In the files of rows; what opening reads stays whole unless it is cut.</summary>
    private static void Break(SearchBed bed, int number, bool truncate)
    {
        bed.Index.Dispose();
        foreach (var file in Directory.GetFiles(PartitionFolder(bed, number), "*.fdt"))
        {
            using var open = new FileStream(file, FileMode.Open);
            if (truncate) open.SetLength(open.Length / 2);
            else Flip(open);
        }
    }

    private static void Flip(FileStream file)
    {
        file.Position = file.Length / 2;
        var flipped = (byte)(file.ReadByte() ^ 0x10);
        file.Position--;
        file.WriteByte(flipped);
    }
}
