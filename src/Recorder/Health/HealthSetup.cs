using Microsoft.Extensions.Options;
using OpenTelemetry.Metrics;
using Recorder.Archive;
using Recorder.Archive.Disk;
using Recorder.Attachments;
using Recorder.Delivery;
using Recorder.Evidence;
using Recorder.Indexing;
using Recorder.Screening.Sources;
using Recorder.Settings;
using Recorder.Transfer.Backup;

namespace Recorder.Health;

/// <param name="Status">ok, or degraded with the reasons.</param>
/// <param name="Filters">The configured filters that can be down.</param>
/// <param name="LastDigestRun">When the digest job last came to its end; null where it has not, or is off.</param>
/// <param name="Mirror">The second copy of the archive; null where none is set.</param>
/// <param name="OutboxOldestSeconds">How long the oldest delivery that we owe has waited; 0 where none does.</param>
public sealed record HealthReport(string Status, IReadOnlyList<string> Reasons, long DurableSequence, long IndexedThrough, long IndexLag, long DiskFreeBytes,
    DateTimeOffset? LastDigestRun, int OutboxDepth, long OutboxOldestSeconds,
    IReadOnlyList<SourceHealth> Filters, MirrorStatus? Mirror = null)
{
    /// <summary>The reading of attachments, since the start.</summary>
    public AttachmentStatus? Attachments { get; init; }

    /// <summary>The reading of the whole archive.</summary>
    public CheckStatus? Check { get; init; }
}

/// <summary><c>/healthz</c> for load balancers and people, <c>/metrics</c> for Prometheus.</summary>
public static class HealthSetup
{
    public static IServiceCollection AddHealth(this IServiceCollection services)
    {
        services.AddSingleton<HealthCheck>();
        services.AddSingleton<ArchiveMetrics>();
        services.AddSingleton(provider => new DailyCounts(
            provider.GetRequiredService<IArchiveLog>(), new RealDisk(Path.GetDirectoryName(provider.GetRequiredService<IOptions<DataOptions>>().Value.StateFile)!),
            provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<ILogger<DailyCounts>>()));
        services.AddSingleton<IOverview>(provider => ActivatorUtilities.CreateInstance<Overview>(provider, provider.GetRequiredService<RecorderSettings>().InForce));
        services.AddSingleton<ISetupChecks>(provider => ActivatorUtilities.CreateInstance<SetupChecks>(
            provider, provider.GetRequiredService<RecorderSettings>().Smtp, DeliverySetup.HostnameOf(provider.GetRequiredService<RecorderSettings>())));
        services.AddHostedService<DailyCountsHost>();
        services.AddOpenTelemetry().WithMetrics(metrics => metrics
            .AddMeter(RecorderMetrics.MeterName)
            .AddMeter("System.Runtime")
            .AddPrometheusExporter(exporter => exporter.DisableTotalNameSuffixForCounters = false));
        return services;
    }

    public static void MapHealth(this WebApplication app)
    {
        app.Services.GetRequiredService<ArchiveMetrics>();
        app.Services.GetRequiredService<IEvidence>();
        app.Services.GetRequiredService<AttachmentMetrics>();
        app.MapGet("/healthz", (HealthCheck check) => check.Report()).ExcludeFromDescription().AllowAnonymous();
        app.MapPrometheusScrapingEndpoint("/metrics").AllowAnonymous();
    }

    private sealed class DailyCountsHost(DailyCounts counts) : BackgroundService
    {
        protected override Task ExecuteAsync(CancellationToken stopping) => BackgroundThreads.Shared.RunAsync(() => counts.RunAsync(stopping));
    }
}
