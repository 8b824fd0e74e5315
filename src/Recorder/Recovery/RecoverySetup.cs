using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Recorder.Accounts;
using Recorder.Archive;
using Recorder.Indexing;
using Recorder.Ledger;
using Recorder.Mail;
using Recorder.Mailboxes;
using Recorder.Recovery.Bulk;
using Recorder.Recovery.Campaigns;
using Recorder.Retention;
using Recorder.Screening.Lists;
using Recorder.Search;

namespace Recorder.Recovery;

public static class RecoverySetup
{
    /// <summary>Needs the ledger, the accounts, the indexing and the options of Retention.</summary>
    public static IServiceCollection AddRecovery(this IServiceCollection services)
    {
        services.TryAddSingleton(_ => new MailReader());
        services.TryAddSingleton(provider => new SearchDesk(new SearchDeskOptions(), provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton<ListPreviews>();
        services.AddSingleton<DeliveryProblems>();
        services.AddSingleton<IRecovery>(provider => new Recovery(
            provider.GetRequiredService<IArchiveLog>(),
            provider.GetRequiredService<IMailIndex>(),
            provider.GetRequiredService<IEventIndex>(),
            provider.GetRequiredService<ILedger>(),
            provider.GetRequiredService<IAddressBook>(),
            provider.GetRequiredService<MailReader>(),
            provider.GetRequiredService<IndexFollower>(),
            provider.GetRequiredService<EventFollower>(),
            provider.GetRequiredService<IOptions<RetentionOptions>>(),
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<SearchDesk>(),
            provider.GetRequiredService<TakingLimit>(),
            provider.GetService<MailboxServers>()));
        return AddSight(AddBulk(AddActs(services)));
    }

    private static IServiceCollection AddActs(IServiceCollection services)
    {
        services.AddSingleton<IRecordActs>(provider => new RecordActs(
            provider.GetRequiredService<IArchiveLog>(),
            provider.GetRequiredService<ILedger>(),
            provider.GetRequiredService<IAddressBook>(),
            provider.GetRequiredService<MailReader>(),
            provider.GetRequiredService<ISenderLists>(),
            provider.GetRequiredService<IOptions<RetentionOptions>>(),
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<TakingLimit>(),
            provider.GetService<MailboxServers>()));
        services.AddSingleton<IReleaseRequests>(provider => new ReleaseRequests(
            provider.GetRequiredService<IArchiveLog>(),
            provider.GetRequiredService<IMailIndex>(),
            provider.GetRequiredService<ILedger>(),
            provider.GetRequiredService<IAddressBook>(),
            provider.GetRequiredService<IRecovery>(),
            provider.GetRequiredService<IOptions<RetentionOptions>>(),
            provider.GetRequiredService<TimeProvider>()));
        return services.AddSingleton<ICampaigns, Campaigns.Campaigns>();
    }

    private static IServiceCollection AddBulk(IServiceCollection services) => services.AddSingleton<TakingLimit>().AddSingleton<BulkJobs>()
        .AddSingleton<IBulkJobs>(provider => provider.GetRequiredService<BulkJobs>()).AddHostedService<BulkWorker>();

    // Who looked, and looking for others.
    private static IServiceCollection AddSight(IServiceCollection services) => services.AddSingleton<Inspections>().AddSingleton(provider => new Activity(
        provider.GetRequiredService<IArchiveLog>(), provider.GetRequiredService<IEventIndex>(), provider.GetRequiredService<EventFollower>(), provider.GetRequiredService<PurgeNames>(), provider.GetRequiredService<SearchDesk>()));
}
