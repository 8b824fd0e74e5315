using Recorder.Search;
using Recorder.Search.Partitions;

namespace Recorder.Tests.Search;

/// <summary>What an index knows to be missing, from what is left of it. Partitions of ten records each: 1 to 10, 11 to 20 and so on.</summary>
public sealed class OpenPlanTests
{
    [Fact]
    public void A_folder_lost_behind_a_gap_that_is_known_is_a_gap_of_its_own()
    {
        var plan = OpenPlan.Keeping([Whole(1), Whole(4), Whole(5, gaps: [Gap(2)])]);
        AssertGaps(plan, (2, 10, 20), (3, 20, 30));
    }

    [Fact]
    public void And_before_one()
    {
        var plan = OpenPlan.Keeping([Whole(1), Whole(4), Whole(5, gaps: [Gap(3)])]);
        AssertGaps(plan, (2, 10, 20), (3, 20, 30));
    }

    [Fact]
    public void Between_two_and_behind_both()
    {
        var plan = OpenPlan.Keeping([Whole(1), Whole(7, gaps: [Gap(2), Gap(4)])]);
        AssertGaps(plan, (2, 10, 20), (3, 20, 30), (4, 30, 40), (5, 40, 60));
    }

    [Fact]
    public void A_known_gap_that_was_filled_and_lost_again_is_still_one()
    {
        var plan = OpenPlan.Keeping([Whole(1), Whole(2) with { Trouble = "damaged" }, Whole(3, gaps: [Gap(2)])]);
        AssertGaps(plan, (2, 10, 20));
    }

    [Fact]
    public void A_folder_lost_before_a_newest_partition_without_documents_is_missed()
    {
        var empty = PartitionFacts.Empty("mail", At(30), At(30));
        AssertGaps(OpenPlan.Keeping([Whole(1), Whole(2), new FoundPartition("p00000004", empty, null)]), (3, 20, 30));
    }

    [Fact]
    public void A_record_out_of_its_place_in_the_newest_partition_hides_no_lost_folder()
    {
        var newest = Facts(31, 40, after: 30) with { Closed = false };
        newest = newest with { Lanes = new Dictionary<string, SequenceRange> { ["a"] = new(5, 40) } };
        AssertGaps(OpenPlan.Keeping([Whole(1), Whole(2), new FoundPartition("p00000004", newest, null)]), (3, 20, 30));
    }

    [Fact]
    public void Partitions_from_before_that_say_no_beginning_are_judged_by_their_first_document()
    {
        var older = Whole(3);
        AssertGaps(OpenPlan.Keeping([Whole(1), older with { Facts = older.Facts! with { After = null } }]), (2, 10, 20));
    }

    private static void AssertGaps(OpenPlan plan, params (int Partition, long After, long Through)[] expected) =>
        Assert.Equal(expected, plan.Gaps.Select(gap => (gap.Partition, gap.After.GetValueOrDefault("a"), gap.Through["a"])));

    private static FoundPartition Whole(int number, params IndexGap[] gaps) =>
        new($"p{number:D8}", Facts(number * 10 - 9, number * 10, number * 10 - 10) with { Gaps = gaps }, null);

    private static PartitionFacts Facts(long first, long last, long after) => PartitionFacts.Empty("mail", At(last), At(after)) with
    {
        Documents = 10, Closed = true, Lanes = new Dictionary<string, SequenceRange> { ["a"] = new(first, last) },
    };

    private static IndexGap Gap(int number) => new(number, At(number * 10 - 10), At(number * 10), "gone");

    private static Dictionary<string, long> At(long sequence) => new() { ["a"] = sequence };
}
