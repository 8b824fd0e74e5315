using System.Net;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Options;
using Recorder.Accounts;
using Recorder.Archive;
using Recorder.Archive.Disk;
using Recorder.Archive.Encryption;
using Recorder.Attachments;
using Recorder.Audit;
using Recorder.Completeness;
using Recorder.Control;
using Recorder.Delivery;
using Recorder.Digests;
using Recorder.Encryption;
using Recorder.Evidence;
using Recorder.Health;
using Recorder.Indexing;
using Recorder.Intake;
using Recorder.Ledger;
using Recorder.Mailboxes;
using Recorder.Recovery;
using Recorder.Retention;
using Recorder.Screening.Lists;
using Recorder.Search;
using Recorder.Settings;
using Recorder.Transfer;
using Recorder.Web;

namespace Recorder;

/// <summary>Which parts of the product a process runs.</summary>
public enum AppParts
{
    Everything,

    /// <summary>The same for a first look: only warnings are logged, so that what the demo says stays readable.</summary>
    Demo,

    /// <summary>No listeners, no pages, no deliveries: what the command line needs while no service runs.</summary>
    ControlOnly,
}

/// <summary>Puts the capabilities together into one host: SMTP and HTTP in one Kestrel, one log under everything.</summary>
public static class RecorderApp
{
    /// <summary>What is under way at a stop has this long; service managers must wait longer (systemd: TimeoutStopSec=60).</summary>
    public static readonly TimeSpan ShutdownTimeout = TimeSpan.FromSeconds(50);

    /// <summary>The host, ready to start; the caller holds the data folder.</summary>
    /// <param name="control">What the control socket answers; null: everything.</param>
    public static WebApplication Build(RecorderSettings settings, AppParts parts, Action<RouteGroupBuilder>? control = null)
    {
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions
        {
            ApplicationName = "recorder",
            ContentRootPath = AppContext.BaseDirectory,
        });
        builder.Configuration.Sources.Clear();
        ConfigureLogging(builder.Logging, parts);
        AddFoundation(builder.Services, settings);
        AddCapabilities(builder.Services, settings, parts);
        // Sessions never block a thread, so what arrives is handled on the thread that read it: a third of the thread changes.
        builder.WebHost.UseSockets(sockets => sockets.UnsafePreferInlineScheduling = true);
        builder.WebHost.ConfigureKestrel(kestrel => Listen(kestrel, settings, parts));

        var app = builder.Build();
        // Before anything starts: a master key that is not the right one is a setting to mend, and says so in one line.
        _ = app.Services.GetRequiredService<FileKeys>();
        app.MapControl(control);
        if (parts != AppParts.ControlOnly)
        {
            app.MapHealth();
            app.MapRecorderWeb();
        }

