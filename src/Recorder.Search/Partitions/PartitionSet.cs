using Lucene.Net.Index;

namespace Recorder.Search.Partitions;

/// <summary>
/// An index in append order: one active partition, closed ones behind it. One writer at a time (callers may be several, they wait),
/// any number of searches beside it, each on the snapshot of the last <see cref="Refresh"/>.
/// </summary>
internal sealed class PartitionSet : IDisposable
{
    private readonly Lock _writing = new();
    private readonly IndexFolder _folder;
    private readonly PartitionOptions _options;
    private readonly List<Partition> _partitions = [];
    private readonly Dictionary<string, long> _attached;
    private Partition _active;
    private Snapshot _current;
    private IReadOnlyDictionary<string, long> _checkpoint;
    private Task _merging = Task.CompletedTask;
    private volatile bool _isDisposed;

    private PartitionSet(IndexFolder folder, PartitionOptions options)
    {
        (_folder, _options) = (folder, options);
        _checkpoint = Positions.Latest(folder.Partitions.Select(p => p.Facts.Through));
        _attached = AttachedOf(folder.Partitions.Select(p => p.Facts).ToList());
        foreach (var found in folder.Partitions) _partitions.Add(Partition.Open(found.Folder, options, found.Facts));
        _active = _partitions is [.., { Facts.Closed: false } last] ? last : AddPartition();
        _current = new Snapshot(Views(), _checkpoint);
        MergeWhatIsDue();
    }

    public string? StartedEmptyBecause => _folder.StartedEmptyBecause;

    /// <summary>The last failed merge. What it would have merged stays searchable; closed partitions are tried again at the next start.</summary>
    public Exception? MergeFailure { get; private set; }

    public IReadOnlyDictionary<string, long> Checkpoint => Volatile.Read(ref _checkpoint);

    public static PartitionSet Open(string path, PartitionOptions options)
    {
        var folder = IndexFolder.Open(path, options.Format);
        try { return new PartitionSet(folder, options); }
        catch
        {
            folder.Dispose();
            throw;
        }
    }

    /// <summary>Writes documents in order; a record that a closed partition holds already is left as it is, since records never change.</summary>
    public void Write<T>(IEnumerable<T> items, Func<T, RecordKey> key, Func<T, IEnumerable<IIndexableField>> document)
    {
        lock (_writing)
            foreach (var item in items)
            {
                var at = key(item);
                if (IsInClosedPartition(at)) continue;
                if (_active.MayHold(at)) LowerAttached(at);
                else if (_active.Documents >= _options.PartitionDocuments) Roll(); // not for what it holds already
                _active.Write(at, document(item));
            }
    }

    public long AttachedThrough(string lane)
    {
        lock (_writing) return _attached.GetValueOrDefault(lane);
    }

    /// <summary>Replaces documents in the active partition or in a closed one that is not merged yet.</summary>
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
            _attached[stretch.Lane] = stretch.Through;
            MergeWhatIsDue();
            return true;
        }
    }

    public void Refresh(IReadOnlyDictionary<string, long> through)
    {
        lock (_writing)
        {
            foreach (var partition in _partitions) partition.Refresh();
            Publish(new Snapshot(Views(), Positions.Latest([_current.Through, through])));
        }
    }

    /// <summary>Closed partitions first, with the old map: a crash in between leaves documents without a claim, never a claim without documents.</summary>
    public void Commit(IReadOnlyDictionary<string, long> through)
    {
        lock (_writing)
        {
            var latest = Positions.Latest([_checkpoint, through]);
            var attached = Positions.Within(_attached, latest);
            foreach (var partition in _partitions)
                if (partition != _active) partition.Commit(_checkpoint, attached);
            _active.Commit(latest, attached);
            Volatile.Write(ref _checkpoint, latest);
        }
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
            active.Commit(_checkpoint, Positions.Within(_attached, _checkpoint));
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
            foreach (var partition in _partitions) partition.Dispose();
        }
        _merging.Wait();
        _folder.Dispose();
    }

    private bool IsInClosedPartition(in RecordKey key)
    {
        foreach (var partition in _partitions)
            if (partition != _active && partition.Facts.Covers(key.Lane, key.Sequence) && partition.Contains(key.Id)) return true;
        return false;
    }

    private void Roll()
    {
        _active.Close();
        _active = AddPartition();
        MergeWhatIsDue();
    }

    /// <summary>What was merged is complete, or never will be.</summary>
    private static Dictionary<string, long> AttachedOf(IReadOnlyList<PartitionFacts> all)
    {
        var merged = all.Where(facts => facts.Merged).SelectMany(facts => facts.Lanes).Select(lane => KeyValuePair.Create(lane.Key, lane.Value.Last));
        return new(Positions.Latest([.. all.Select(facts => facts.Attached), .. merged.Select(lane => new Dictionary<string, long> { [lane.Key] = lane.Value })]), StringComparer.Ordinal);
    }

    /// <summary>The record is written as it came from the log: what its attachments say must be read again.</summary>
    private void LowerAttached(in RecordKey key)
    {
        if (_attached.GetValueOrDefault(key.Lane) >= key.Sequence) _attached[key.Lane] = key.Sequence - 1;
    }

    private Partition? HolderOf(RecordKey key) =>
        _partitions.Find(p => p != _active && p.Facts.Covers(key.Lane, key.Sequence)) is { } closed ? (closed.IsFinal ? null : closed)
            : _active.MayHold(key) ? _active : null;

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

    private Partition AddPartition()
    {
        var number = _partitions.Count == 0 ? 1 : IndexFolder.NumberOf(_partitions[^1].Folder) + 1;
        var partition = Partition.Create(_folder.PartitionPath(number), _options, _checkpoint);
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
            partition.MergeToOne();
            PublishMerged(partition);
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
