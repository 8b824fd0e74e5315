namespace Recorder.Archive.Log;

/// <summary>What the writer and the sealer have done since the start.</summary>
internal sealed class LogCounters
{
    private long _syncs, _batches, _entries, _bytes, _failedBatches, _sealedFiles;
    private string? _lastError;

    public long Syncs => Volatile.Read(ref _syncs);
    public long Batches => Volatile.Read(ref _batches);
    public long Entries => Volatile.Read(ref _entries);
    public long Bytes => Volatile.Read(ref _bytes);
    public long FailedBatches => Volatile.Read(ref _failedBatches);
    public long SealedFiles => Volatile.Read(ref _sealedFiles);
    public string? LastError => Volatile.Read(ref _lastError);

    public void Committed(int entries, long bytes)
    {
        Interlocked.Increment(ref _syncs);
        Interlocked.Increment(ref _batches);
        Interlocked.Add(ref _entries, entries);
        Interlocked.Add(ref _bytes, bytes);
    }

    public void BatchFailed(Exception error)
    {
        Interlocked.Increment(ref _failedBatches);
        Failed(error);
    }

    public void Sealed() => Interlocked.Increment(ref _sealedFiles);

    public void Failed(Exception error) => Volatile.Write(ref _lastError, error.Message);
}
