using Lucene.Net.Index;

namespace Recorder.Search.Partitions;

/// <summary>How what stands in attachments comes to documents that are there already, and when a closed partition has all of it.</summary>
internal sealed partial class PartitionSet
{
    private readonly Dictionary<string, long> _attached;

    public long AttachedThrough(string lane)
    {
        lock (_writing) return _attached.GetValueOrDefault(lane);
    }

    /// <summary>
    /// Replaces documents in the active partition or in a closed one that is not merged yet. A record without a document, since
    /// it was taken out or is in a gap, gets none.
    /// </summary>
    /// <returns>False where somebody else moved the position: nothing was done.</returns>
    public bool Attach<T>(IEnumerable<T> items, Func<T, RecordKey> key, Func<T, IEnumerable<IIndexableField>> document, AttachedStretch stretch)
    {
        lock (_writing)
        {
            if (_attached.GetValueOrDefault(stretch.Lane) != stretch.After) return false;
            foreach (var item in items)
            {
                var at = key(item);
                HolderOf(at)?.Replace(at, document(item));
            }
            _attached[stretch.Lane] = BeforeOpen(stretch.Lane, stretch.Through);
            MergeWhatIsDue();
            return true;
        }
    }

    /// <summary>Whether a document is there that takes what its attachments say.</summary>
    public bool Awaits(in RecordKey key)
    {
        lock (_writing) return HolderOf(key) is not null;
    }

    /// <summary>Refresh for whoever attaches: a set-back is not his to hear.</summary>
    public void RefreshAttached()
    {
        lock (_writing) RefreshAll(Positions.None);
    }

    /// <summary>Commit for the same.</summary>
    public void CommitAttached()
    {
        lock (_writing) CommitAll(_checkpoint);
    }

    /// <summary>
    /// As the newest commit has it, which is that of the last partition. Where that may be lost, or was not written since a
    /// rebuild, attachments of what is not merged are read again.
    /// </summary>
    private Dictionary<string, long> AttachedOf(OpenPlan plan)
    {
        if (plan.Usable.Count == 0) return new(StringComparer.Ordinal);
        var newest = plan.Usable[^1].Facts!;
        var attached = new Dictionary<string, long>(newest.Attached, StringComparer.Ordinal);
        var isLost = plan.Gaps.Count > 0 || plan.Reasons.Count > 0;
        foreach (var facts in plan.Usable.Where(found => isLost || newest.Gaps.Any(gap => gap.Partition == found.Number)).Select(found => found.Facts!))
            if (facts is { Closed: true, Merged: false }) Lower(attached, facts);
        foreach (var lane in plan.Usable.SelectMany(found => found.Facts!.Lanes.Keys).Distinct(StringComparer.Ordinal))
            attached[lane] = BeforeOpen(lane, attached.GetValueOrDefault(lane));
        return attached;
    }

    /// <summary>Onwards over what takes nothing any more: merged partitions and gaps, up to the first document of another one.</summary>
    private long BeforeOpen(string lane, long at)
    {
        var end = at;
        foreach (var gap in _gaps) end = Math.Max(end, gap.Through.GetValueOrDefault(lane));
        var open = long.MaxValue;
        foreach (var partition in _partitions)
        {
            if (!partition.Facts.Lanes.TryGetValue(lane, out var range)) continue;
            if (partition.IsFinal) end = Math.Max(end, range.Last);
            else if (range.Last > at) open = Math.Min(open, Math.Max(at, range.First - 1));
        }
        return Math.Min(end, open);
    }

    /// <summary>The record is written as it came from the log: what its attachments say must be read again.</summary>
    private void LowerAttached(string lane, long sequence)
    {
        if (_attached.GetValueOrDefault(lane) >= sequence) _attached[lane] = sequence - 1;
    }

    private static void Lower(Dictionary<string, long> attached, PartitionFacts facts)
    {
        foreach (var (lane, range) in facts.Lanes)
            if (attached.GetValueOrDefault(lane) >= range.First) attached[lane] = range.First - 1;
    }

    private Partition? HolderOf(in RecordKey key)
    {
        foreach (var partition in _partitions)
            if (!partition.IsFinal && partition.MayHold(key) && partition.HoldsLive(key.Id)) return partition;
        return null;
    }

    private void MergeWhatIsDue()
    {
        foreach (var partition in _partitions.Where(p => p.AwaitsMerge && !p.IsFinal && IsComplete(p.Facts)))
        {
            partition.MakeFinal();
            MergeLater(partition);
        }
    }

    private bool IsComplete(PartitionFacts facts) =>
        !_options.AwaitsAttachments || facts.Lanes.All(lane => _attached.GetValueOrDefault(lane.Key) >= lane.Value.Last);
}
