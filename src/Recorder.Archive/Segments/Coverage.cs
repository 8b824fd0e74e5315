namespace Recorder.Archive.Segments;

/// <summary>Positions that something accounts for: a segment, a removed segment's root in the ledger, an active file.</summary>
/// <param name="Count">How many of the positions from first to last; the rest are in others, since ranges overlap.</param>
public sealed record CoverageRange(string Name, long First, long Last, long Count);

/// <summary>Whether every position of a lane is accounted for exactly once.</summary>
public static class Coverage
{
    /// <param name="firstSequence">Where the lane's log begins: 1, or later once old ledger has gone.</param>
    /// <param name="lastSequence">The highest position that must exist.</param>
    /// <param name="sequencesOf">Lists a range's positions where it can, null where it cannot (a removed segment): asked
    /// only for ranges among which positions are missing or doubled, so that each can be named.</param>
    public static IReadOnlyList<VerifyFinding> Check(
        string lane, IEnumerable<CoverageRange> ranges, long firstSequence, long lastSequence,
        Func<CoverageRange, IEnumerable<long>?>? sequencesOf = null)
    {
        var findings = new List<VerifyFinding>();
        var next = firstSequence;
        foreach (var cluster in Clusters(ranges))
        {
            var (first, last) = (cluster[0].First, cluster.Max(range => range.Last));
            if (first > next) findings.Add(Gap(lane, next, first - 1));
            CheckCluster(lane, cluster, first, last, sequencesOf, findings);
            next = Math.Max(next, last + 1);
        }
        if (next <= lastSequence) findings.Add(Gap(lane, next, lastSequence));
        return findings;
    }

    /// <summary>Ranges that overlap, directly or through others, by first position.</summary>
    private static IEnumerable<List<CoverageRange>> Clusters(IEnumerable<CoverageRange> ranges)
    {
        var cluster = new List<CoverageRange>();
        long reach = 0;
        foreach (var range in ranges.Where(range => range.Count > 0).OrderBy(range => range.First))
        {
            if (cluster.Count > 0 && range.First > reach)
            {
                yield return cluster;
                cluster = [];
            }
            cluster.Add(range);
            reach = cluster.Count == 1 ? range.Last : Math.Max(reach, range.Last);
        }
        if (cluster.Count > 0) yield return cluster;
    }

    private static void CheckCluster(
        string lane, List<CoverageRange> cluster, long first, long last,
        Func<CoverageRange, IEnumerable<long>?>? sequencesOf, List<VerifyFinding> findings)
    {
        var surplus = cluster.Sum(range => range.Count) - (last - first + 1);
        if (surplus == 0) return;
        var listed = cluster.Select(range => sequencesOf?.Invoke(range)).ToList();
        if (listed.Any(sequences => sequences is null))
            findings.Add(Finding(lane, first, string.Join(", ", cluster.Select(range => range.Name)), surplus < 0
                ? $"{-surplus} of the positions from {first} to {last} are in no segment"
                : $"{surplus} more entries than positions from {first} to {last}"));
        else
            Walk(lane, listed.SelectMany(sequences => sequences!).Order(), first, last, findings);
    }

    private static void Walk(string lane, IEnumerable<long> sequences, long first, long last, List<VerifyFinding> findings)
    {
        var next = first;
        foreach (var sequence in sequences)
        {
            if (sequence > next) findings.Add(Gap(lane, next, sequence - 1));
            if (sequence < next) findings.Add(Finding(lane, sequence, "", $"position {sequence} is held more than once"));
            next = Math.Max(next, sequence + 1);
        }
        if (next <= last) findings.Add(Gap(lane, next, last));
    }

    private static VerifyFinding Gap(string lane, long first, long last) =>
        Finding(lane, first, "", first == last ? $"position {first} is in no segment" : $"positions {first} to {last} are in no segment");

    private static VerifyFinding Finding(string lane, long sequence, string segment, string problem) =>
        new(null, new Position(lane, sequence), segment, problem);
}
