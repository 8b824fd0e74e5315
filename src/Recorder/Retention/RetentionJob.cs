using Microsoft.Extensions.Options;
using Quartz;
using Recorder.Archive;
using Recorder.Ledger;

namespace Recorder.Retention;

/// <summary>Every quarter of an hour: tells the ledger that the clock goes on, ends erasures that were cut short, and purges once a day.</summary>
[DisallowConcurrentExecution]
internal sealed class RetentionJob(RetentionRounds rounds) : IJob
{
    public async ValueTask Execute(IJobExecutionContext context, CancellationToken cancellationToken) => await rounds.RunAsync(cancellationToken);
}

/// <summary>The work of the job, testable without it.</summary>
public sealed partial class RetentionRounds(
    Purge purge, Erasures erasures, ClockWatch clock, DefaultTerm defaults, SegmentCensus census, IOptions<RetentionOptions> options, TimeProvider time, ILogger<RetentionRounds> log)
{
    private static readonly TimeSpan CountAtMost = TimeSpan.FromSeconds(30);
    private DateTimeOffset? ranAt;
    private string? lastOfPurge;

    /// <summary>Why the last round did less than it should; null when all is well. Health reports it.</summary>
    public string? LastProblem { get; private set; }

    public async Task RunAsync(CancellationToken cancel)
    {
        await PurgeAsync(cancel);
        await Task.Run(() => census.Count(CountAtMost, cancel), cancel);
    }

    private async Task PurgeAsync(CancellationToken cancel)
    {
        try
        {
            await defaults.RecordAsync(cancel);
            // Asked for by a person, whatever the clock says: its holds are judged by the time that is believed.
            var problem = await erasures.ResumeAsync(cancel);
            if (!await clock.LookAsync(cancel)) throw new ActRefusedException("clock-doubted", "the clock leapt or the service stood still for more than a day; nothing is purged until it is confirmed");
            if (!options.Value.PurgeDaily || !PurgeSchedule.IsDue(time.GetUtcNow(), ranAt, options.Value.PurgeHour))
            {
                LastProblem = problem ?? lastOfPurge;
                return;
            }

            var outcome = await purge.ExecuteAsync(Actor.System("retention"), null, cancel);
            ranAt = time.GetUtcNow();
            lastOfPurge = outcome.Problems.FirstOrDefault();
            LastProblem = problem ?? lastOfPurge;
        }
        catch (ActRefusedException refusal)
        {
            // A day after a change, or until two persons approve: that is how it should be.
            LastProblem = refusal.Code is "rules-settling" or "approval-needed" or "purge-running" ? null : refusal.Message;
            LogRefused(log, refusal.Code, refusal.Message);
        }
        catch (Exception error) when (error is ArchiveException or IOException)
        {
            LastProblem = error.Message;
            LogFailed(log, error);
        }
    }

    [LoggerMessage(2710, LogLevel.Warning, "Nothing is purged ({Code}): {Why}")]
    private static partial void LogRefused(ILogger log, string code, string why);

    [LoggerMessage(2711, LogLevel.Error, "The round of retention failed; it is tried again")]
    private static partial void LogFailed(ILogger log, Exception error);
}
