using Recorder.Archive.Disk;
using Recorder.Archive.Segments;

namespace Recorder.Archive.Log;

/// <summary>
/// Turns retired files into segments, oldest first, on a thread of its own: seal, put each segment's root into the
/// ledger, then let the file go. Each step finds what a crash left of it and goes on from there.
/// </summary>
internal sealed class LogSealer : IDisposable
{
    private readonly LogFiles _files;
    private readonly SpoolFolder _spool;
    private readonly SegmentSet _segments;
    private readonly RootChain _roots;
    private readonly HashSet<string> _rooted;
    private readonly Func<PendingAppend, CancellationToken, Task<Receipt>> _append;
    private readonly LogCounters _counters;
    private readonly IArchiveObserver _observer;
    private readonly CancellationTokenSource _stop = new();
    private readonly SemaphoreSlim _wake = new(0);
    private readonly Lock _gate = new();
    private readonly List<(long Number, TaskCompletionSource Done)> _waiters = [];
    private readonly Thread _thread;
    private long _sealing;
    private bool _stopped;

    /// <param name="rooted">Names of segments whose root is in the files at hand.</param>
    public LogSealer(
        LogState state, SpoolFolder spool, SegmentSet segments, HashSet<string> rooted,
        Func<PendingAppend, CancellationToken, Task<Receipt>> append, LogCounters counters, IArchiveObserver observer)
    {
        (_files, _roots, _spool, _segments, _rooted) = (state.Files, state.Roots, spool, segments, rooted);
        (_append, _counters, _observer) = (append, counters, observer);
        _thread = new Thread(Run) { IsBackground = true, Name = "archive sealer" };
        _thread.Start();
    }

    public void Wake() => _wake.Release();

    /// <summary>Completes when every file that is retired now is sealed and gone; fails with the first attempt that fails.</summary>
    public Task DrainAsync()
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
        {
            if (_stopped) throw new ArchiveException(ArchiveFault.Unavailable, "the archive is closing");
            var last = Math.Max(_sealing, _files.All is [.., var retired, _] ? retired.Header.Number : 0);
            if (last == 0) return Task.CompletedTask;
            _waiters.Add((last, done));
        }
        Wake();
        return done.Task;
    }

    public void Dispose()
    {
        _stop.Cancel();
        _thread.Join();
        lock (_gate) _stopped = true;
        Fail(new ArchiveException(ArchiveFault.Unavailable, "the archive is closing"));
    }

    private void Run()
    {
        BackgroundPriority.Enter();
        try
        {
            while (true)
            {
                _wake.Wait(_stop.Token);
                // One attempt serves all who woke it.
                while (_wake.Wait(0)) { }
                SealAll();
            }
        }
        catch (OperationCanceledException)
        {
        }
    }

    private void SealAll()
    {
        try
        {
            while (_files.OldestRetired is { } file)
            {
                lock (_gate) _sealing = file.Header.Number;
                Seal(file);
                _counters.Sealed();
                AnswerSealed();
                _files.Tidy();
            }
            AnswerSealed();
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            _counters.Failed(error);
            _observer.Failed("seal", error);
            Fail(error);
        }
    }

    private void Seal(ActiveFile file)
    {
        var source = RetiredFileSource.Of(file, _spool);
        var sealedSegments = SealWhatIsWhole(ref source);
        foreach (var segment in sealedSegments) AppendRoot(segment);
        Discard(file, source.Damaged);
        foreach (var segment in sealedSegments) _rooted.Remove(segment.Name);
        _observer.Sealed(file.Path, sealedSegments);
    }

    private IReadOnlyList<SegmentInfo> SealWhatIsWhole(ref RetiredFileSource source)
    {
        try
        {
            return SealEntries(source);
        }
        catch (ArchiveException e) when (e.Fault is ArchiveFault.Damaged or ArchiveFault.Missing)
        {
            var whole = source.WithoutDamaged(_stop.Token);
            // Then it is not the file that is wrong.
            if (whole.Damaged.Count == source.Damaged.Count) throw;
            source = whole;
            return SealEntries(source);
        }
    }

    private IReadOnlyList<SegmentInfo> SealEntries(RetiredFileSource source) =>
        source.Entries.Count == 0 ? [] : _segments.Seal(source, _stop.Token);

    private void AppendRoot(SegmentInfo segment)
    {
        if (_rooted.Contains(segment.Name)) return;
        var payload = RootRecord.Of(segment, _roots.LastSha256).Encode();
        _append(new PendingAppend(EntryKind.Root, payload, null, default, []), _stop.Token).GetAwaiter().GetResult();
        _rooted.Add(segment.Name);
    }

    // Readers find the entries in the segments from here on. The file goes durably before the bodies it refers to.
    private void Discard(ActiveFile file, IReadOnlyList<Position> damaged)
    {
        var spooled = file.Index.All().Select(at => SpoolNameOf(file, at)).OfType<(Position, string)>().ToList();
        var aside = file.Path + LogFiles.DamagedSuffix;
        if (damaged.Count > 0 || file.HasLostBytes)
        {
            _observer.SetAside(file.Path, damaged);
            _files.Disk.Rename(file.Path, aside);
        }
        else
        {
            _files.Disk.Delete(file.Path);
        }
        _files.Disk.SyncDirectory(_files.Folder);
        _files.Remove(file);
        file.Dispose();
        foreach (var (position, name) in spooled)
        {
            if (damaged.Contains(position)) _spool.MoveAway(name, $"{aside}.{position.Sequence}");
            else _spool.Release(name);
        }
    }

    private static (Position Position, string Name)? SpoolNameOf(ActiveFile file, IndexedEntry at)
    {
        try
        {
            var head = file.ReadHead(at);
            return head.Form == ContentForm.Spooled ? (head.Entry.Position, head.SpoolName) : null;
        }
        catch (ArchiveException)
        {
            return null;
        }
    }

    private void AnswerSealed()
    {
        lock (_gate)
        {
            _sealing = 0;
            // Asked under the gate: a file retired a moment ago has its waiter, or will have.
            var through = _files.All[0].Header.Number - 1;
            foreach (var (_, done) in _waiters.Where(waiter => waiter.Number <= through)) done.TrySetResult();
            _waiters.RemoveAll(waiter => waiter.Number <= through);
        }
    }

    private void Fail(Exception error)
    {
        lock (_gate)
        {
            _sealing = 0;
            foreach (var (_, done) in _waiters) done.TrySetException(error);
            _waiters.Clear();
        }
    }
}
