using System.Threading.Channels;
using Recorder.Ledger;

namespace Recorder.Indexing;

internal readonly record struct Prepared<T>(long Sequence, Task<IReadOnlyList<T>> Documents);

/// <summary>One stretch of following, from a checkpoint to a failure or the end.</summary>
internal sealed class IndexRun<T>(
    string lane, long start, IndexTarget<T> target, AppliedWaiters waiters, Meter meter, TimeProvider time)
{
    private const int MaxBatchEntries = 256;
    private const int MaxUncommitted = 20_000;
    private static readonly TimeSpan RefreshInterval = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan CommitInterval = TimeSpan.FromSeconds(10);

    private readonly List<T> batch = [];
    private long taken = start;
    private long committed = start;
    private int uncommitted;
    private bool unseen;
    private bool doubtful;
    private long refreshedAt;
    private long committedAt = time.GetTimestamp();

    public async Task TakeAllAsync(ChannelReader<Prepared<T>> prepared, CancellationToken cancel)
    {
        try
        {
            while (await WaitAsync(prepared, cancel))
            {
                await TakeReadyAsync(prepared);
                ShowIfDue();
                CommitIfDue();
            }

            await prepared.Completion;
        }
        finally
        {
            // A failed index may have forgotten what it held in memory: then only its last checkpoint is true.
            if (!doubtful)
            {
                Commit();
            }
        }
    }

    /// <returns>true when there is something to take or to do.</returns>
    private async Task<bool> WaitAsync(ChannelReader<Prepared<T>> prepared, CancellationToken cancel)
    {
        var more = prepared.WaitToReadAsync(cancel);
        if (more.IsCompleted || (taken == committed && !unseen))
        {
            return await more;
        }

        var waiting = more.AsTask();
        var next = unseen ? RefreshInterval - time.GetElapsedTime(refreshedAt) : CommitInterval - time.GetElapsedTime(committedAt);
        using var timer = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var pause = Task.Delay(next > TimeSpan.Zero ? next : TimeSpan.Zero, time, timer.Token);
        var first = await Task.WhenAny(waiting, pause);
        await timer.CancelAsync();
        return first != waiting || await waiting;
    }

    private async Task TakeReadyAsync(ChannelReader<Prepared<T>> prepared)
    {
        var last = taken;
        for (var entries = 0; entries < MaxBatchEntries && prepared.TryRead(out var next); entries++)
        {
            batch.AddRange(await next.Documents);
            last = next.Sequence;
        }

        if (batch.Count > 0)
        {
            Touch(() => target.Add(batch));
            meter.Add(batch.Count);
            uncommitted += batch.Count;
            unseen = true;
            batch.Clear();
        }

        // Only now: a commit after a failure must not stand for what was never added.
        taken = last;
    }

    private void ShowIfDue()
    {
        if (unseen && time.GetElapsedTime(refreshedAt) >= RefreshInterval)
        {
            Touch(() => target.Refresh(Position));
            refreshedAt = time.GetTimestamp();
            unseen = false;
        }

        if (!unseen)
        {
            waiters.Reached(taken);
        }
    }

    private void CommitIfDue()
    {
        if (taken > committed && (uncommitted >= MaxUncommitted || time.GetElapsedTime(committedAt) >= CommitInterval))
        {
            Commit();
        }
    }

    private void Commit()
    {
        if (taken > committed)
        {
            Touch(() => target.Commit(Position));
            committed = taken;
            committedAt = time.GetTimestamp();
            uncommitted = 0;
        }
    }

    private void Touch(Action act)
    {
        doubtful = true;
        act();
        doubtful = false;
    }

    private Dictionary<string, long> Position => new(StringComparer.Ordinal) { [lane] = taken };
}
