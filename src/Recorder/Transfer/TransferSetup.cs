using Microsoft.Extensions.Options;
using Recorder.Archive;
using Recorder.Settings;
using Recorder.Transfer.Backup;

namespace Recorder.Transfer;

public static class TransferSetup
{
    /// <summary>Needs the archive, the ledger, the mail index with its follower, and the address book.</summary>
    public static IServiceCollection AddTransfer(this IServiceCollection services)
    {
        services.AddSingleton<Importer>();
        services.AddSingleton(provider => new ArchiveSource(
            provider.GetRequiredService<MailArchive>(), provider.GetRequiredService<IOptions<DataOptions>>().Value, provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton<Backups>();
        return services;
    }

    /// <summary>Of a process that stays: the mirror, where one is set.</summary>
    public static IServiceCollection AddMirror(this IServiceCollection services)
    {
        services.AddSingleton(provider => new Mirror(
            provider.GetRequiredService<ArchiveSource>(), provider.GetRequiredService<IOptions<DataOptions>>().Value,
            provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<ILogger<Mirror>>()));
        services.AddSingleton<IMirror>(provider => provider.GetRequiredService<Mirror>());
        services.AddHostedService(provider => provider.GetRequiredService<Mirror>());
        return services;
    }
}
