using Lucene.Net.Index;

namespace Recorder.Search.Partitions;

/// <summary>
/// An index in append order: one active partition, closed ones behind it. One writer at a time (callers may be several, they wait),
/// any number of searches beside it, each on the snapshot of the last <see cref="Refresh"/>.
/// </summary>
internal sealed partial class PartitionSet : IDisposable
{
    private readonly Lock _writing = new();
    private readonly IndexFolder _folder;
    private readonly PartitionOptions _options;
    private readonly List<Partition> _partitions = [];
    private Partition _active;
    private Snapshot _current;
    private IReadOnlyDictionary<string, long> _checkpoint;
    private IReadOnlyList<IndexGap> _gaps;
    private string? _setBack;
    private Task _merging = Task.CompletedTask;
    private volatile bool _isDisposed;

    private PartitionSet(IndexFolder folder, PartitionOptions options)
    {
        (_folder, _options) = (folder, options);
        var plan = options.FillsGaps ? OpenPlan.Keeping(folder.Partitions) : OpenPlan.AllOrNothing(folder.Partitions);
        (_checkpoint, _gaps, LostAtOpening) = (plan.Through, plan.Gaps, plan.Reasons.Count > 0 ? string.Join("; ", plan.Reasons) : null);
        foreach (var found in plan.Usable) _partitions.Add(Partition.Open(found.Folder, options, found.Facts!));
        IndexFolder.Delete(folder.PartitionPath(plan.NextNumber)); // where there is one, nothing is known of it that could get lost
        _attached = AttachedOf(plan);
        _active = _partitions is [.., { Facts.Closed: false } last] ? last : AddPartition(plan.NextNumber);
        _current = new Snapshot(Views(), _checkpoint);
        Forget(plan.Useless);
        MergeWhatIsDue();
    }

    /// <summary>What was found wrong at opening and deleted; null where nothing was.</summary>
    public string? LostAtOpening { get; }

    /// <summary>What is missing now, oldest first.</summary>
    public IReadOnlyList<IndexGap> Gaps => Volatile.Read(ref _gaps);

    /// <summary>The last failed merge. What it would have merged stays searchable; closed partitions are tried again at the next start.</summary>
    public Exception? MergeFailure { get; private set; }

    public IReadOnlyDictionary<string, long> Checkpoint => Volatile.Read(ref _checkpoint);

    public static PartitionSet Open(string path, PartitionOptions options)
    {
        var folder = IndexFolder.Open(path, options);
        try { return new PartitionSet(folder, options); }
        catch
        {
            folder.Dispose();
            throw;
        }
    }

    /// <summary>Writes documents in order; a record that a closed partition holds already is left as it is, since records never change.</summary>
    /// <param name="isBulk">An import's: written for good at once.</param>
    public void Write<T>(IEnumerable<T> items, Func<T, RecordKey> key, Func<T, IEnumerable<IIndexableField>> document, bool isBulk = false)
    {
        lock (_writing)
        {
            TellSetBack();
            _active.IsBulk = isBulk;
            WriteAll(items, key, document);
        }
    }

    /// <summary>Writes, and shows at once, what somebody else than the follower found missing: a set-back is not for him to hear.</summary>
    public void WriteMissing<T>(IEnumerable<T> items, Func<T, RecordKey> key, Func<T, IEnumerable<IIndexableField>> document)
    {
        lock (_writing)
        {
            WriteAll(items, key, document);
            RefreshAll(Positions.None);
        }
    }

    /// <summary>Makes it durable, likewise.</summary>
    public void CommitMissing()
    {
        lock (_writing) CommitAll(_checkpoint);
    }

    public void Refresh(IReadOnlyDictionary<string, long> through)
    {
        lock (_writing)
        {
            TellSetBack();
            RefreshAll(through);
        }
    }

    private void WriteAll<T>(IEnumerable<T> items, Func<T, RecordKey> key, Func<T, IEnumerable<IIndexableField>> document)
    {
        foreach (var item in items)
        {
            var at = key(item);
            if (IsLeftToOthers(at)) continue;
            LowerAttached(at.Lane, at.Sequence);
            if (!_active.MayHold(at) && _active.Documents >= _options.PartitionDocuments) Roll(); // not for what it holds already
            _active.Write(at, document(item));
        }
    }

