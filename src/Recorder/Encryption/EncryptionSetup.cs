using Recorder.Archive;
using Recorder.Archive.Disk;
using Recorder.Archive.Encryption;
using Recorder.Settings;

namespace Recorder.Encryption;

public static class EncryptionSetup
{
    /// <summary>Needs the archive, opened with these keys, and the ledger.</summary>
    public static IServiceCollection AddEncryption(this IServiceCollection services)
    {
        services.AddSingleton<EncryptionDesk>();
        services.AddHostedService<Announcement>();
        services.AddSingleton<KeysCopy>();
        services.AddHostedService(provider => provider.GetRequiredService<KeysCopy>());
        return services;
    }

    /// <summary>The keys of a data folder.</summary>
    /// <exception cref="SettingsException">The master key cannot be had, or is not the right one. Nothing was changed.</exception>
    public static FileKeys LoadKeys(EncryptionOptions options, string folder)
    {
        try
        {
            var masters = MasterKeySource.Read(options);
            Directory.CreateDirectory(folder);
            return FileKeys.Open(new RealDisk(folder), masters, options.Enabled);
        }
        catch (MasterKeyException problem)
        {
            throw new SettingsException($"{SettingsCatalog.Root}:{EncryptionOptions.Section}:{problem.Setting}", problem.Message);
        }
        catch (ArchiveException problem)
        {
            throw new SettingsException($"{SettingsCatalog.Root}:{EncryptionOptions.Section}", problem.Message);
        }
    }

    private sealed class Announcement(EncryptionDesk desk) : IHostedService
    {
        public Task StartAsync(CancellationToken cancel) => desk.AnnounceAsync(cancel);

        public Task StopAsync(CancellationToken cancel) => Task.CompletedTask;
    }
}
