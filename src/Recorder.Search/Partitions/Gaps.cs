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
        var gaps = (found.LastOrDefault(one => one.Facts is not null)?.Facts?.Gaps ?? []).ToDictionary(gap => gap.Partition);
        foreach (var one in usable) gaps.Remove(one.Number);
        // A gap that a rebuild had begun to fill is written down already, or a number without a folder.
        foreach (var gap in new GapFinder(found, usable, [.. gaps.Values], last).Find()) gaps.TryAdd(gap.Partition, gap);
        var reasons = lost.Select(one => one.Trouble).OfType<string>().ToList();
        var readable = found.Count > 0 && found[^1].Facts is not null;
        return new OpenPlan(
            usable, [.. gaps.Values.OrderBy(gap => gap.Partition)], Positions.Latest(found.Where(one => one.Facts is not null).Select(one => one.Facts!.Through)),
            readable || found.Count == 0 ? last + 1 : last, [.. lost.Select(one => one.Folder)], reasons);
    }
}

/// <summary>Works out which positions of the log are in no usable partition, from the numbers and the facts of those that were found.</summary>
/// <param name="known">Gaps that are written down and not filled.</param>
internal sealed class GapFinder(IReadOnlyList<FoundPartition> found, IReadOnlyList<FoundPartition> usable, IReadOnlyList<IndexGap> known, int last)
{
    private IReadOnlyDictionary<string, long> _after = Positions.None;

    public IEnumerable<IndexGap> Find()
    {
        for (var number = 1; number <= last; number++)
        {
            var here = found.FirstOrDefault(one => one.Number == number);
            if (here is { Facts: null } && number == last) yield break;
            var isUsable = here is not null && usable.Contains(here);
            var through = isUsable ? Ends(here!.Facts!, number) : EndsOfLost(number, here);
            if (!isUsable && through.Any(lane => lane.Value > _after.GetValueOrDefault(lane.Key)))
                yield return new IndexGap(number, _after, through, here?.Trouble ?? "gone");
            _after = Positions.Latest([_after, through]);
        }
    }

    private IReadOnlyDictionary<string, long> EndsOfLost(int number, FoundPartition? here) =>
        known.FirstOrDefault(gap => gap.Partition == number)?.Through
        ?? (here is { Facts: { } facts, Trouble: not null } ? Ends(facts, number) : BeginningOfNext(number));

    // The last one may stand for more of the log than its last document.
    private IReadOnlyDictionary<string, long> Ends(PartitionFacts facts, int number)
    {
        var documents = facts.Lanes.ToDictionary(lane => lane.Key, lane => lane.Value.Last);
        return number == last ? Positions.Latest([documents, facts.Through]) : documents;
    }

    /// <summary>What is known of the one behind, be it there or a gap, says where this one ended.</summary>
    private IReadOnlyDictionary<string, long> BeginningOfNext(int number)
    {
        var next = found.FirstOrDefault(one => one.Number > number && one.Facts is { } facts && (facts.After is not null || facts.Documents > 0));
        var gap = known.Where(gap => gap.Partition > number).MinBy(gap => gap.Partition);
        if (gap is not null && (next is null || gap.Partition <= next.Number)) return gap.After;
        if (next is null) return Positions.None;
        return next.Facts!.After ?? next.Facts.Lanes.ToDictionary(lane => lane.Key, lane => lane.Value.First - 1);
    }
}