        return app;
    }

    /// <summary>The parts alone, each made when it is asked for and none started: for looking at what is around an archive without opening it.</summary>
    internal static ServiceProvider Unstarted(RecorderSettings settings)
    {
        var services = new ServiceCollection();
        services.AddLogging();
        AddFoundation(services, settings);
        AddCapabilities(services, settings, AppParts.Everything);
        return services.BuildServiceProvider();
    }

    /// <summary>Where pages and API are to listen.</summary>
    internal static IPEndPoint WebEndPoint(RecorderSettings settings)
    {
        var web = new Uri(settings.Web.Listen);
        return new IPEndPoint(IPAddress.Parse(web.DnsSafeHost), web.Port);
    }

    /// <summary>Where pages and API really listen.</summary>
    public static string WebAddress(WebApplication app) =>
        app.Urls.First(url => url.StartsWith("http", StringComparison.Ordinal) && !url.Contains("unix:", StringComparison.Ordinal)
            && ListenerEndPoints(app).All(endpoint => new Uri(url).Port != endpoint.Port));

    public static IReadOnlyList<IPEndPoint> ListenerEndPoints(WebApplication app) =>
        [.. app.Services.GetRequiredService<RunningListeners>().All.Select(running => running.EndPoint)];

    /// <summary>One line a listener, as <c>serve</c> prints it.</summary>
    public static IReadOnlyList<string> Listeners(WebApplication app) =>
        [.. app.Services.GetRequiredService<RunningListeners>().All.Select(running =>
            $"{running.Listener.Protocol.ToString().ToLowerInvariant()}://{running.EndPoint} ({running.Listener.Mode.ToString().ToLowerInvariant()})")];

    private static void AddFoundation(IServiceCollection services, RecorderSettings settings)
    {
        services.AddSingleton(settings);
        services.AddSingleton(Options.Create(settings.Data));
        services.AddSingleton(Options.Create(settings.Smtp));
        services.AddSingleton(Options.Create(settings.NextHop));
        services.AddSingleton(Options.Create(settings.Web));
        services.AddSingleton(Options.Create(settings.Accounts));
        services.AddSingleton(Options.Create(settings.Retention));
        services.AddSingleton(Options.Create(settings.Screening));
        services.AddSingleton(Options.Create(settings.Digests));
        services.AddSingleton(Options.Create(settings.Evidence));
        services.AddSingleton(Options.Create(settings.Recovery));
        services.AddSingleton(TimeProvider.System);
        // Made by the container, so that it is closed after everything that stands on it.
        services.AddSingleton<IArchiveObserver, ArchiveLogging>();
        services.AddSingleton(_ => EvidenceSetup.LoadKey(settings.Data.Keys));
        services.AddSingleton(provider => OpenArchive(settings.Data, provider.GetRequiredService<IArchiveObserver>(), provider.GetRequiredService<SigningKey>(), provider.GetRequiredService<FileKeys>()));
        services.AddSingleton(settings.Encryption);
        services.AddSingleton(_ => EncryptionSetup.LoadKeys(settings.Encryption, settings.Data.Keys));
        services.AddSingleton<IArchiveLog>(provider => provider.GetRequiredService<MailArchive>());
        services.AddSingleton<ISealedLog>(provider => provider.GetRequiredService<MailArchive>());
        var mailIndex = new MailIndexOptions { AwaitsAttachments = settings.Search.Attachments.Enabled };
        services.AddSingleton(_ => new LateMailIndex(() => MailIndex.Open(settings.Data.MailIndex, mailIndex, TimeProvider.System)));
        services.AddSingleton<IMailIndex>(provider => provider.GetRequiredService<LateMailIndex>());
        services.AddSingleton<IAttachmentIndex>(provider => provider.GetRequiredService<LateMailIndex>());
        services.AddSingleton<IEventIndex>(_ => new LateEventIndex(() => EventIndex.Open(settings.Data.EventIndex, new EventIndexOptions())));
        services.Configure<HostOptions>(host => host.ShutdownTimeout = ShutdownTimeout);
    }

    private static MailArchive OpenArchive(DataOptions data, IArchiveObserver observer, SigningKey key, FileKeys keys)
    {
        Directory.CreateDirectory(data.Archive);
        var options = new ArchiveOptions { ActiveFileMaxBytes = data.ActiveFileMaxBytes };
        return MailArchive.OpenAsync(options, new RealDisk(data.Archive), TimeProvider.System, CancellationToken.None, observer, key.LogKey, keys)
            .GetAwaiter().GetResult();
    }

    private static void AddCapabilities(IServiceCollection services, RecorderSettings settings, AppParts parts)
    {
        services.AddLedger();
        services.AddAccounts();
        services.AddIndexing(settings.Search.Attachments);
        services.AddSenderLists();
        services.AddTransfer();
        services.AddRetention();
        services.AddEvidence();
        services.AddEncryption();
        services.AddCompleteness();
        services.AddSingleton<SetupLink>();
        if (parts == AppParts.ControlOnly)
        {
            return;
        }

        services.AddLastingTransfer();
        services.AddAudit();
        services.AddAttachments(settings.Search.Attachments);
        services.AddRecovery();
        services.AddMailboxes();
        services.AddDelivery();
        services.AddDigests();
        services.AddRetentionJob();
        services.AddEvidenceJobs();
        services.AddIntake();
        services.AddHealth();
        services.AddHourlyLedger();
        services.AddRecorderWeb(settings.Web, settings.Accounts.Oidc);
    }

    private static void Listen(KestrelServerOptions kestrel, RecorderSettings settings, AppParts parts)
    {
        kestrel.AddServerHeader = false;
        kestrel.ListenForControl(DataFolder.SocketPath(settings.Data));
        if (parts != AppParts.ControlOnly)
        {
            kestrel.Listen(WebEndPoint(settings));
            IntakeSetup.ConfigureListeners(kestrel);
        }
    }

    private static void ConfigureLogging(ILoggingBuilder logging, AppParts parts)
    {
        logging.AddSimpleConsole(console =>
        {
            console.SingleLine = true;
            console.UseUtcTimestamp = true;
            console.TimestampFormat = "yyyy-MM-dd'T'HH:mm:ss.fff'Z' ";
        });
        logging.SetMinimumLevel(parts == AppParts.Everything ? LogLevel.Information : LogLevel.Warning);
        logging.AddFilter("Microsoft", LogLevel.Warning);
        logging.AddFilter("System", LogLevel.Warning);
        logging.AddFilter("Quartz", LogLevel.Warning);
        // It warns on every form that our own no-store was made stricter.
        logging.AddFilter("Microsoft.AspNetCore.Antiforgery", LogLevel.Error);
    }
}
