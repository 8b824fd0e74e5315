using Microsoft.Extensions.Options;
using Recorder.Archive;
using Recorder.Ledger;
using Recorder.Settings;
using Recorder.Transfer.Backup;
using Recorder.Transfer.Export;

namespace Recorder.Transfer;

public static class TransferSetup
{
    /// <summary>Needs the archive, the ledger, the mail index with its follower, and the address book.</summary>
    public static IServiceCollection AddTransfer(this IServiceCollection services)
    {
        services.AddSingleton<Importer>();
        services.AddSingleton(provider => new ArchiveSource(
            provider.GetRequiredService<MailArchive>(), provider.GetRequiredService<ILedger>(), PlaceOf(provider.GetRequiredService<IOptions<DataOptions>>().Value),
            provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton<Backups>();
        services.AddSingleton<Exporter>();
        return services;
    }

    /// <summary>Of a process that stays: the mirror, where one is set, and what people take away.</summary>
    public static IServiceCollection AddLastingTransfer(this IServiceCollection services)
    {
        services.AddSingleton<Exports>();
        services.AddSingleton(provider => new Mirror(
            provider.GetRequiredService<ArchiveSource>(), PlaceOf(provider.GetRequiredService<IOptions<DataOptions>>().Value),
            provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<ILogger<Mirror>>()));
        services.AddSingleton<IMirror>(provider => provider.GetRequiredService<Mirror>());
        services.AddHostedService(provider => provider.GetRequiredService<Mirror>());
        return services;
    }

    public static DataPlace PlaceOf(DataOptions data) => new(data.Path, data.Archive, data.Keys, data.ActiveFileMaxBytes, data.Mirror, data.MirrorSeconds);
}
