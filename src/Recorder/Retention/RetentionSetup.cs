using Quartz;
using Recorder.Accounts;
using Recorder.Archive;
using Recorder.Ledger;
using Recorder.Search;

namespace Recorder.Retention;

public static class RetentionSetup
{
    /// <summary>Needs the archive, the ledger, the accounts, the indexing and the options of Retention.</summary>
    public static IServiceCollection AddRetention(this IServiceCollection services)
    {
        services.AddSingleton<RetentionGate>();
        services.AddSingleton<RetentionTerms>();
        services.AddSingleton<ClockWatch>();
        services.AddSingleton<DefaultTerm>();
        services.AddSingleton<RestoreConfirmation>();
        services.AddSingleton<PurgePlanner>();
        services.AddSingleton<SegmentCensus>();
        services.AddSingleton<RecordTraces>();
        services.AddSingleton<PurgeNames>();
        services.AddSingleton<ErasureNotes>();
        services.AddSingleton<RetentionRules>();
        services.AddSingleton<RetentionReports>();
        services.AddSingleton(provider => new Holds(
            provider.GetRequiredService<IArchiveLog>(), provider.GetRequiredService<ILedger>(), provider.GetRequiredService<IMailIndex>(), CatchUp(provider),
            provider.GetRequiredService<IAddressBook>(), provider.GetRequiredService<RetentionGate>(), provider.GetRequiredService<PurgeNames>(), provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton(provider => ActivatorUtilities.CreateInstance<Purge>(provider, CatchUp(provider)));
        services.AddSingleton(provider => ActivatorUtilities.CreateInstance<Erasures>(provider, CatchUp(provider)));
        services.AddSingleton<Approvals>();
        services.AddSingleton<ApprovedActs>();
        services.AddSingleton<RetentionRounds>();
        return services;
    }

    /// <summary>The daily work; without it only the command line purges. The scheduler's host comes with the digests.</summary>
    public static IServiceCollection AddRetentionJob(this IServiceCollection services) => services.AddQuartz(jobs => jobs.ScheduleJob<RetentionJob>(trigger => trigger
        .WithIdentity("retention").StartNow().WithSimpleSchedule(every => every.WithInterval(TimeSpan.FromMinutes(15)).RepeatForever())));

    // Asked when it is needed: the follower stands on the index, which may take long to open.
    private static Func<CancellationToken, Task> CatchUp(IServiceProvider provider) =>
        cancel => provider.GetRequiredService<IndexFollower>().CatchUpAsync(cancel);
}
