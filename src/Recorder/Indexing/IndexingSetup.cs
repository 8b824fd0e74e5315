using Microsoft.Extensions.DependencyInjection.Extensions;
using Recorder.Archive;
using Recorder.Attachments;
using Recorder.Ledger;
using Recorder.Mail;
using Recorder.Search;

namespace Recorder.Indexing;

public static class IndexingSetup
{
    /// <summary>
    /// The followers of both indexes. Needs <see cref="IArchiveLog"/>, <see cref="IMailIndex"/>, <see cref="IEventIndex"/>,
    /// <see cref="ILedger"/> and <see cref="TimeProvider"/>.
    /// </summary>
    /// <param name="attachments">Null: none are read.</param>
    public static IServiceCollection AddIndexing(this IServiceCollection services, AttachmentOptions? attachments = null)
    {
        services.TryAddSingleton(_ => new MailReader());
        services.AddSingleton<AttachmentQueue>();
        services.AddSingleton(provider => new IndexFollower(
            provider.GetRequiredService<IArchiveLog>(),
            provider.GetRequiredService<IMailIndex>(),
            provider.GetRequiredService<MailReader>().ReadFacts,
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<IndexFollower>>(),
            attachments is { Enabled: true } ? provider.GetRequiredService<AttachmentQueue>() : null));
        services.AddSingleton<EventFollower>();
        services.AddSingleton(provider => new IndexCare(
            provider.GetRequiredService<IArchiveLog>(),
            provider.GetRequiredService<IMailIndex>(),
            provider.GetRequiredService<IndexFollower>().PrepareAsync,
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<IndexCare>>()));
        services.AddHostedService<FollowerHost>();
        return services;
    }

    /// <summary>Begins when the ports answer: taking mail waits for no follower.</summary>
    private sealed class FollowerHost(IndexFollower mail, EventFollower events, IndexCare care, IHostApplicationLifetime lifetime) : BackgroundService
    {
        protected override async Task ExecuteAsync(CancellationToken stopping)
        {
            await StartedAsync().WaitAsync(stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await Task.WhenAll(
                BackgroundThreads.Shared.RunAsync(() => mail.RunAsync(stopping)), BackgroundThreads.Shared.RunAsync(() => events.RunAsync(stopping)),
                BackgroundThreads.Shared.RunAsync(() => care.RunAsync(stopping)));
        }

        private Task StartedAsync()
        {
            var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            lifetime.ApplicationStarted.Register(started.SetResult);
            return started.Task;
        }
    }
}
