namespace Recorder.Archive.Log;

/// <summary>
/// The bounded way to the writer's thread: callers wait for room in the order they came, the writer takes all that is
/// there. While more mail is arriving it gathers for a moment first, since one fsync may serve it all. A closed queue
/// still gives out what it had admitted.
/// </summary>
/// <param name="maxEntries">Admitted and not yet taken.</param>
/// <param name="maxBytes">The same in bytes; one entry alone may be larger.</param>
/// <param name="arrivals">Mail on its way, worth a wait.</param>
/// <param name="gatherStepMs">Gathering ends when nothing came for so long, and after five times as much.</param>
internal sealed class AppendQueue(int maxEntries, long maxBytes, Arrivals arrivals, int gatherStepMs = 2)
{
    // A sender that pauses within its data must not hold up the others for long, nor many of them without end.
    private const int MaxGatherSteps = 5;
    private const int EnoughEntries = 64;
    private const long EnoughBytes = 1 << 20;

    private readonly object _gate = new();
    private readonly Queue<PendingAppend> _admitted = new();
    private readonly LinkedList<Waiter> _waiting = [];
    private long _bytes;
    private bool _closed, _woken, _gathering;

    public int Count
    {
        get { lock (_gate) return _admitted.Count; }
    }

    /// <summary>Returns once the entry has its place.</summary>
    /// <exception cref="ArchiveException">Unavailable: the queue is closed.</exception>
    public async Task EnterAsync(PendingAppend entry, CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        LinkedListNode<Waiter> place;
        lock (_gate)
        {
            if (_closed) throw Closed();
            if (_waiting.Count == 0 && Fits(entry))
            {
                Admit(entry);
                return;
            }
            place = _waiting.AddLast(new Waiter(entry));
        }
        await using var registration = cancel.Register(() => GiveUp(place, cancel));
        await place.Value.Admitted.Task;
    }

    /// <summary>Makes the writer's <see cref="Take"/> return, even with nothing.</summary>
    public void Wake()
    {
        lock (_gate)
        {
            _woken = true;
            Monitor.Pulse(_gate);
        }
    }

    /// <summary>Waits for something to do and takes what is there, up to a batch.</summary>
    /// <returns>false when the queue is closed and empty.</returns>
    public bool Take(List<PendingAppend> batch, int maxBatchBytes)
    {
        lock (_gate)
        {
            while (_admitted.Count == 0 && !_woken && !_closed) Monitor.Wait(_gate);
            if (_admitted.Count == 0 && !_woken) return false;
            Gather();
            _woken = false;
            TakeAdmitted(batch, maxBatchBytes);
            AdmitWaiting();
            return true;
        }
    }

    public void Close()
    {
        lock (_gate)
        {
            _closed = true;
            foreach (var waiter in _waiting) waiter.Admitted.TrySetException(Closed());
            _waiting.Clear();
            Monitor.PulseAll(_gate);
        }
    }

    // Goes on while every step brings somebody: where nothing more comes, waiting costs those who wait and gains nothing.
    private void Gather()
    {
        _gathering = true;
        for (var (step, before) = (0, 0); step < MaxGatherSteps && MayGather && _admitted.Count > before; step++)
        {
            before = _admitted.Count;
            Monitor.Wait(_gate, gatherStepMs);
        }
        _gathering = false;
    }

    private bool MayGather =>
        !_woken && !_closed && arrivals.Count > 0 && _admitted.Count < EnoughEntries && _bytes < EnoughBytes && _waiting.Count == 0;

    private void TakeAdmitted(List<PendingAppend> batch, int maxBatchBytes)
    {
        var room = maxBatchBytes;
        while (_admitted.TryPeek(out var next) && next.MostBytes <= room)
        {
            _admitted.Dequeue();
            _bytes -= next.MostBytes;
            if (!next.TryTake()) continue;
            batch.Add(next);
            room -= next.MostBytes;
        }
    }

    private bool Fits(PendingAppend entry) =>
        _admitted.Count == 0 || (_admitted.Count < maxEntries && _bytes + entry.MostBytes <= maxBytes);

    private void Admit(PendingAppend entry)
    {
        _admitted.Enqueue(entry);
        _bytes += entry.MostBytes;
        if (!_gathering || !MayGather) Monitor.Pulse(_gate);
    }

    private void AdmitWaiting()
    {
        while (_waiting.First is { } first && Fits(first.Value.Entry))
        {
            _waiting.RemoveFirst();
            Admit(first.Value.Entry);
            first.Value.Admitted.TrySetResult();
        }
    }

    private void GiveUp(LinkedListNode<Waiter> place, CancellationToken cancel)
    {
        lock (_gate)
        {
            if (place.List is null) return;
            _waiting.Remove(place);
            place.Value.Admitted.TrySetCanceled(cancel);
            // The one in front may have been the only obstacle.
            AdmitWaiting();
        }
    }

    private static ArchiveException Closed() => new(ArchiveFault.Unavailable, "the archive is closing");

    private sealed record Waiter(PendingAppend Entry)
    {
        public TaskCompletionSource Admitted { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
