namespace Recorder.Search.Partitions;

/// <summary>What an index was opened with: the partitions that can be used, what is missing between them, and where to go on.</summary>
/// <param name="Usable">By number; at most the last is not closed.</param>
/// <param name="Through">Where the follower goes on.</param>
/// <param name="NextNumber">For the active partition, where none is usable.</param>
/// <param name="Useless">Folders to delete, once the gaps are written down.</param>
/// <param name="Reasons">What was wrong with those; empty where all was well.</param>
internal sealed record OpenPlan(
    IReadOnlyList<FoundPartition> Usable, IReadOnlyList<IndexGap> Gaps, IReadOnlyDictionary<string, long> Through, int NextNumber,
    IReadOnlyList<string> Useless, IReadOnlyList<string> Reasons)
{
    /// <summary>Everything is made anew where one thing is wrong: for indexes that nobody fills in pieces.</summary>
    public static OpenPlan AllOrNothing(IReadOnlyList<FoundPartition> found)
    {
        var plan = Keeping(found);
        if (plan.Reasons.Count == 0 && plan.Gaps.Count == 0) return plan;
        return new OpenPlan([], [], new Dictionary<string, long>(), 1, [.. found.Select(one => one.Folder)], plan.Reasons.Count > 0 ? plan.Reasons : [plan.Gaps[0].Reason]);
    }

    /// <summary>
    /// Keeps what is good. What is missing is known from the facts of the lost partition, or else from its neighbours'. Of a last
    /// partition without readable facts nobody knows how far it went: the follower goes on behind the one before.
    /// </summary>
    public static OpenPlan Keeping(IReadOnlyList<FoundPartition> found)
    {
        var last = found.Count == 0 ? 0 : found[^1].Number;
        var usable = found.Where(one => one.Trouble is null && (one.Facts!.Closed || one.Number == last)).ToList();
        var lost = found.Except(usable).ToList();
        var known = found.LastOrDefault(one => one.Facts is not null)?.Facts;
        var gaps = (known?.Gaps ?? []).ToDictionary(gap => gap.Partition);
        foreach (var gap in new GapFinder(found, last).Find()) gaps.TryAdd(gap.Partition, gap);
        foreach (var one in usable) gaps.Remove(one.Number);
        // A gap that a rebuild had begun to fill is written down already, or a number without a folder.
        var reasons = lost.Select(one => one.Trouble).OfType<string>().ToList();
        var readable = found.Count > 0 && found[^1].Facts is not null;
        return new OpenPlan(
            usable, [.. gaps.Values.OrderBy(gap => gap.Partition)], Positions.Latest(found.Where(one => one.Facts is not null).Select(one => one.Facts!.Through)),
            readable || found.Count == 0 ? last + 1 : last, [.. lost.Select(one => one.Folder)], reasons);
    }
}

/// <summary>Works out which positions of the log are in no usable partition, from the numbers and the facts of those that were found.</summary>
internal sealed class GapFinder(IReadOnlyList<FoundPartition> found, int last)
{
    private Dictionary<string, long> _after = new(StringComparer.Ordinal);

    public IEnumerable<IndexGap> Find()
    {
        for (var number = 1; number <= last; number++)
        {
            var here = found.FirstOrDefault(one => one.Number == number);
            if (here is { Facts: null } && number == last) yield break;
            var isUsable = here is { Trouble: null } && (here.Facts!.Closed || number == last);
            var through = here?.Facts is { } facts && (isUsable || here.Trouble is not null) ? Ends(facts, number) : BeforeNext(number);
            if (!isUsable && through.Any(lane => lane.Value > _after.GetValueOrDefault(lane.Key)))
                yield return new IndexGap(number, _after, through, here?.Trouble ?? "gone");
            _after = new Dictionary<string, long>(Positions.Latest([_after, through]), StringComparer.Ordinal);
        }
    }

    // The last one may stand for more of the log than its last document.
    private IReadOnlyDictionary<string, long> Ends(PartitionFacts facts, int number)
    {
        var documents = facts.Lanes.ToDictionary(lane => lane.Key, lane => lane.Value.Last);
        return number == last ? Positions.Latest([documents, facts.Through]) : documents;
    }

    private Dictionary<string, long> BeforeNext(int number)
    {
        var next = found.FirstOrDefault(one => one.Number > number && one.Facts is { Documents: > 0 });
        return next is null ? [] : next.Facts!.Lanes.ToDictionary(lane => lane.Key, lane => lane.Value.First - 1);
    }
}
