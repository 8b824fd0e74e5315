using Microsoft.Extensions.Logging;
using Recorder.Archive;
using Recorder.Ledger.State;

namespace Recorder.Ledger;

/// <summary>
/// The single consumer that carries the log into the state, in sequence order. Entries that are ready together become
/// one snapshot; those who wait for them are told after it is visible.
/// </summary>
internal sealed partial class StateApplier(
    IArchiveLog archive, IStateMap map, AppliedWaiters waiters, TimeSpan recordsKept, TimeProvider time, ILogger log)
{
    private const int MaxBatch = 256;

    // Enough to meet one: positions may be missing.
    private const int LastEntries = 64;

    private static readonly TimeSpan PauseAfterFailure = TimeSpan.FromSeconds(1);

    private long skipped;
    private DateTimeOffset? sweptFor;

    /// <summary>Why following stopped; null while it goes on.</summary>
    public string? LastError { get; private set; }

    /// <summary>Entries that could not be understood and changed nothing.</summary>
    public long Skipped => Interlocked.Read(ref skipped);

    /// <summary>Makes sure that the loaded state belongs to this log, and applies what the log has beyond it.</summary>
    public async Task CatchUpAsync(CancellationToken cancel)
    {
        await CheckOriginAsync(cancel);
        if (map.Snapshot.At is null)
        {
            await ApplyOldEventsAsync(cancel);
        }

        waiters.Reached(Sequence);
        await ApplyAllAsync(archive.ReadAsync(Sequence, EntryKinds.All, cancel), cancel);
        LogCaughtUp(log, Sequence, map.Snapshot.Count);
    }

    /// <summary>Runs until cancelled; a log that cannot be read is tried again from the last applied entry.</summary>
    public Task FollowAsync(CancellationToken cancel) => UntilCancelled.RunAsync(
        stop => ApplyAllAsync(archive.FollowAsync(Sequence, EntryKinds.All, stop), stop), Report, PauseAfterFailure, time, cancel);

    private void Report(Exception error)
    {
        LastError = error.Message;
        LogStopped(log, Sequence, error);
        waiters.Fail(new ArchiveException(ArchiveFault.Unavailable, "recorded, but the ledger cannot be followed at present", error));
    }

    private long Sequence => map.Snapshot.At?.Sequence ?? 0;

    /// <summary>A state file of another log, or of this one before it was cut or restored, must not be believed.</summary>
    private async Task CheckOriginAsync(CancellationToken cancel)
    {
        if (map.Snapshot.At is not { } at)
        {
            return;
        }

        if (at.Lane != archive.Lane || at.Sequence > archive.DurableSequence)
        {
            map.Reset($"it stands at {at.Lane}/{at.Sequence}, the log ends at {archive.Lane}/{archive.DurableSequence}");
        }
        else if (await archive.FindAsync(at.LastId, cancel) is not { } last || last.Position.Sequence != at.Sequence)
        {
            map.Reset($"the log has no {at.LastId} at {at.Sequence}");
        }
    }

    /// <summary>
    /// Mail matters to the state only while its retry keys are open. So a rebuild reads the ledger alone up to that time,
    /// and both from there on.
    /// </summary>
    private async Task ApplyOldEventsAsync(CancellationToken cancel)
    {
        var mailFrom = await LastTimeAsync(cancel) - RetryKeys.Lifetime - TimeSpan.FromHours(1);
        await ApplyAllAsync(Before(archive.ReadAsync(0, EntryKinds.Events, cancel), mailFrom), cancel);
    }

    /// <summary>The time in the last id: the log's own, whatever the machine's clock says now.</summary>
    private async Task<DateTimeOffset> LastTimeAsync(CancellationToken cancel)
    {
        var last = time.GetUtcNow();
        await foreach (var entry in archive.ReadAsync(Math.Max(0, archive.DurableSequence - LastEntries), EntryKinds.All, cancel))
        {
            last = RecordTime.Of(entry.Id.ToString());
        }

        return last;
    }

    private static async IAsyncEnumerable<LogEntry> Before(IAsyncEnumerable<LogEntry> entries, DateTimeOffset end)
    {
        await foreach (var entry in entries)
        {
            if (RecordTime.Of(entry.Id.ToString()) >= end)
            {
                yield break;
            }

            yield return entry;
        }
    }

    private async Task ApplyAllAsync(IAsyncEnumerable<LogEntry> entries, CancellationToken cancel)
    {
        await using var reading = entries.GetAsyncEnumerator(cancel);
        var batch = new List<LogEntry>(MaxBatch);
        while (true)
        {
            var next = reading.MoveNextAsync();
            if (batch.Count == MaxBatch || (batch.Count > 0 && !next.IsCompleted))
            {
                Publish(batch);
                batch.Clear();
            }

            if (!await next)
            {
                break;
            }

            batch.Add(reading.Current);
        }

        if (batch.Count > 0)
        {
            Publish(batch);
        }
    }

    private void Publish(List<LogEntry> batch)
    {
        var editor = new StateEditor(map.Snapshot);
        foreach (var entry in batch)
        {
            SweepBefore(entry, editor);
            Apply(entry, editor);
        }

        var last = batch[^1];
        map.Apply(editor.ToBatch(new StatePosition(last.Position.Lane, last.Position.Sequence, last.Id)));
        LastError = null;
        waiters.Reached(last.Position.Sequence);
    }

    // Once for each hour of the log, before its first entry: what a rebuild in large batches sweeps is what a life swept.
    private void SweepBefore(LogEntry entry, StateEditor editor)
    {
        var hour = HourOf(entry.Id);
        sweptFor ??= map.Snapshot.At is { } at ? HourOf(at.LastId) : DateTimeOffset.MinValue;
        if (hour <= sweptFor) return;
        Projection.Sweep(editor, hour, recordsKept);
        sweptFor = hour;
    }

    private static DateTimeOffset HourOf(RecordId id)
    {
        var time = RecordTime.Of(id.ToString());
        return new DateTimeOffset(time.Ticks - time.Ticks % TimeSpan.TicksPerHour, TimeSpan.Zero);
    }

    private void Apply(LogEntry entry, StateEditor editor)
    {
        try
        {
            editor.Begin();
            Projection.Apply(entry, editor);
        }
        catch (Exception error)
        {
            editor.TakeBack();
            Interlocked.Increment(ref skipped);
            LogSkipped(log, entry.Id, entry.Position, error);
        }
    }

    [LoggerMessage(2001, LogLevel.Information, "State stands at {Sequence} with {Count} values")]
    private static partial void LogCaughtUp(ILogger log, long sequence, int count);

    [LoggerMessage(2002, LogLevel.Error, "The log cannot be followed after {Sequence}; trying again")]
    private static partial void LogStopped(ILogger log, long sequence, Exception error);

    [LoggerMessage(2003, LogLevel.Error, "Entry {Id} at {Position} cannot be understood and changes no state")]
    private static partial void LogSkipped(ILogger log, RecordId id, Position position, Exception error);
}
