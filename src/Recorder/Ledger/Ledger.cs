using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Recorder.Archive;
using Recorder.Ledger.State;

namespace Recorder.Ledger;

/// <summary>How far the state is behind the log, and what is wrong.</summary>
/// <param name="Lag">Durable entries not applied yet.</param>
/// <param name="Posted">Facts waiting to be appended.</param>
/// <param name="SkippedEntries">Entries that could not be understood since the start.</param>
/// <param name="FollowError">Null while the log is followed.</param>
/// <param name="StateFileError">Null while the state file is written; the state itself is whole either way.</param>
public sealed record LedgerStatus(
    long AppliedSequence, long Lag, int Posted, long SkippedEntries, string? FollowError, string? StateFileError);

/// <summary>
/// The door for acts over a log. Construct, then <see cref="StartAsync"/> before the first act; or
/// <see cref="OpenAsync"/>. It does not own the log.
/// </summary>
public sealed partial class Ledger : ILedger, IAsyncDisposable
{
    private static readonly TimeSpan ClosingTime = TimeSpan.FromSeconds(10);

    private readonly IArchiveLog archive;
    private readonly string? stateFile;
    private readonly TimeProvider time;
    private readonly TimeSpan recordsKept;
    private readonly ILogger log;
    private readonly KeyedLocks keys = new();
    private readonly AppliedWaiters waiters = new();
    private readonly PostQueue posts;
    private readonly CancellationTokenSource stopping = new();
    private IStateMap map = new MemoryStateMap();
    private StateApplier? applier;
    private Task following = Task.CompletedTask;
    private Task posting = Task.CompletedTask;
    private int disposed;

    /// <param name="stateFile">The LiteDB file; null keeps the state in memory alone.</param>
    /// <param name="recordsKept">What became of a record is forgotten so long after it came; null: after a year and a week.</param>
    public Ledger(IArchiveLog archive, string? stateFile, TimeProvider time, ILogger<Ledger>? log = null, TimeSpan? recordsKept = null)
    {
        this.recordsKept = recordsKept ?? TimeSpan.FromDays(372);
        this.archive = archive;
        this.stateFile = stateFile;
        this.time = time;
        this.log = log ?? NullLogger<Ledger>.Instance;
        posts = new PostQueue(archive, time, this.log);
    }

    public IStateSnapshot State => map.Snapshot;

    public LedgerStatus Status => new(
        waiters.Applied, Math.Max(0, archive.DurableSequence - waiters.Applied), posts.Count, applier?.Skipped ?? 0,
        applier?.LastError, map.LastError);

    /// <summary>A started ledger.</summary>
    public static async Task<Ledger> OpenAsync(
        IArchiveLog archive, string? stateFile, TimeProvider time, ILogger<Ledger>? log = null, CancellationToken cancel = default)
    {
        var ledger = new Ledger(archive, stateFile, time, log);
        await ledger.StartAsync(cancel);
        return ledger;
    }

    /// <summary>Loads the state, catches up with the log and begins to follow it. A damaged or lost state file is rebuilt.</summary>
    /// <exception cref="ArchiveException">The log cannot be read.</exception>
    public async Task StartAsync(CancellationToken cancel)
    {
        if (applier is not null)
        {
            throw new InvalidOperationException("the ledger is already started");
        }

        map = stateFile is null ? map : LiteStateMap.Open(stateFile, time, log);
        var starting = new StateApplier(archive, map, waiters, recordsKept, time, log);
        await starting.CatchUpAsync(cancel);
        applier = starting;
        following = Task.Run(() => starting.FollowAsync(stopping.Token), CancellationToken.None);
        posting = Task.Run(() => posts.RunAsync(stopping.Token), CancellationToken.None);
    }

    public Task<Recorded<LedgerEvent>?> ActAsync(string key, Func<IStateSnapshot, LedgerEvent?> decide, CancellationToken cancel) =>
        // The caller may stop waiting; the act itself goes on, so that the key stays taken until its effect shows.
        DecideAndAppendAsync(key, decide, cancel).WaitAsync(cancel);

    public Task<Recorded<LedgerEvent>> AppendAsync(LedgerEvent fact, CancellationToken cancel) => AppendAndApplyAsync(fact).WaitAsync(cancel);

    public async Task<Recorded<RecordedMail>> RecordAsync(
        RecordedMail mail, IReceivedContent content, string clusterKey, CancellationToken cancel)
    {
        EnsureStarted();
        var receipt = await archive.AppendAsync(new NewMail(mail.Encode(), content, mail.ReceivedAt, clusterKey), cancel);
        await waiters.WaitAsync(receipt.Position.Sequence).WaitAsync(cancel);
        return new(receipt.Id, receipt.Position, mail);
    }

    public bool TryPost(LedgerEvent fact) => posts.TryPost(fact);

    public Task CatchUpAsync(CancellationToken cancel) => waiters.WaitAsync(archive.DurableSequence).WaitAsync(cancel);

    /// <summary>Appends what was posted, applies what is durable, writes the state file.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref disposed, 1) == 1)
        {
            return;
        }

        posts.Complete();
        await FinishAsync(posting);
        if (applier is not null)
        {
            await FinishAsync(CatchUpAsync(CancellationToken.None));
        }

        await stopping.CancelAsync();
        await FinishAsync(following);
        waiters.Fail(new ArchiveException(ArchiveFault.Unavailable, "the ledger is closing"));
        await map.DisposeAsync();
        stopping.Dispose();
    }

    private async Task<Recorded<LedgerEvent>?> DecideAndAppendAsync(
        string key, Func<IStateSnapshot, LedgerEvent?> decide, CancellationToken cancel)
    {
        using var held = await keys.EnterAsync(key, cancel);
        return decide(State) is { } fact ? await AppendAndApplyAsync(fact) : null;
    }

    private async Task<Recorded<LedgerEvent>> AppendAndApplyAsync(LedgerEvent fact)
    {
        EnsureStarted();
        var receipt = await archive.AppendAsync(new NewEvent(LedgerJson.Encode(fact)), CancellationToken.None);
        await waiters.WaitAsync(receipt.Position.Sequence);
        return new(receipt.Id, receipt.Position, fact);
    }

    private void EnsureStarted()
    {
        if (applier is null)
        {
            throw new InvalidOperationException("the ledger is not started");
        }
    }

    private async Task FinishAsync(Task work)
    {
        try
        {
            await work.WaitAsync(ClosingTime, TimeProvider.System);
        }
        catch (Exception error) when (error is TimeoutException or OperationCanceledException or ArchiveException)
        {
            LogUnfinished(log, error);
        }
    }

    [LoggerMessage(2020, LogLevel.Warning, "Closing the ledger does not wait any longer")]
    private static partial void LogUnfinished(ILogger log, Exception error);
}
