namespace Recorder.Archive.Log;

/// <summary>How far the log is durable, for those who wait for more.</summary>
internal sealed class LogTail(long sequence)
{
    private readonly Lock _gate = new();
    private long _sequence = sequence;
    private TaskCompletionSource? _moved;
    private bool _closed;

    public long Sequence => Volatile.Read(ref _sequence);

    public void MoveTo(long sequence)
    {
        TaskCompletionSource? moved;
        lock (_gate)
        {
            Volatile.Write(ref _sequence, sequence);
            (moved, _moved) = (_moved, null);
        }
        moved?.TrySetResult();
    }

    /// <exception cref="ArchiveException">Unavailable: the archive is closing, there will be no more.</exception>
    public Task WaitBeyondAsync(long sequence, CancellationToken cancel)
    {
        lock (_gate)
        {
            if (_sequence > sequence) return Task.CompletedTask;
            if (_closed) throw Closed();
            _moved ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return _moved.Task.WaitAsync(cancel);
        }
    }

    public void Close()
    {
        lock (_gate)
        {
            _closed = true;
            _moved?.TrySetException(Closed());
        }
    }

    private static ArchiveException Closed() => new(ArchiveFault.Unavailable, "the archive is closing");
}
