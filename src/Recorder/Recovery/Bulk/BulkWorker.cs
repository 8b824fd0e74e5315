using System.Collections.Concurrent;
using Recorder.Accounts;
using Recorder.Archive;
using Recorder.Ledger;
using Recorder.Search;

namespace Recorder.Recovery.Bulk;

/// <summary>
/// Does what bulk jobs ask, record by record through the same acts a person has. What is open in the ledger is run again
/// after a restart.
/// </summary>
public sealed class BulkWorker(
    BulkJobs jobs, ILedger ledger, IMailIndex index, IRecovery recovery, IRecordActs acts, TimeProvider time, ILogger<BulkWorker> log) : BackgroundService
{
    public const int MaxConcurrent = 4;

    /// <summary>Messages that leave for a mailbox in a minute: enough for a lost folder, too few to empty an archive unseen.</summary>
    public const int MaxDispatchesPerMinute = 300;

    /// <summary>Marks in a minute.</summary>
    public const int MaxMarksPerMinute = 3_000;

    private const int RowsOfAPage = 200, MaxTries = 5;
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1), RetryPause = TimeSpan.FromSeconds(5);

    private readonly ConcurrentDictionary<string, Task> running = new(StringComparer.Ordinal);
    private readonly SemaphoreSlim slots = new(MaxConcurrent);

    protected override async Task ExecuteAsync(CancellationToken stopping)
    {
        try
        {
            await ledger.CatchUpAsync(stopping);
            do
            {
                foreach (var job in jobs.Open.Where(job => job.State == BulkState.Running))
                {
                    _ = running.GetOrAdd(job.Job, _ => Task.Run(() => RunAsync(job, stopping), CancellationToken.None));
                }
            }
            while (await jobs.WaitAsync(stopping));
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
        }

        await Task.WhenAll(running.Values);
    }

    private async Task RunAsync(BulkJob job, CancellationToken stopping)
    {
        var isIn = false;
        try
        {
            await slots.WaitAsync(stopping);
            isIn = true;
            await WorkAsync(job, jobs.Running[job.Job] = new BulkProgress(), stopping);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
        }
        catch (Exception error)
        {
            Log.Failed(log, error, job.Job);
            await EndQuietlyAsync(job, stopping);
        }
        finally
        {
            jobs.Running.TryRemove(job.Job, out _);
            running.TryRemove(job.Job, out _);
            if (isIn) slots.Release();
        }
    }

    private async Task WorkAsync(BulkJob job, BulkProgress progress, CancellationToken stopping)
    {
        var pace = new Pace(job.Act is BulkAct.Release or BulkAct.Resend ? MaxDispatchesPerMinute : MaxMarksPerMinute, time);
        foreach (var id in Ids(job))
        {
            await WaitWhilePausedAsync(job, stopping);
            if (Now(job) is not { State: BulkState.Running } || ReaderOf(job) is not { } reader) break;
            await pace.WaitAsync(stopping);
            progress.Add(id, await TryAsync(job.Act, reader, id, stopping));
        }

        await jobs.EndAsync(job, ReaderOf(job) is null ? BulkState.Failed : BulkState.Done, progress, Actor.System("bulk"), stopping);
    }

    private IEnumerable<string> Ids(BulkJob job)
    {
        if (job.RecordIds is { } named) return named;
        return FirstOf(job).Concat(Found(job));
    }

    // Already hidden ones are meant only where the query says so, exactly as in the list the person saw.
    private IEnumerable<string> FirstOf(BulkJob job) =>
        job.First is { } first && ReaderOf(job) is { } reader && index.Find(first, reader.Scope, jobs.NotBefore) is { } hit && IsMeant(job, hit) ? [first] : [];

    private IEnumerable<string> Found(BulkJob job)
    {
        var zone = job.Zone is { } name && TimeZoneInfo.TryFindSystemTimeZoneById(name, out var known) ? known : null;
        for (var cursor = job.Cursor; cursor is not null && ReaderOf(job) is { } reader;)
        {
            var page = index.Search(jobs.Request(reader, job.Act, job.Query, RowsOfAPage, cursor, zone));
            foreach (var hit in page.Items.Where(hit => IsMeant(job, hit))) yield return hit.Id;
            cursor = page.Next;
        }
    }

    private bool IsMeant(BulkJob job, SearchHit hit) =>
        !Marks.IsOutOfLists(ledger.State, hit.Id)
        // What this very job hid or showed before a restart counts as done, not as left out.
        && (job.Act is BulkAct.Hide or BulkAct.Unhide || Marks.IsHidden(ledger.State, hit.Id, hit.Addresses) == Marks.Split(job.Query).WantsHidden);

    private BulkJob? Now(BulkJob job) => ledger.State.Get<BulkJob>(BulkKeys.Job(job.Job));

    // The person as they are now: an address taken away or an account closed meanwhile counts at once.
    private Reader? ReaderOf(BulkJob job) => ledger.State.Get<Account>(StateKeys.Account(job.Account)) is { IsDisabled: false } account
        ? Delegation.Widen(ledger.State, new Reader(account, Ownership.ScopeOf(account), "", job.Actor.Source ?? "bulk"), time.GetUtcNow()) : null;

    private async Task WaitWhilePausedAsync(BulkJob job, CancellationToken stopping)
    {
        while (Now(job) is { State: BulkState.Paused })
        {
            await Task.Delay(TimeSpan.FromSeconds(1), time, stopping);
        }
    }

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

    private async Task EndQuietlyAsync(BulkJob job, CancellationToken stopping)
    {
        try
        {
            await jobs.EndAsync(job, BulkState.Failed, jobs.Running.GetValueOrDefault(job.Job) ?? new BulkProgress(), Actor.System("bulk"), stopping);
        }
        catch (Exception error) when (error is ArchiveException or OperationCanceledException)
        {
            Log.Failed(log, error, job.Job); // open in the ledger: the next start runs it again
        }
    }

    /// <summary>So many in a minute, then the next minute is waited for.</summary>
    private sealed class Pace(int perMinute, TimeProvider time)
    {
        private long start = time.GetTimestamp();
        private int taken;

        public async Task WaitAsync(CancellationToken stopping)
        {
            if (++taken <= perMinute) return;
            var left = Minute - time.GetElapsedTime(start);
            if (left > TimeSpan.Zero) await Task.Delay(left, time, stopping);
            (start, taken) = (time.GetTimestamp(), 1);
        }
    }
}

internal static partial class Log
{
    [LoggerMessage(3401, LogLevel.Error, "Bulk job {Job} could not go on")]
    public static partial void Failed(ILogger log, Exception error, string job);
}
