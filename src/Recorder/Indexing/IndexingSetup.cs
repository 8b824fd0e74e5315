using Microsoft.Extensions.DependencyInjection.Extensions;
using Recorder.Archive;
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
    public static IServiceCollection AddIndexing(this IServiceCollection services)
    {
        services.TryAddSingleton(_ => new MailReader());
        services.AddSingleton(provider => new IndexFollower(
            provider.GetRequiredService<IArchiveLog>(),
            provider.GetRequiredService<IMailIndex>(),
            provider.GetRequiredService<MailReader>().ReadFacts,
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<IndexFollower>>()));
        services.AddSingleton<EventFollower>();
        services.AddHostedService<FollowerHost>();
        return services;
    }

    private sealed class FollowerHost(IndexFollower mail, EventFollower events) : BackgroundService
    {
        protected override Task ExecuteAsync(CancellationToken stopping) =>
            Task.WhenAll(Task.Run(() => mail.RunAsync(stopping), CancellationToken.None), Task.Run(() => events.RunAsync(stopping), CancellationToken.None));
    }
}
