using Microsoft.Extensions.Options;
using Quartz;
using Recorder.Archive.Disk;
using Recorder.Settings;

namespace Recorder.Evidence;

public static class EvidenceSetup
{
    /// <summary>Needs the archive, opened with the key's <see cref="SigningKey.LogKey"/>, the ledger and the event index with its follower.</summary>
    public static IServiceCollection AddEvidence(this IServiceCollection services)
    {
        services.AddSingleton<ArchiveTrust>();
        services.AddSingleton(provider => new TimeStamps(new HttpClient { MaxResponseContentBufferSize = TimeStamps.MaxAnswerBytes }, provider.GetRequiredService<IOptions<EvidenceOptions>>()));
        services.AddSingleton<Heads>();
        services.AddSingleton<Bundles>();
        services.AddHostedService<KeyHost>();
        return services;
    }

    /// <summary>The daily head and the reading of everything; the scheduler's host comes with the digests.</summary>
    public static IServiceCollection AddEvidenceJobs(this IServiceCollection services)
    {
        services.AddSingleton(provider => ActivatorUtilities.CreateInstance<ArchiveCheck>(
            provider, (IDisk)new RealDisk(Path.GetDirectoryName(provider.GetRequiredService<IOptions<DataOptions>>().Value.StateFile)!)));
        services.AddSingleton<EvidenceDesk>();
        services.AddSingleton<IEvidence>(provider => provider.GetRequiredService<EvidenceDesk>());
        return services.AddQuartz(jobs => jobs
            .ScheduleJob<HeadJob>(trigger => trigger.WithIdentity("heads").StartNow().WithSimpleSchedule(every => every.WithInterval(TimeSpan.FromMinutes(15)).RepeatForever()))
            .ScheduleJob<CheckJob>(trigger => trigger.WithIdentity("check").StartNow().WithSimpleSchedule(every => every.WithInterval(TimeSpan.FromMinutes(15)).RepeatForever())));
    }

    /// <summary>The key of a data folder; its file is the owner's alone, also in copies.</summary>
    public static SigningKey LoadKey(string folder)
    {
        Directory.CreateDirectory(folder);
        var key = SigningKey.LoadOrCreate(new RealDisk(folder));
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(Path.Combine(folder, SigningKey.FileName), UnixFileMode.UserRead | UnixFileMode.UserWrite);
        return key;
    }

    private sealed class KeyHost(Heads heads) : IHostedService
    {
        public Task StartAsync(CancellationToken cancel) => heads.AnnounceKeyAsync(cancel);

        public Task StopAsync(CancellationToken cancel) => Task.CompletedTask;
    }
}
