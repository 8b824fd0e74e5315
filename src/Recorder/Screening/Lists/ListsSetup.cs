using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace Recorder.Screening.Lists;

public static class ListsSetup
{
    /// <summary>Needs the ledger, <see cref="TimeProvider"/> and the options of Screening.</summary>
    public static IServiceCollection AddSenderLists(this IServiceCollection services)
    {
        services.TryAddSingleton<SenderLists>();
        services.TryAddSingleton<ListImport>();
        services.TryAddSingleton<ListHitCounter>();
        services.TryAddSingleton(provider => Policy(provider.GetRequiredService<IOptions<ScreeningOptions>>().Value));
        services.TryAddSingleton<ISenderLists>(provider => provider.GetRequiredService<SenderLists>());
        services.AddHostedService<HitsAtStop>();
        return services;
    }

    private static ScreeningPolicy Policy(ScreeningOptions options) => new(options.SpamThreshold, options.AllowUnauthenticated);

    /// <summary>The last counts go to the ledger before it closes, which is after all services have stopped.</summary>
    private sealed class HitsAtStop(ListHitCounter hits) : IHostedService
    {
        public Task StartAsync(CancellationToken cancel) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancel)
        {
            hits.Dispose();
            return Task.CompletedTask;
        }
    }
}
