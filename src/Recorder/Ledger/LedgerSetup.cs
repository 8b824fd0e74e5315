using Microsoft.Extensions.Options;
using Recorder.Archive;
using Recorder.Retention;
using Recorder.Settings;

namespace Recorder.Ledger;

public static class LedgerSetup
{
    /// <summary>
    /// The ledger over the container's <see cref="IArchiveLog"/>. It is caught up before any hosted service starts, so
    /// before any listener; and written out after all of them have stopped.
    /// </summary>
    public static IServiceCollection AddLedger(this IServiceCollection services)
    {
        services.AddSingleton(provider => new Ledger(
            provider.GetRequiredService<IArchiveLog>(),
            provider.GetRequiredService<IOptions<DataOptions>>().Value.StateFile,
            provider.GetRequiredService<TimeProvider>(),
            provider.GetService<ILogger<Ledger>>(),
            RecordsKept(provider.GetService<IOptions<RetentionOptions>>()?.Value)));
        services.AddSingleton<ILedger>(provider => provider.GetRequiredService<Ledger>());
        services.AddHostedService<LedgerHost>();
        return services;
    }

    // A week more than the mail, since the two are not looked at at the same moment.
    private static TimeSpan? RecordsKept(RetentionOptions? retention) => retention is null ? null : TimeSpan.FromDays(retention.Days + 7);

    private sealed class LedgerHost(Ledger ledger) : IHostedLifecycleService
    {
        public Task StartingAsync(CancellationToken cancel) => ledger.StartAsync(cancel);

        public Task StartAsync(CancellationToken cancel) => Task.CompletedTask;

        public Task StartedAsync(CancellationToken cancel) => Task.CompletedTask;

        public Task StoppingAsync(CancellationToken cancel) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancel) => Task.CompletedTask;

        public async Task StoppedAsync(CancellationToken cancel) => await ledger.DisposeAsync();
    }
}
