using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Recorder.Screening.Lists;

public static class ListsSetup
{
    /// <summary>Needs the ledger and <see cref="TimeProvider"/>.</summary>
    public static IServiceCollection AddSenderLists(this IServiceCollection services)
    {
        services.TryAddSingleton<SenderLists>();
        services.TryAddSingleton<ISenderLists>(provider => provider.GetRequiredService<SenderLists>());
        return services;
    }
}
