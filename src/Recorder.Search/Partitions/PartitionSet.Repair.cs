using System.Collections;
using Lucene.Net.Index;
using Recorder.Search.Paging;

namespace Recorder.Search.Partitions;

/// <summary>How a set lives on without one of its partitions, and takes its replacement.</summary>
internal sealed partial class PartitionSet
{
    private static readonly TimeSpan BelievedFor = TimeSpan.FromMinutes(10);
    private readonly Dictionary<Partition, long> _soundAt = [];

    /// <summary>
    /// Decides whether an error while reading came from damage: every byte of the partition is checked. A damaged one is given
    /// up, and becomes a gap; an error of a sound one is ours, and the caller's to throw.
    /// </summary>
    public bool GaveUp(PartitionView view)
    {
        lock (_soundAt)
        {
            if (_soundAt.TryGetValue(view.Partition, out var at) && TimeProvider.System.GetElapsedTime(at) < BelievedFor) return false;
            if (TroubleOf(view) is { } trouble)
            {
                GiveUp(view.Partition, trouble);
                return true;
            }
            _soundAt[view.Partition] = TimeProvider.System.GetTimestamp();
            return false;
        }
    }

    /// <summary>Reads one moment's partitions, once more where one of them was given up meanwhile: there are fewer at each turn.</summary>
    /// <param name="read">Throws <see cref="UnreadablePartitionException"/> over what it cannot read, and may be called again.</param>
    public T Read<T>(Func<Snapshot, T> read)
    {
        while (true)
        {
            using var snapshot = Acquire();
            try { return read(snapshot); }
            catch (UnreadablePartitionException unreadable) when (GaveUp(unreadable.View)) { }
        }
    }

    /// <summary>Checks every byte of the partitions that are only read; damaged ones are given up.</summary>
    /// <returns>How many were.</returns>
    public int CheckMerged(CancellationToken cancel)
    {
        using var snapshot = Acquire();
        var damaged = 0;
        foreach (var view in snapshot.Views.Where(view => view.Facts.Merged))
        {
            cancel.ThrowIfCancellationRequested();
            if (TroubleOf(view) is not { } trouble) continue;
            GiveUp(view.Partition, trouble);
            damaged++;
        }
        return damaged;
    }

    /// <summary>Which of the sequences behind <paramref name="after"/>, as many as the answer is long, have a document.</summary>
    public void MarkPresent(string lane, long after, BitArray present) => Read(snapshot =>
    {
        present.SetAll(false); // or what was in a partition that is given up now
        foreach (var view in snapshot.Views.Where(view => view.Facts.Lanes.TryGetValue(lane, out var range) && range.Last > after && range.First <= after + present.Count))
            UnreadablePartitionException.Guard(view, () => Mark(view, lane, after, present));
        return present;
    });

    private static bool Mark(PartitionView view, string lane, long after, BitArray present)
    {
        foreach (var leaf in view.Reader.Leaves) Mark(leaf, lane, after, present);
        return true;
    }

    private static void Mark(AtomicReaderContext leaf, string lane, long after, BitArray present)
    {
        var (values, live) = (new SegmentValues(leaf), leaf.AtomicReader.LiveDocs);
        for (var document = 0; document < leaf.AtomicReader.MaxDoc; document++)
        {
            var place = values.Sequence(document) - after - 1;
            if (place >= 0 && place < present.Count && live?.Get(document) != false && values.Lane(document) == lane) present[(int)place] = true;
        }
    }

    /// <summary>An empty partition for what the gap holds, out of sight until it is finished.</summary>
    public PartitionRebuild BeginRebuild(IndexGap gap)
    {
        var folder = _folder.PartitionPath(gap.Partition);
        IndexFolder.Delete(folder);
        return new PartitionRebuild(Partition.Create(folder, _options, Positions.None, gap.After), gap, this, _options.AwaitsAttachments);
    }

