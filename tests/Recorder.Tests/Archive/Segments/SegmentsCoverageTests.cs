using Recorder.Archive.Disk;
using Recorder.Archive.Segments;

namespace Recorder.Tests.Archive.Segments;

public class SegmentsCoverageTests
{
    private static string Check(params CoverageRange[] ranges) => string.Join("; ", Coverage.Check("a", ranges, 1, 20).Select(finding => finding.Problem));

    [Fact]
    public void Mail_and_ledger_that_interleave_and_an_active_file_cover_all() => Assert.Equal("", Check(
        new("mail", 2, 9, 6), new("ledger", 1, 10, 4), new("removed mail", 11, 14, 3), new("more ledger", 12, 12, 1), new("active", 15, 25, 11)));

    [Fact]
    public void Missing_positions_are_named_at_the_start_between_and_at_the_end() => Assert.Equal(
        "positions 1 to 2 are in no segment; position 9 is in no segment; positions 16 to 20 are in no segment",
        Check(new("one", 3, 8, 6), new("two", 10, 15, 6)));

    [Fact]
    public void Inside_overlapping_ranges_the_count_tells_that_something_is_missing_or_doubled()
    {
        Assert.Equal("2 of the positions from 1 to 20 are in no segment", Check(new("mail", 2, 20, 10), new("ledger", 1, 19, 8)));
        Assert.Equal("1 more entries than positions from 1 to 20", Check(new("mail", 1, 20, 20), new("again", 5, 5, 1)));
    }

    [Fact]
    public void Where_positions_can_be_listed_each_is_named()
    {
        var disk = new MemoryDisk();
        var set = SegmentChecks.Open(disk);
        var random = new Random(61);
        var source = new SealSource().Mail(random, 1, [1]).Fact(random, 2).Mail(random, 5, [2]).Fact(random, 7);
        var infos = set.Seal(source, CancellationToken.None).ToDictionary(info => info.Name);
        var ranges = infos.Values.Select(info => new CoverageRange(info.Name, info.FirstSequence, info.LastSequence, info.EntryCount))
            .Append(new CoverageRange("active", 7, 8, 2));
        var findings = Coverage.Check("a", ranges, 1, 8, range => infos.TryGetValue(range.Name, out var info) ? set.SequencesOf(info) : [7, 8]);
        Assert.Equal(
            ["positions 3 to 4 are in no segment", "position 6 is in no segment", "position 7 is held more than once"],
            findings.Select(finding => finding.Problem));
        Assert.Equal([3, 6, 7], findings.Select(finding => finding.Position!.Value.Sequence));
    }
}
