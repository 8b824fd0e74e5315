using Lucene.Net.Index;

namespace Recorder.Search.Partitions;

/// <summary>How documents leave, and their bytes after them.</summary>
internal sealed partial class PartitionSet
{
    private readonly Lock _rewriting = new(); // taken before _writing

    /// <summary>Takes out documents that are visible now; durable when it returns.</summary>
    public long Remove(string lane, SequenceRange range, Func<AtomicReader, int, string> idOf, Func<string, bool> isGone)
    {
        var removed = 0L;
        // Looked for on the snapshot, so that writing goes on; records never change, so what was found stays what it is.
        return Read(snapshot =>
        {
            foreach (var (partition, ids) in Removal.Find(snapshot, lane, range, idOf, isGone))
            {
                TakeOut(partition, [.. ids.Select(RecordFields.TermOf)]);
                removed += ids.Count;
            }
            return removed;
        });
    }

    /// <summary>Merges the segments with removed documents, whatever their share is.</summary>
    public void Expunge(CancellationToken cancel)
    {
        foreach (var partition in PartitionsWithRemoved())
        {
            cancel.ThrowIfCancellationRequested();
            ExpungeFrom(partition);
        }
    }

    private List<Partition> PartitionsWithRemoved()
    {
        lock (_writing) return [.. _partitions.Where(partition => partition.RemovedDocuments > 0)];
    }

    /// <summary>In one step, so that nothing is attached to a document between its end and the reader that knows of it.</summary>
    private void TakeOut(Partition partition, Term[] records)
    {
        WaitForMerges();
        lock (_rewriting)
        {
            lock (_writing)
            {
                CheckInUse(partition);
                partition.OpenForRemoval().DeleteDocuments(records);
                FinishRemoval(partition);
            }
        }
    }

    /// <summary>The work itself runs beside searches and adding.</summary>
    private void ExpungeFrom(Partition partition)
    {
        WaitForMerges();
        lock (_rewriting)
        {
            IndexWriter writer;
            lock (_writing)
            {
                CheckInUse(partition);
                writer = partition.OpenForRemoval();
            }
            writer.ForceMergeDeletes(doWait: true);
            lock (_writing)
            {
                CheckInUse(partition);
                FinishRemoval(partition);
            }
        }
    }

    private void CheckInUse(Partition partition)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        if (!_partitions.Contains(partition)) throw new IOException($"{partition.Folder} was given up meanwhile"); // what replaces it comes from the log
    }

    private void FinishRemoval(Partition partition)
    {
        if (partition == _active) CommitAll(_checkpoint); // closed ones first
        partition.FinishRemoval(_checkpoint, Positions.Within(_attached, _checkpoint));
        Publish(new Snapshot(Views(), _current.Through));
    }
}