    private void RefreshAll(IReadOnlyDictionary<string, long> through)
    {
        foreach (var partition in _partitions) partition.Refresh();
        Publish(new Snapshot(Views(), Positions.Latest([_current.Through, through])));
    }

    /// <summary>Closed partitions first, with the old map: a crash in between leaves documents without a claim, never a claim without documents.</summary>
    public void Commit(IReadOnlyDictionary<string, long> through)
    {
        lock (_writing)
        {
            TellSetBack();
            CommitAll(Positions.Latest([_checkpoint, through]));
        }
    }

    private void CommitAll(IReadOnlyDictionary<string, long> through)
    {
        var attached = Positions.Within(_attached, through);
        foreach (var partition in _partitions)
            if (partition != _active) partition.Commit(_checkpoint, attached);
        _active.Commit(through, attached);
        Volatile.Write(ref _checkpoint, through);
    }

    /// <summary>Merges what a bulk left in small segments, durably; searches and writes go on beside it.</summary>
    public void Settle()
    {
        Partition active;
        lock (_writing) active = _active;
        try { active.MergeSmall(); }
        catch (ObjectDisposedException) { return; } // let go, or closed and merged, meanwhile
        catch (IOException e)
        {
            MergeFailure = e;
            return;
        }
        lock (_writing)
        {
            if (_isDisposed || active != _active) return;
            active.Refresh();
            Publish(new Snapshot(Views(), _current.Through));
            CommitAll(_checkpoint);
        }
    }

    /// <summary>The current snapshot; dispose it to let go.</summary>
    public Snapshot Acquire()
    {
        while (true)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            var snapshot = Volatile.Read(ref _current);
            if (snapshot.TryAcquire()) return snapshot;
        }
    }

    /// <summary>Waits until no closed partition awaits its merge.</summary>
    internal void WaitForMerges()
    {
        Task merging;
        lock (_writing) merging = _merging;
        merging.Wait();
    }

    /// <summary>Lets go without committing: what was not committed is replayed.</summary>
    public void Dispose()
    {
        lock (_writing)
        {
            if (_isDisposed) return;
            _isDisposed = true;
            _current.Dispose();
            try
            {
                foreach (var partition in _partitions) partition.Dispose();
            }
            finally
            {
                _folder.Dispose();
            }
        }
        _merging.Wait();
    }

    /// <summary>In a closed partition already, or in a gap, whose rebuild will bring it.</summary>
    private bool IsLeftToOthers(in RecordKey key)
    {
        foreach (var gap in _gaps)
            if (gap.Covers(key.Lane, key.Sequence)) return true;
        foreach (var partition in _partitions)
            if (partition != _active && partition.Facts.Covers(key.Lane, key.Sequence) && partition.Contains(key.Id)) return true;
        return false;
    }

    private void Roll()
    {
        _active.Close();
        _active = AddPartition(_active.Number + 1);
        MergeWhatIsDue();
    }

    private Partition AddPartition(int number)
    {
        var partition = Partition.Create(_folder.PartitionPath(number), _options, _checkpoint, EndBefore(number));
        partition.Gaps = _gaps;
        _partitions.Add(partition);
        return partition;
    }

    private List<PartitionView> Views() => _partitions.Select(p => new PartitionView(p, p.Reader, p.Facts)).ToList();

    private void Publish(Snapshot snapshot)
    {
        var older = _current;
        Volatile.Write(ref _current, snapshot);
        older.Dispose();
    }

    private void MergeLater(Partition partition) =>
        _merging = _merging.ContinueWith(_ => Merge(partition), CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);

    private void Merge(Partition partition)
    {
        try
        {
            // This and a removal must not both let go of the writer.
            lock (_rewriting)
            {
                partition.MergeToOne();
                PublishMerged(partition);
                partition.DeleteUnused();
            }
        }
        catch (Exception e)
        {
            if (!_isDisposed) MergeFailure = e;
        }
    }

    /// <summary>The same documents from one segment; partitions not refreshed into view yet stay out of view.</summary>
    private void PublishMerged(Partition merged)
    {
        lock (_writing)
        {
            if (_isDisposed) return;
            merged.FinishMerge();
            var views = _current.Views.Select(v => v.Partition == merged ? v with { Reader = merged.Reader } : v).ToList();
            Publish(new Snapshot(views, _current.Through));
        }
    }
}
