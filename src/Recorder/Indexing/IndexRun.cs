using Recorder.Archive;
using Recorder.Ledger;

namespace Recorder.Indexing;

/// <summary>One stretch of following, from a checkpoint to a failure or the end.</summary>
internal sealed class IndexRun<T>(
    IArchiveLog archive, long start, IndexTarget<T> target, Func<LogEntry, CancellationToken, Task<IReadOnlyList<T>>> prepare,
    ShowingPace pace, AppliedWaiters waiters, Meter meter, TimeProvider time)
{
    private const int MaxUncommitted = 20_000;

    // Below this lag people's mail is nearly there, and intake needs the other cores more.
    private const long LagToHurry = 250;

    // So far behind, after an import or a rebuild, the newest mail waits for all the rest whatever is shown on the way.
    private const long LagToShowSeldom = 2_000;
    private const int MostAtOnce = 4;
    private static readonly TimeSpan CommitInterval = TimeSpan.FromSeconds(10), LongestUnseen = TimeSpan.FromSeconds(5);

    private readonly Queue<Task<Prepared<T>>> preparing = new();
    private long taken = start;
    private long committed = start;
    private int uncommitted;
    private long? unseenSince;
    private bool awaited; // of what is unseen, something
    private bool doubtful;
    private long committedAt = time.GetTimestamp();

    public async Task RunAsync(CancellationToken cancel)
    {
        try
        {
            while (true)
            {
                pace.Calm();
                await TakeAllAsync(cancel);
                if ((awaited && pace.IsDue) || IsOverdue || unseenSince is null || waiters.AreThere) Show();
                CommitIfDue();
                await pace.BreatheAsync(cancel);
                await WaitForMoreAsync(cancel);
            }
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

    private int AtOnce => archive.DurableSequence - taken < LagToHurry ? 1 : Math.Min(Environment.ProcessorCount, MostAtOnce);

    /// <summary>To the present end of the log.</summary>
    private async Task TakeAllAsync(CancellationToken cancel)
    {
        try
        {
            await foreach (var piece in LogPieces.Of(archive.ReadAsync(taken, EntryKinds.All, cancel)))
            {
                preparing.Enqueue(BackgroundThreads.Shared.RunAsync(() => PrepareAsync(piece, cancel)));
                while (preparing.Count >= AtOnce)
                {
                    await AddNextAsync();
                }

                if (IsOverdue || (awaited && pace.IsDue && archive.DurableSequence - taken < LagToShowSeldom)) Show();
                CommitIfDue();
            }

            while (preparing.Count > 0)
            {
                await AddNextAsync();
            }
        }
        finally
        {
            await ((Task)Task.WhenAll(preparing)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            preparing.Clear();
        }
    }

    private async Task<Prepared<T>> PrepareAsync(IReadOnlyList<LogEntry> piece, CancellationToken cancel)
    {
        var documents = new List<T>(piece.Count);
        foreach (var entry in piece)
        {
            documents.AddRange(await prepare(entry, cancel));
        }

        return new Prepared<T>(piece[^1].Position.Sequence, documents);
    }

    private async Task AddNextAsync()
    {
        var next = await preparing.Peek();
        _ = preparing.Dequeue();
        if (next.Documents.Count > 0)
        {
            Touch(() => target.Add(next.Documents));
            meter.Add(next.Documents.Count);
            uncommitted += next.Documents.Count;
            unseenSince ??= time.GetTimestamp();
            awaited = awaited || next.Documents.Any(target.IsAwaited);
        }

        // Only now: a commit after a failure must not stand for what was never added.
        taken = next.Sequence;
    }

    /// <summary>Returns when the log has more, or something is to be shown; commits meanwhile when that is due.</summary>
    private async Task WaitForMoreAsync(CancellationToken cancel)
    {
        using var waiting = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var more = HasMoreAsync(waiting.Token);
        if ((taken > committed || unseenSince is not null) && !more.IsCompleted)
        {
            await Task.WhenAny(more, unseenSince is null ? more : pace.Hurried, Task.Delay(UntilNextAct, time, waiting.Token));
            await waiting.CancelAsync();
            if (!more.IsCompletedSuccessfully) await more.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            cancel.ThrowIfCancellationRequested();
            CommitIfDue();
            if (!more.IsFaulted) return;
        }

        await more;
    }

    private TimeSpan UntilNextAct
    {
        get
        {
            var untilCommit = CommitInterval - time.GetElapsedTime(committedAt);
            var untilShown = awaited ? pace.Left : unseenSince is { } since ? LongestUnseen - time.GetElapsedTime(since) : untilCommit;
            var until = untilShown < untilCommit ? untilShown : untilCommit;
            return until > TimeSpan.Zero ? until : TimeSpan.Zero;
        }
    }

    /// <summary>Something is unseen for a time that only a backlog or an import excuses.</summary>
    private bool IsOverdue => unseenSince is { } since && time.GetElapsedTime(since) >= LongestUnseen;

    private async Task HasMoreAsync(CancellationToken cancel)
    {
        if (archive.DurableSequence > taken) return;
        await foreach (var _ in archive.FollowAsync(taken, EntryKinds.All, cancel))
        {
            return;
        }
    }

    private void Show()
    {
        if (unseenSince is not null)
        {
            pace.Show(() => Touch(() => target.Refresh(Position)));
            (unseenSince, awaited) = (null, false);
        }

        waiters.Reached(taken);
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

    private Dictionary<string, long> Position => new(StringComparer.Ordinal) { [archive.Lane] = taken };
}

internal sealed record Prepared<T>(long Sequence, IReadOnlyList<T> Documents);
