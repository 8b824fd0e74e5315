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
    Purge purge, Erasures erasures, ClockWatch clock, ILedger ledger, IOptions<RetentionOptions> options, TimeProvider time, ILogger<RetentionRounds> log)
{
    private DateTimeOffset? ranAt;

    /// <summary>Why the last round did less than it should; null when all is well.</summary>
    public string? LastProblem { get; private set; }

    public async Task RunAsync(CancellationToken cancel)
    {
        try
        {
            LastProblem = null;
            await RecordDefaultAsync(cancel);
            if (!await clock.LookAsync(cancel)) throw new ActRefusedException("clock-doubted", "the clock leapt or the service stood still for more than a day; nothing is purged until it is confirmed");
            await erasures.ResumeAsync(cancel);
            if (!options.Value.PurgeDaily || !PurgeSchedule.IsDue(time.GetUtcNow(), ranAt, options.Value.PurgeHour)) return;
            var outcome = await purge.ExecuteAsync(Actor.System("retention"), null, cancel);
            ranAt = time.GetUtcNow();
            LastProblem = outcome.Problems.FirstOrDefault();
        }
        catch (ActRefusedException refusal)
        {
            LastProblem = refusal.Message;
            LogRefused(log, refusal.Code, refusal.Message);
        }
        catch (Exception error) when (error is ArchiveException or IOException)
        {
            LastProblem = error.Message;
            LogFailed(log, error);
        }
    }

    /// <summary>The default is a setting; what it was at which time is a fact.</summary>
    public async Task RecordDefaultAsync(CancellationToken cancel)
    {
        var now = new RetentionDefault(options.Value.Days, options.Value.AllowShorter);
        var recorded = await ledger.ActAsync(
            RetentionKeys.Default,
            state => state.Get<RetentionDefault>(RetentionKeys.Default) == now ? null
                : new RetentionDefaultSet(now.Days, now.AllowShorter) { Actor = Actor.System("settings"), At = time.GetUtcNow() },
            cancel);
        if (recorded is not null && now.Days < RetentionOptions.UsualLeastDays) LogShort(log, now.Days);
    }

    [LoggerMessage(2710, LogLevel.Warning, "Nothing is purged ({Code}): {Why}")]
    private static partial void LogRefused(ILogger log, string code, string why);

    [LoggerMessage(2711, LogLevel.Error, "The round of retention failed; it is tried again")]
    private static partial void LogFailed(ILogger log, Exception error);

    [LoggerMessage(2712, LogLevel.Warning, "Mail is kept for {Days} days only: Retention:AllowShorter is set")]
    private static partial void LogShort(ILogger log, int days);
}
