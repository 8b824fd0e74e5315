using System.Net;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Recorder.Archive;
using Recorder.Delivery;
using Recorder.Flow;
using Recorder.Screening;
using Recorder.Screening.Sources;
using Recorder.Settings;
using Recorder.Smtp.Server;

namespace Recorder.Intake;

/// <summary>The listeners as they run.</summary>
public sealed class RunningListeners
{
    private readonly List<(SmtpListener Listener, ListenOptions Options)> all = [];

    /// <summary>Name and real end point of each; port 0 is resolved once the host has started.</summary>
    public IReadOnlyList<(IntakeListener Listener, IPEndPoint EndPoint)> All =>
        [.. all.Select(one => (one.Listener.Facts, (IPEndPoint)one.Options.EndPoint))];

    internal void Add(SmtpListener listener, ListenOptions options) => all.Add((listener, options));
}

/// <summary>Puts intake together: one Kestrel host carries SMTP and LMTP beside HTTP.</summary>
public static class IntakeSetup
{
    /// <summary>Needs what <see cref="DeliverySetup.AddDelivery"/> needs, and <see cref="Accounts.IAddressBook"/>.</summary>
    public static IServiceCollection AddIntake(this IServiceCollection services)
    {
        services.TryAddSingleton<RecorderMetrics>();
        services.AddSingleton<KeyTurns>();
        services.AddSingleton<RetryKeys>();
        services.AddSingleton<CaseSorter>();
        services.AddVerdictSources();
        services.AddSingleton<Judging>();
        services.AddSingleton<Recording>();
        services.AddSingleton<MessageFlow>();
        services.AddSingleton<RunningListeners>();
        services.AddSingleton(provider => new JournalAddresses(Smtp(provider).JournalDomain));
        services.AddSingleton(provider => new ConnectionLimiter(Smtp(provider).MaxConnections, Smtp(provider).MaxConnectionsPerPeer));
        services.AddSingleton(MakeWatermark);
        services.AddSingleton(MakeServices);
        return services;
    }

    /// <summary>For <c>ConfigureKestrel</c>: opens every configured listener.</summary>
    public static void ConfigureListeners(KestrelServerOptions kestrel)
    {
        var provider = kestrel.ApplicationServices;
        var running = provider.GetRequiredService<RunningListeners>();
        foreach (var settings in ListenersOf(provider.GetRequiredService<RecorderSettings>()))
        {
            var listener = MakeListener(settings, provider);
            kestrel.Listen(IPEndPoint.Parse(settings.Listen), options =>
            {
                options.Run(listener.OnConnectedAsync);
                running.Add(listener, options);
            });
        }
    }

    /// <summary>The simple form's listener, then the further ones.</summary>
    public static IReadOnlyList<ListenerOptions> ListenersOf(RecorderSettings settings) =>
        [new ListenerOptions { Listen = settings.Smtp.Listen, Protocol = settings.Smtp.Protocol, Mode = ModeOf(settings) }, .. settings.Listeners];

    private static IntakeMode ModeOf(RecorderSettings settings) =>
        settings.Smtp.Mode ?? (settings.NextHop.Host.Length > 0 ? IntakeMode.Relay : IntakeMode.Journal);

    private static SmtpListener MakeListener(ListenerOptions settings, IServiceProvider provider)
    {
        var facts = new IntakeListener(settings.Name ?? settings.Listen, settings.Protocol, settings.Mode);
        var handler = new IntakeHandler(facts, provider.GetRequiredService<IntakeServices>());
        var log = provider.GetRequiredService<ILogger<SmtpListener>>();
        return new SmtpListener(
            facts, SessionOptions(settings, provider.GetRequiredService<RecorderSettings>(), log), handler, provider.GetRequiredService<ConnectionLimiter>(),
            provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<IHostApplicationLifetime>(), log);
    }

    private static SmtpServerOptions SessionOptions(ListenerOptions listener, RecorderSettings settings, ILogger log)
    {
        var trusted = settings.Smtp.TrustedNetworks.Count == 0 ? SmtpServerOptions.Loopback : [.. settings.Smtp.TrustedNetworks.Select(Network)];
        return new SmtpServerOptions
        {
            Hostname = DeliverySetup.HostnameOf(settings),
            Protocol = listener.Protocol,
            TrustedNetworks = trusted,
            XForwardNetworks = trusted,
            BareLineEnds = settings.Smtp.KeepBareLineFeeds ? BareLineEnds.Keep : BareLineEnds.Refuse,
            MaxRecipients = settings.Smtp.MaxRecipients,
            CommandTimeout = TimeSpan.FromSeconds(settings.Smtp.CommandTimeoutSeconds),
            CommandsTimeout = TimeSpan.FromMinutes(settings.Smtp.CommandsTimeoutMinutes),
            DataBlockTimeout = TimeSpan.FromSeconds(settings.Smtp.DataTimeoutSeconds),
            MinDataBytesPerSecond = settings.Smtp.MinDataBytesPerSecond,
            SlowDataGrace = TimeSpan.FromSeconds(settings.Smtp.SlowDataGraceSeconds),
            TlsTimeout = TimeSpan.FromSeconds(settings.Smtp.TlsTimeoutSeconds),
            Tls = ListenerTls.From(settings.Smtp, log),
        };
    }

    private static IPNetwork Network(string text)
    {
        if (IPNetwork.TryParse(text, out var network)) return network;
        var address = IPAddress.Parse(text);
        return new IPNetwork(address, address.GetAddressBytes().Length * 8);
    }

    private static DiskWatermark MakeWatermark(IServiceProvider provider)
    {
        var (settings, log, limiter) = (provider.GetRequiredService<RecorderSettings>(), provider.GetRequiredService<IArchiveLog>(), provider.GetRequiredService<ConnectionLimiter>());
        var folder = Path.GetFullPath(settings.Data.Path);
        var watermark = new DiskWatermark(
            () => new DiskSpace(log.FreeBytes, new DriveInfo(folder).TotalSize), () => limiter.Count, settings.Smtp.MaxMessageBytes,
            provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<ILogger<DiskWatermark>>());
        provider.GetRequiredService<RecorderMetrics>().WatchIntake(() => limiter.Count, () => watermark.Space.FreeBytes);
        return watermark;
    }

    private static IntakeServices MakeServices(IServiceProvider provider) => new(
        provider.GetRequiredService<MessageFlow>(), provider.GetRequiredService<IArchiveLog>(), provider.GetRequiredService<Accounts.IAddressBook>(),
        provider.GetRequiredService<Routes>(), provider.GetRequiredService<DiskWatermark>(), provider.GetRequiredService<RetryKeys>(),
        provider.GetRequiredService<JournalAddresses>(), Smtp(provider).MaxMessageBytes, provider.GetRequiredService<TimeProvider>(),
        provider.GetRequiredService<RecorderMetrics>());

    private static SmtpOptions Smtp(IServiceProvider provider) => provider.GetRequiredService<RecorderSettings>().Smtp;
}
