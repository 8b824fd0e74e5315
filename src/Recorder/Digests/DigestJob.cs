using Quartz;

namespace Recorder.Digests;

/// <summary>Every minute, one at a time.</summary>
[DisallowConcurrentExecution]
internal sealed class DigestJob(DigestRuns runs) : IJob
{
    public async ValueTask Execute(IJobExecutionContext context, CancellationToken cancellationToken) => await runs.RunAsync(cancellationToken);
}