    /// <summary>Shows a rebuilt partition in its place; the gap is closed.</summary>
    internal void Take(Partition rebuilt, IndexGap gap)
    {
        lock (_writing)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            _partitions.Insert(_partitions.Count(partition => partition.Number < rebuilt.Number), rebuilt);
            SetGaps([.. _gaps.Where(other => other.Partition != gap.Partition)]);
            if (!rebuilt.IsFinal) Lower(_attached, rebuilt.Facts);
            Publish(new Snapshot(Views(), _current.Through));
            CommitAll(_checkpoint); // the gap's end and how far attachments were read go together
            MergeWhatIsDue();
        }
    }

    /// <summary>Whether a partition in use has it, as the newest readers see it.</summary>
    internal bool Holds(in RecordKey key)
    {
        lock (_writing)
        {
            foreach (var partition in _partitions)
                if (partition.Facts.Covers(key.Lane, key.Sequence) && partition.Contains(key.Id)) return true;
            return false;
        }
    }

    private static string? TroubleOf(PartitionView view)
    {
        try
        {
            PartitionFiles.Check(view.Reader);
            return null;
        }
        catch (Exception e) when (IndexFolder.MeansDamage(e))
        {
            return $"damaged: {e.Message}";
        }
    }

    private void GiveUp(Partition partition, string trouble)
    {
        lock (_writing)
        {
            if (_isDisposed || !_partitions.Contains(partition)) return; // somebody else has
            var through = partition == _active ? new Dictionary<string, long>() : _current.Through;
            if (partition == _active) StartActiveAnew(trouble);
            else MakeGap(partition, trouble);
            Publish(new Snapshot(Views(), through));
        }
    }

    private void MakeGap(Partition partition, string trouble)
    {
        SetGaps([.. _gaps.Append(new IndexGap(partition.Number, EndBefore(partition.Number), LastSequences(partition), trouble)).OrderBy(gap => gap.Partition)]);
        _partitions.Remove(partition);
        CommitAll(_checkpoint); // the gap is written down before the folder goes
        Remove(partition);
    }

    /// <summary>Everything behind the closed partitions is replayed from the log: the follower is told at its next call.</summary>
    private void StartActiveAnew(string trouble)
    {
        var number = _active.Number;
        Remove(_active);
        var through = Positions.Latest(_partitions.Select(partition => partition.Facts.Through).Concat(_gaps.Select(gap => gap.Through)));
        Volatile.Write(ref _checkpoint, through);
        foreach (var (lane, at) in Positions.Within(_attached, through)) _attached[lane] = at;
        _active = AddPartition(number);
        CommitAll(through);
        _setBack = trouble;
    }

    private void Remove(Partition partition)
    {
        _partitions.Remove(partition);
        partition.Dispose();
        IndexFolder.Delete(partition.Folder);
    }

    /// <summary>After opening: what is missing is written down before what is useless goes.</summary>
    private void Forget(IReadOnlyList<string> useless)
    {
        _active.Gaps = _gaps;
        if (_gaps.Count > 0) _active.Commit(_checkpoint, Positions.Within(_attached, _checkpoint));
        foreach (var folder in useless.Where(folder => _partitions.TrueForAll(partition => partition.Folder != folder))) IndexFolder.Delete(folder);
    }

    private void SetGaps(IReadOnlyList<IndexGap> gaps)
    {
        Volatile.Write(ref _gaps, gaps);
        _active.Gaps = gaps;
    }

    private void TellSetBack()
    {
        if (Interlocked.Exchange(ref _setBack, null) is { } trouble) throw new CorruptIndexException($"the newest partition was deleted and is filled anew: {trouble}");
    }

    private IReadOnlyDictionary<string, long> EndBefore(int number) => Positions.Latest(
        _partitions.Where(other => other.Number < number).Select(LastSequences).Concat(_gaps.Where(gap => gap.Partition < number).Select(gap => gap.Through)));

    private static Dictionary<string, long> LastSequences(Partition partition) => partition.Facts.Lanes.ToDictionary(lane => lane.Key, lane => lane.Value.Last);
}

/// <summary>A partition in the making. For one thread.</summary>
/// <param name="awaitsAttachments">It is merged later, when its attachments were read.</param>
internal sealed class PartitionRebuild(Partition partition, IndexGap gap, PartitionSet set, bool awaitsAttachments) : IDisposable
{
    private bool _isFinished;

    public void Write<T>(IEnumerable<T> items, Func<T, RecordKey> key, Func<T, IEnumerable<IIndexableField>> document)
    {
        foreach (var item in items)
            if (key(item) is var at && gap.Covers(at.Lane, at.Sequence) && !set.Holds(at)) partition.Write(at, document(item));
    }

    public void Finish()
    {
        partition.Close();
        if (awaitsAttachments)
        {
            partition.Commit(Positions.None, Positions.None);
        }
        else
        {
            partition.MergeToOne();
            partition.FinishMerge();
            partition.DeleteUnused();
        }
        set.Take(partition, gap);
        _isFinished = true;
    }

    public void Dispose()
    {
        if (_isFinished) return;
        partition.Dispose();
        IndexFolder.Delete(partition.Folder);
    }
}
