using Microsoft.Extensions.Options;
using Recorder.Accounts;
using Recorder.Archive;
using Recorder.Archive.Disk;
using Recorder.Completeness.Hours;
using Recorder.Completeness.Reconciling;
using Recorder.Indexing;
using Recorder.Intake;
using Recorder.Ledger;
using Recorder.Search;
using Recorder.Settings;

namespace Recorder.Completeness;

public static class CompletenessSetup
{
    /// <summary>Comparing logs of mail servers with the archive. Needs the log, the ledger and the indexes.</summary>
    public static IServiceCollection AddCompleteness(this IServiceCollection services)
    {
        services.AddSingleton(provider => new IndexPresence(provider.GetRequiredService<IMailIndex>(), provider.GetRequiredService<IArchiveLog>().Lane));
        services.AddSingleton<IReconcileDesk>(provider => new ReconcileDesk(
            provider.GetRequiredService<IArchiveLog>(), provider.GetRequiredService<ISealedLog>(), provider.GetRequiredService<ILedger>(),
            provider.GetRequiredService<IAddressBook>(), new JournalAddresses(provider.GetRequiredService<IOptions<SmtpOptions>>().Value.JournalDomain),
            provider.GetRequiredService<IndexPresence>(), provider.GetRequiredService<IndexFollower>(), provider.GetRequiredService<PurgeNames>(), provider.GetRequiredService<TimeProvider>()));
        return services;
    }

    /// <summary>The hours of the last month, in a process that lasts.</summary>
    public static IServiceCollection AddHourlyLedger(this IServiceCollection services)
    {
        services.AddSingleton(provider => new HourlyLedger(
            provider.GetRequiredService<IArchiveLog>(), new RealDisk(Path.GetDirectoryName(provider.GetRequiredService<IOptions<DataOptions>>().Value.StateFile)!),
            provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<ILogger<HourlyLedger>>()));
        services.AddSingleton(provider => ActivatorUtilities.CreateInstance<HourCheck>(
            provider, provider.GetRequiredService<IndexFollower>(), (Func<IReadOnlyList<IndexGap>>)(() => provider.GetRequiredService<IMailIndex>().Gaps)));
        services.AddSingleton<ICompleteness>(provider => provider.GetRequiredService<HourCheck>());
        services.AddSingleton<CompletenessMetrics>();
        services.AddHostedService(provider =>
        {
            provider.GetRequiredService<CompletenessMetrics>();
            return ActivatorUtilities.CreateInstance<HourHost>(provider);
        });
        return services;
    }

    private sealed class HourHost(HourlyLedger hours, HourCheck check) : BackgroundService
    {
        protected override Task ExecuteAsync(CancellationToken stopping) => Task.WhenAll(
            BackgroundThreads.Shared.RunAsync(() => hours.RunAsync(stopping)), BackgroundThreads.Shared.RunAsync(() => check.RunAsync(stopping)));
    }
}
