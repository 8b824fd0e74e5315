using Recorder.Archive;
using Recorder.Indexing;
using Recorder.Mail;
using Recorder.Search;

namespace Recorder.Attachments;

public static class AttachmentsSetup
{
    /// <summary>The follower that adds what attachments say. Needs <see cref="IArchiveLog"/>, <see cref="IMailIndex"/>, <see cref="IAttachmentIndex"/> and AddIndexing.</summary>
    public static IServiceCollection AddAttachments(this IServiceCollection services, AttachmentOptions options)
    {
        services.AddSingleton(provider => new AttachmentFollower(
            provider.GetRequiredService<IArchiveLog>(), provider.GetRequiredService<IMailIndex>(), provider.GetRequiredService<IAttachmentIndex>(),
            provider.GetRequiredService<AttachmentQueue>(), provider.GetRequiredService<MailReader>(), options,
            provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<ILogger<AttachmentFollower>>()));
        services.AddSingleton<AttachmentMetrics>();
        if (options.Enabled) services.AddHostedService<Host>();
        return services;
    }

    private sealed class Host(AttachmentFollower follower, IHostApplicationLifetime lifetime) : BackgroundService
    {
        protected override async Task ExecuteAsync(CancellationToken stopping)
        {
            var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            using var ready = lifetime.ApplicationStarted.Register(started.SetResult);
            await started.Task.WaitAsync(stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await BackgroundThreads.Shared.RunAsync(() => follower.RunAsync(stopping));
        }
    }
}
