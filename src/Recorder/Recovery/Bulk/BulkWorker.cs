using Recorder.Accounts;
using Recorder.Archive;
using Recorder.Ledger;
using Recorder.Search;

namespace Recorder.Recovery.Bulk;

/// <summary>
/// Does what bulk jobs ask, record by record through the same acts a person has. A place is taken for one record at a time,
/// so a job that is paused or waits for its pace keeps nobody else from working. What is open in the ledger is run again
/// after a restart.
/// </summary>
public sealed class BulkWorker(
    BulkJobs jobs, ILedger ledger, IMailIndex index, IRecovery recovery, IRecordActs acts, TimeProvider time, ILogger<BulkWorker> log) : BackgroundService
{
    /// <summary>Records that are worked on at once, of all jobs.</summary>
    public const int MaxConcurrent = 4;

    /// <summary>Messages that leave for a mailbox in a minute: enough for a lost folder, too few to empty an archive unseen.</summary>
    public const int MaxDispatchesPerMinute = 300;

    /// <summary>Marks in a minute.</summary>
    public const int MaxMarksPerMinute = 3_000;

    private const int MaxTries = 5;
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1), RetryPause = TimeSpan.FromSeconds(5);

    // Of this loop alone; at most one a person.
    private readonly Dictionary<string, BulkRun> runs = new(StringComparer.Ordinal);
    private readonly SemaphoreSlim places = new(MaxConcurrent);
    private readonly BulkRecords records = new(jobs, ledger, index, time);

    protected override async Task ExecuteAsync(CancellationToken stopping)
    {
        try
        {
            await ledger.CatchUpAsync(stopping);
            SpendWhatWasBefore();
            do
            {
                await LookAsync(stopping);
            }
            while (await jobs.WaitAsync(stopping));
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
        }

        await Task.WhenAll(runs.Values.Select(run => run.Work));
    }

    private void SpendWhatWasBefore()
    {
        var now = time.GetUtcNow();
        foreach (var (_, job) in ledger.State.Range<BulkJob>(BulkKeys.Jobs).Where(pair => pair.Value.StartedAt < now && (pair.Value.EndedAt ?? now) > now - Minute))
        {
            jobs.Pace.Spend(job.Account, job.Act);
        }
    }

    /// <summary>Starts what is to run, and forgets what has ended.</summary>
    private async Task LookAsync(CancellationToken stopping)
    {
        var open = jobs.Open;
        foreach (var run in runs.Values.Where(run => run.Work.IsCompleted && !open.Any(job => job.Job == run.Job.Job)).ToList())
        {
            runs.Remove(run.Job.Job);
            jobs.Running.TryRemove(run.Job.Job, out _);
            await run.Records.DisposeAsync();
        }

        foreach (var job in open.Where(job => job.State == BulkState.Running))
        {
            if (!runs.TryGetValue(job.Job, out var run))
            {
                runs[job.Job] = run = new BulkRun(job, jobs.Running[job.Job] = new BulkProgress(), records.OfAsync(job, stopping).GetAsyncEnumerator(stopping));
            }

            if (run is { Work.IsCompleted: true, IsBroken: false }) Start(run, stopping);
        }
    }

    private void Start(BulkRun run, CancellationToken stopping)
    {
        run.Work = Task.Run(() => RunAsync(run, stopping), CancellationToken.None);
        // It may be resumed while it comes to its pause: once it has ended, look again.
        _ = run.Work.ContinueWith(_ => jobs.Wake(), CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
    }

    private async Task RunAsync(BulkRun run, CancellationToken stopping)
    {
        try
        {
            await WorkAsync(run, stopping);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
        }
        catch (Exception error)
        {
            Log.Failed(log, error, run.Job.Job);
            run.IsBroken = true;
            await EndQuietlyAsync(run, stopping);
        }
    }

    private async Task WorkAsync(BulkRun run, CancellationToken stopping)
    {
        while (Now(run.Job) is { State: BulkState.Running })
        {
            if (records.ReaderOf(run.Job) is not { } reader)
            {
                await jobs.EndAsync(run.Job, BulkState.Failed, run.Progress, Actor.System("bulk"), stopping);
                return;
            }

            if (!run.HasNext && !(run.HasNext = await run.Records.MoveNextAsync()))
            {
                await jobs.EndAsync(run.Job, BulkState.Done, run.Progress, Actor.System("bulk"), stopping);
                return;
            }

            if (jobs.Pace.Take(run.Job.Account, run.Job.Act) is { Ticks: > 0 } wait)
            {
                await Task.Delay(wait, time, stopping);
                continue;
            }

            await ActAsync(run, reader, stopping);
            run.HasNext = false;
        }
    }

    private async Task ActAsync(BulkRun run, Reader reader, CancellationToken stopping)
    {
        await places.WaitAsync(stopping);
        try
        {
            run.Progress.Add(run.Records.Current, await TryAsync(run.Job.Act, reader, run.Records.Current, stopping));
        }
        finally
        {
            places.Release();
        }
    }

    private BulkJob? Now(BulkJob job) => ledger.State.Get<BulkJob>(BulkKeys.Job(job.Job));

    private async Task<string?> TryAsync(BulkAct act, Reader reader, string recordId, CancellationToken stopping)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return RecordId.TryParse(recordId, out var id) && await ActAsync(act, reader, id, stopping) ? null : "gone";
            }
            catch (ActRefusedException refused)
            {
                return refused.Code;
            }
            catch (ArchiveException) when (attempt < MaxTries)
            {
                await Task.Delay(RetryPause, time, stopping);
            }
            catch (ArchiveException)
            {
                return "not-recorded";
            }
        }
    }

    private async Task<bool> ActAsync(BulkAct act, Reader reader, RecordId id, CancellationToken stopping) => act switch
    {
        BulkAct.Release => await recovery.ReleaseAsync(reader, id, stopping) is not null,
        BulkAct.Resend => await recovery.ResendAsync(reader, id, null, false, stopping) is not null,
        BulkAct.Hide => await acts.HideAsync(reader, id, true, stopping),
        BulkAct.Unhide => await acts.HideAsync(reader, id, false, stopping),
        BulkAct.ReportSpam => await acts.ReportAsync(reader, id, ReportKind.Spam, stopping),
        _ => await acts.ReportAsync(reader, id, ReportKind.NotSpam, stopping),
    };

    private async Task EndQuietlyAsync(BulkRun run, CancellationToken stopping)
    {
        try
        {
            await jobs.EndAsync(run.Job, BulkState.Failed, run.Progress, Actor.System("bulk"), stopping);
        }
        catch (Exception error) when (error is ArchiveException or OperationCanceledException)
        {
            Log.Failed(log, error, run.Job.Job); // open in the ledger: the next start runs it again
        }
    }

    /// <summary>A job as this process works on it: where it is, kept over a pause.</summary>
    private sealed class BulkRun(BulkJob job, BulkProgress progress, IAsyncEnumerator<string> records)
    {
        public BulkJob Job => job;

        public BulkProgress Progress => progress;

        public IAsyncEnumerator<string> Records => records;

        /// <summary>The current record waits for its turn.</summary>
        public bool HasNext { get; set; }

        public Task Work { get; set; } = Task.CompletedTask;

        public bool IsBroken { get; set; }
    }
}

internal static partial class Log
{
    [LoggerMessage(3401, LogLevel.Error, "Bulk job {Job} could not go on")]
    public static partial void Failed(ILogger log, Exception error, string job);
}
