using Microsoft.Extensions.Options;
using Quartz;
using Recorder.Accounts;
using Recorder.Archive;
using Recorder.Archive.Disk;
using Recorder.Delivery;
using Recorder.Delivery.Outbox;
using Recorder.Ledger;
using Recorder.Recovery;
using Recorder.Retention;
using Recorder.Search;
using Recorder.Settings;

namespace Recorder.Digests;

public static class DigestsSetup
{
    /// <summary>Needs the ledger, the recovery, the delivery and the options of Digests and Retention.</summary>
    public static IServiceCollection AddDigests(this IServiceCollection services)
    {
        services.AddSingleton(provider => new DigestSchedules(provider.GetRequiredService<IOptions<DigestOptions>>().Value));
        services.AddSingleton(provider => new DigestLinks(LoadKey(provider.GetRequiredService<RecorderSettings>().Data.Keys)));
        services.AddSingleton<LinkDoor>();
        services.AddSingleton<PersonalPreferences>();
        services.AddSingleton(provider => new HeldMail(
            provider.GetRequiredService<IRecovery>(), provider.GetRequiredService<IOptions<DigestOptions>>(),
            new RetentionTerms(provider.GetRequiredService<ILedger>(), provider.GetRequiredService<IOptions<RetentionOptions>>(), provider.GetRequiredService<TimeProvider>())));
        services.AddSingleton<DigestMaker>();
        services.AddSingleton<DigestNow>();
        services.AddSingleton<DigestRuns>();
        services.AddSingleton<IDigestStatus>(provider => provider.GetRequiredService<DigestRuns>());
        services.AddSingleton<IDispatchWriter>(provider => new DigestMail(
            provider.GetRequiredService<ILedger>(), provider.GetRequiredService<IArchiveLog>(), provider.GetRequiredService<IMailIndex>(),
            provider.GetRequiredService<IndexFollower>(), provider.GetRequiredService<DigestSchedules>(), provider.GetRequiredService<DigestLinks>(),
            SiteOf(provider.GetRequiredService<RecorderSettings>()), provider.GetRequiredService<TimeProvider>()));
        services.AddQuartz(jobs => jobs.ScheduleJob<DigestJob>(trigger => trigger
            .WithIdentity("digests").StartNow().WithSimpleSchedule(every => every.WithInterval(TimeSpan.FromMinutes(1)).RepeatForever())));
        services.AddQuartzHostedService(host => host.WaitForJobsToComplete = true);
        return services;
    }

    private static DigestSite SiteOf(RecorderSettings settings)
    {
        var (options, host) = (settings.Digests, DeliverySetup.HostnameOf(settings));
        return new DigestSite(
            host, options.PublicUrl.TrimEnd('/'), options.From.Length > 0 ? options.From : $"quarantine@{host}", options.Language, TimeSpan.FromDays(options.LinkDays));
    }

    private static byte[] LoadKey(string folder)
    {
        var key = LinkKey.LoadOrCreate(new RealDisk(folder));
        // The folder is the owner's alone from the start; the file says so too, for copies made of it.
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(Path.Combine(folder, LinkKey.FileName), UnixFileMode.UserRead | UnixFileMode.UserWrite);
        return key;
    }
}
