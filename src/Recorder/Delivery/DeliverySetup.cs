using System.Security.Cryptography;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Recorder.Accounts;
using Recorder.Archive;
using Recorder.Archive.Disk;
using Recorder.Delivery.Outbox;
using Recorder.Delivery.Trace;
using Recorder.Ledger;
using Recorder.Settings;
using Recorder.Smtp;
using Recorder.Smtp.Client;

namespace Recorder.Delivery;

/// <summary>Puts delivery together: routes, trace fields, the hook's own delivery and the outbox.</summary>
public static class DeliverySetup
{
    /// <summary>Needs <see cref="RecorderSettings"/>, <see cref="TimeProvider"/>, <see cref="ILedger"/> and <see cref="IArchiveLog"/>.</summary>
    public static IServiceCollection AddDelivery(this IServiceCollection services)
    {
        services.TryAddSingleton<RecorderMetrics>();
        services.AddSingleton(MakeRoutes);
        services.AddSingleton(MakeSigner);
        services.AddSingleton(provider => new TraceFields(Hostname(provider), provider.GetRequiredService<TraceSigner>()));
        services.AddSingleton(provider => new BounceReport(Hostname(provider)));
        services.AddSingleton(provider => new Backoff(
            new Random(RandomNumberGenerator.GetInt32(int.MaxValue)), TimeSpan.FromHours(provider.GetRequiredService<RecorderSettings>().Outbox.GiveUpHours)));
        services.AddSingleton<TracePasses>();
        services.AddSingleton<Deliverer>();
        services.AddSingleton<HookDelivery>();
        services.AddSingleton<Leftovers>();
        services.AddSingleton<DispatchMessages>();
        services.AddSingleton(provider => provider.GetRequiredService<RecorderSettings>().Outbox);
        services.AddSingleton<OutboxState>();
        services.AddSingleton<OutboxDesk>();
        services.AddSingleton<FailureReports>();
        services.AddSingleton<DispatchAttempt>();
        services.AddHostedService<RouteWatch>();
        services.AddHostedService<OutboxWorker>();
        return services;
    }

    /// <summary>Our name in greetings and trace fields.</summary>
    public static string HostnameOf(RecorderSettings settings) =>
        settings.Smtp.Hostname.Length > 0 ? settings.Smtp.Hostname : Environment.MachineName.ToLowerInvariant();

    /// <summary>One endpoint a host; <c>host:port</c> in the list overrides the section's port.</summary>
    public static IReadOnlyList<NextHopEndpoint> EndpointsOf(NextHopSettings settings) =>
        [.. settings.Host.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(host => EndpointOf(host, settings))];

    private static NextHopEndpoint EndpointOf(string host, NextHopSettings settings)
    {
        var (name, port) = SplitPort(host, settings.Port);
        return new NextHopEndpoint(name, port, settings.Protocol, settings.Tls, NullIfEmpty(settings.UserName), NullIfEmpty(settings.Password));
    }

    // "[::1]:24" and "mail:24" name a port; "::1" and "/run/lmtp" do not.
    private static (string Host, int Port) SplitPort(string host, int port)
    {
        var colon = host.LastIndexOf(':');
        var hasPort = colon > 0 && !host.StartsWith('/') && (host[colon - 1] == ']' || host.IndexOf(':') == colon);
        return hasPort && int.TryParse(host.AsSpan(colon + 1), System.Globalization.CultureInfo.InvariantCulture, out var own) ? (host[..colon].Trim('[', ']'), own) : (host.Trim('[', ']'), port);
    }

    private static string? NullIfEmpty(string text) => text.Length == 0 ? null : text;

    private static string Hostname(IServiceProvider provider) => HostnameOf(provider.GetRequiredService<RecorderSettings>());

    private static Routes MakeRoutes(IServiceProvider provider)
    {
        var settings = provider.GetRequiredService<RecorderSettings>();
        var byDomain = new Dictionary<string, Route>(StringComparer.Ordinal);
        foreach (var section in settings.Routes)
        {
            var route = MakeRoute(section, provider);
            foreach (var domain in section.Domains) byDomain[MailDomain.Normalise(domain) ?? domain] = route;
        }
        return new Routes(MakeRoute(settings.NextHop, provider), byDomain);
    }

    private static Route MakeRoute(NextHopSettings settings, IServiceProvider provider)
    {
        var clock = provider.GetRequiredService<TimeProvider>();
        var options = new NextHopOptions
        {
            OurHostname = Hostname(provider),
            MaxSessions = settings.MaxSessions,
            AttemptTimeout = TimeSpan.FromSeconds(settings.AttemptTimeoutSeconds),
        };
        List<INextHop> hops = [.. EndpointsOf(settings).Select(endpoint => new NextHopPool(endpoint, options, clock))];
        return new Route(hops.Count > 0 ? hops : [new NoNextHop(settings.Protocol)], clock, provider.GetRequiredService<ILogger<Route>>());
    }

    private static TraceSigner MakeSigner(IServiceProvider provider)
    {
        var folder = provider.GetRequiredService<RecorderSettings>().Data.Keys;
        var key = TraceKey.LoadOrCreate(new RealDisk(folder));
        // The folder is the owner's alone from the start; the file says so too, for copies made of it.
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(Path.Combine(folder, TraceKey.FileName), UnixFileMode.UserRead | UnixFileMode.UserWrite);
        return new TraceSigner(key);
    }
}
