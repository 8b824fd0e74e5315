using Quartz;

namespace Recorder.Evidence;

/// <summary>Every quarter of an hour: the day's head, where it is due.</summary>
[DisallowConcurrentExecution]
internal sealed class HeadJob(Heads heads) : IJob
{
    public async ValueTask Execute(IJobExecutionContext context, CancellationToken cancellationToken) => await heads.RoundAsync(cancellationToken);
}

/// <summary>Every quarter of an hour: begins or goes on with reading the whole archive.</summary>
[DisallowConcurrentExecution]
internal sealed class CheckJob(ArchiveCheck check) : IJob
{
    public async ValueTask Execute(IJobExecutionContext context, CancellationToken cancellationToken) => await check.RunAsync(cancellationToken);
}
