using Microsoft.Extensions.Logging;

namespace Recorder.Ledger.State;

/// <summary>
/// The map in memory with a LiteDB file behind it. One thread of its own writes: changes are gathered for five
/// seconds, a key that came and went meanwhile costs nothing, and the rest goes into one transaction with the position.
/// Whatever LiteDB fails at, the file is set aside and written anew; the log can always rebuild it.
/// </summary>
internal sealed partial class LiteStateMap : IStateMap
{
    private static readonly TimeSpan GatherTime = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan PauseAfterFailure = TimeSpan.FromSeconds(10);

    private readonly string path;
    private readonly TimeProvider time;
    private readonly ILogger log;
    private readonly object gate = new();
    private readonly Thread writer;
    private readonly List<TaskCompletionSource> flushes = [];
    private Dictionary<string, PendingValue> pending = new(StringComparer.Ordinal);
    private volatile StateSnapshot snapshot;
    private volatile string? lastError;
    private LiteStateFile? file;
    private bool rewrite;
    private bool closing;
    private StatePosition? written;

    private LiteStateMap(string path, LiteStateFile file, StateSnapshot loaded, TimeProvider time, ILogger log)
    {
        this.path = path;
        this.file = file;
        this.time = time;
        this.log = log;
        snapshot = loaded;
        written = loaded.At;
        writer = new Thread(WriteLoop) { IsBackground = true, Name = "state writer" };
        writer.Start();
    }

    public StateSnapshot Snapshot => snapshot;

    public string? LastError => lastError;

    /// <summary>Loads the file; one that cannot be believed is set aside, and the map starts empty.</summary>
    /// <exception cref="IOException">Not even a new file can be made.</exception>
    public static LiteStateMap Open(string path, TimeProvider time, ILogger log)
    {
        LiteStateFile? file = null;
        try
        {
            file = LiteStateFile.Open(path);
            return new LiteStateMap(path, file, file.Load(), time, log);
        }
        catch (Exception error)
        {
            LogDamaged(log, path, error);
            DamagedFiles.SetAside(path, file, time);
            return new LiteStateMap(path, LiteStateFile.Open(path), StateSnapshot.Empty, time, log);
        }
    }

    public void Apply(StateBatch batch)
    {
        lock (gate)
        {
            var isIdle = IsWritten;
            foreach (var change in batch.Changes)
            {
                var onDisk = pending.TryGetValue(change.Key, out var earlier) ? earlier.OnDisk : snapshot.Contains(change.Key);
                pending[change.Key] = new PendingValue(change.Value, onDisk);
            }

            snapshot = snapshot.With(batch);
            if (isIdle) Monitor.PulseAll(gate);
        }
    }

    public Task FlushAsync(CancellationToken cancel)
    {
        lock (gate)
        {
            if (IsWritten)
            {
                return Task.CompletedTask;
            }

            var flushed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            flushes.Add(flushed);
            Monitor.PulseAll(gate);
            return flushed.Task.WaitAsync(cancel);
        }
    }

    public void Reset(string reason)
    {
        lock (gate)
        {
            LogReset(log, path, reason);
            snapshot = StateSnapshot.Empty;
            pending.Clear();
            rewrite = true;
            Monitor.PulseAll(gate);
        }
    }

    /// <summary>Writes what is left. A failure is logged only: the log has it all.</summary>
    public ValueTask DisposeAsync()
    {
        lock (gate)
        {
            closing = true;
            Monitor.PulseAll(gate);
        }

        return new ValueTask(Task.Run(writer.Join));
    }

    private bool IsWritten => !rewrite && written == snapshot.At;

    private void WriteLoop()
    {
        while (WaitForWork())
        {
            WriteOnce();
        }

        try
        {
            file?.Dispose();
        }
        catch (Exception error)
        {
            LogWriteFailed(log, path, error);
        }

        Finish(snapshot, flushes, IsWritten ? null : new IOException("closed"));
    }

    /// <returns>false when closed and nothing is left, or what is left cannot be written.</returns>
    private bool WaitForWork()
    {
        lock (gate)
        {
            while (IsWritten && !closing)
            {
                Monitor.Wait(gate);
            }

            if (closing)
            {
                return !IsWritten && lastError is null;
            }

            var pause = lastError is null ? GatherTime : PauseAfterFailure;
            for (var since = time.GetTimestamp(); flushes.Count == 0 && !closing && time.GetElapsedTime(since) < pause;)
            {
                // A plain wait: a simulated clock must not stop the writer.
                if (!Monitor.Wait(gate, pause))
                {
                    break;
                }
            }

            return true;
        }
    }

    private void WriteOnce()
    {
        var (changes, target, everything, waiting) = TakeWork();
        Exception? failure = null;
        try
        {
            Write(changes, target, everything);
        }
        catch (Exception error)
        {
            LogWriteFailed(log, path, error);
            failure = TryRewrite(target);
        }

        Finish(target, waiting, failure);
    }

    private (List<StateChange> Changes, StateSnapshot Target, bool Everything, List<TaskCompletionSource> Waiting) TakeWork()
    {
        lock (gate)
        {
            var taken = pending.Where(pair => pair.Value.Matters).Select(pair => new StateChange(pair.Key, pair.Value.Value)).ToList();
            pending = new(StringComparer.Ordinal);
            var work = (taken, snapshot, rewrite, flushes.ToList());
            flushes.Clear();
            rewrite = false;
            return work;
        }
    }

    private void Write(List<StateChange> changes, StateSnapshot target, bool everything)
    {
        if (everything || file is null)
        {
            DamagedFiles.SetAside(path, file, time);
            file = null;
            file = LiteStateFile.Open(path);
            file.WriteAll(target);
        }
        else if (target.At is { } position)
        {
            file.Write(changes, position);
        }
    }

    private Exception? TryRewrite(StateSnapshot target)
    {
        try
        {
            Write([], target, everything: true);
            return null;
        }
        catch (Exception error)
        {
            LogWriteFailed(log, path, error);
            return error;
        }
    }

    private void Finish(StateSnapshot target, List<TaskCompletionSource> waiting, Exception? failure)
    {
        lock (gate)
        {
            lastError = failure?.Message;
            rewrite |= failure is not null;
            written = failure is null ? target.At : written;
        }

        foreach (var flush in waiting)
        {
            if (failure is null)
            {
                flush.SetResult();
            }
            else
            {
                flush.SetException(new IOException($"the state file {path} cannot be written", failure));
            }
        }
    }

    [LoggerMessage(2101, LogLevel.Warning, "State file {Path} is not usable: set aside, rebuilding from the log")]
    private static partial void LogDamaged(ILogger log, string path, Exception error);

    [LoggerMessage(2102, LogLevel.Error, "State file {Path} could not be written: set aside and written anew")]
    private static partial void LogWriteFailed(ILogger log, string path, Exception error);

    [LoggerMessage(2103, LogLevel.Warning, "State file {Path} does not belong to this log ({Reason}): rebuilding")]
    private static partial void LogReset(ILogger log, string path, string reason);

    private readonly record struct PendingValue(object? Value, bool OnDisk)
    {
        public bool Matters => Value is not null || OnDisk;
    }
}
