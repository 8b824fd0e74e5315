using System.Net;
using Microsoft.Extensions.Logging.Abstractions;
using Recorder.Accounts;
using Recorder.Archive;
using Recorder.Delivery;
using Recorder.Delivery.Outbox;
using Recorder.Delivery.Trace;
using Recorder.Intake;
using Recorder.Ledger;
using Recorder.Mail;
using Recorder.Screening;
using Recorder.Screening.Lists;
using Recorder.Screening.Sources;
using Recorder.Flow;
using Recorder.Search;
using Recorder.Smtp;
using Recorder.Smtp.Client;
using Recorder.Smtp.Server;

namespace Recorder.Tests.Simulation;

/// <summary>
/// The product from start to stop or death: sessions, flow, archive, delivery, outbox and followers as they are,
/// on the world's disk, clock and network.
/// </summary>
internal sealed class Life
{
    public static readonly ArchiveOptions Options = new()
    {
        ActiveFileMaxBytes = 200_000, MemoryContentMaxBytes = 8192, MailReserveBytes = 30_000, EventReserveBytes = 10_000,
        RecentEntries = 64, QueueEntries = 8,
    };

    private static readonly byte[] TraceKey = [.. Enumerable.Range(0, 32).Select(i => (byte)i)];
    private readonly CancellationTokenSource shutdown = new(), abort = new(), following = new();
    private readonly List<Task> sessions = [];
    private readonly Dictionary<string, (SmtpServerOptions Options, IntakeHandler Handler)> doors = [];
    private readonly RecorderMetrics metrics = new();
    private readonly World world;
    private readonly int number;
    private readonly Routes routes;
    private readonly OutboxWorker outbox;
    private readonly RetryKeys retries;
    private readonly Task followers;

    private Life(World world, MailArchive archive, Recorder.Ledger.Ledger ledger, IMailIndex index)
    {
        (this.world, number, Archive, Ledger, Clock) = (world, world.Network.Life, archive, ledger, world.Clock);
        routes = MakeRoutes();
        var (fields, passes, deliverer) = (new TraceFields("mx.test", new TraceSigner(TraceKey)), new TracePasses(), new Deliverer(routes));
        retries = new RetryKeys(ledger, Clock, NullLogger<RetryKeys>.Instance);
        var book = new AddressBook([Addresses.Ours], "mx.test", new AccountsOptions());
        var recording = new Recording(ledger, metrics, NullLogger<Recording>.Instance);
        var flow = new MessageFlow(
            new KeyTurns(), new CaseSorter(retries, book, new TraceSigner(TraceKey), passes), new VerdictSources([]), new Judging(routes, ledger, new ScreeningPolicy(), new ListHitCounter(ledger, Clock), Clock), recording,
            new HookDelivery(deliverer, fields, passes, ledger, Clock, metrics, NullLogger<HookDelivery>.Instance),
            new Leftovers(ledger, recording, Clock, NullLogger<Leftovers>.Instance), Clock, NullLogger<MessageFlow>.Instance, metrics);
        var space = new DiskWatermark(() => new DiskSpace(1L << 40, 1L << 40), () => 1, 1 << 20, Clock, NullLogger<DiskWatermark>.Instance);
        var services = new IntakeServices(flow, archive, book, routes, space, retries, new JournalAddresses("journal.invalid"), 1 << 20, Clock, metrics);
        Open(Doors.Lmtp, SmtpProtocol.Lmtp, IntakeMode.Relay, services);
        Open(Doors.Smtp, SmtpProtocol.Smtp, IntakeMode.Relay, services);
        Open(Doors.Journal, SmtpProtocol.Lmtp, IntakeMode.Journal, services);
        var messages = new DispatchMessages(archive, ledger, fields, new BounceReport("mx.test"), Clock);
        var attempts = new DispatchAttempt(ledger, messages, new FailureReports(ledger, messages, Clock), deliverer, new Backoff(new Random(1), TimeSpan.FromDays(5)), Clock, metrics, NullLogger<DispatchAttempt>.Instance);
        outbox = new OutboxWorker(ledger, archive, attempts, routes, Clock, metrics, NullLogger<OutboxWorker>.Instance);
        Index = index;
        Follower = new IndexFollower(archive, index, new MailReader().ReadFacts, Clock, NullLogger<IndexFollower>.Instance);
        followers = Task.Run(() => Follower.RunAsync(following.Token));
    }

    public MailArchive Archive { get; }
    public Recorder.Ledger.Ledger Ledger { get; }
    public SimulatedClock Clock { get; }
    public IMailIndex Index { get; }
    public IndexFollower Follower { get; }

    public bool OutboxIsEmpty => !Ledger.State.Range<Dispatch>(StateKeys.OutboxAll).Any();

    public bool OutboxWaits => !Ledger.State.Range<Dispatch>(StateKeys.OutboxAll).Any(pair => pair.Value.NextAttemptAt is not { } next || next <= Clock.GetUtcNow());

    public string OutboxText => string.Join("; ", Ledger.State.Range<Dispatch>(StateKeys.OutboxAll).Select(pair => pair.Value));

    /// <exception cref="ArchiveException">The disk would not let it.</exception>
    public static async Task<Life> StartAsync(World world, Func<IMailIndex> openIndex)
    {
        var archive = await MailArchive.OpenAsync(Options, world.Disk, world.Clock, CancellationToken.None, keys: await Task.Run(world.OpenKeys));
        try
        {
            var ledger = await Recorder.Ledger.Ledger.OpenAsync(archive, world.StateFile, world.Clock);
            var life = new Life(world, archive, ledger, openIndex());
            await life.outbox.StartAsync(CancellationToken.None);
            return life;
        }
        catch
        {
            await archive.DisposeAsync();
            throw;
        }
    }

    /// <summary>A connection to one of the listeners.</summary>
    public Link Connect(string door)
    {
        var link = world.Network.Open(number);
        lock (sessions)
        {
            sessions.RemoveAll(one => one.IsCompleted);
            sessions.Add(ServeAsync(link, doors[door]));
        }
        return link;
    }

    public async Task StopAsync()
    {
        await shutdown.CancelAsync();
        Task[] open;
        lock (sessions) open = [.. sessions];
        await Task.WhenAll(open);
        await outbox.StopAsync(CancellationToken.None);
        await following.CancelAsync();
        await followers;
        Index.Dispose();
        retries.Dispose();
        await Ledger.DisposeAsync();
        await routes.DisposeAsync();
        await Archive.DisposeAsync();
        metrics.Dispose();
    }

    /// <summary>Nothing more comes of it. The disk is dead or cut off already; what still runs runs into that.</summary>
    public async Task DieAsync()
    {
        await abort.CancelAsync();
        await following.CancelAsync();
        _ = outbox.StopAsync(new CancellationToken(canceled: true));
        await Archive.DisposeAsync();
        metrics.Dispose();
        if (world.StateFile is not null) _ = Ledger.DisposeAsync().AsTask();
    }

    private void Open(string door, SmtpProtocol protocol, IntakeMode mode, IntakeServices services) => doors[door] = (
        new SmtpServerOptions { Hostname = "mx.test", Protocol = protocol }, new IntakeHandler(new IntakeListener(door, protocol, mode), services));

    private async Task ServeAsync(Link link, (SmtpServerOptions Options, IntakeHandler Handler) door)
    {
        var session = new SmtpServerSession(link, new IPEndPoint(IPAddress.Loopback, 40000), door.Options, door.Handler, Clock, null, shutdown.Token);
        await session.RunAsync(abort.Token);
        link.Server.Close();
    }

    private Routes MakeRoutes()
    {
        var pools = world.Network.Hops.Select(hop => new NextHopPool(
            new NextHopEndpoint(hop.Name, 25, hop.IsLmtp ? SmtpProtocol.Lmtp : SmtpProtocol.Smtp), new NextHopOptions { OurHostname = "mx.test", MaxSessions = 4 },
            Clock, _ => hop.ConnectAsync(number))).ToList();
        var elsewhere = new Route([pools[2]], Clock, NullLogger<Route>.Instance);
        return new Routes(
            new Route([pools[0], pools[1]], Clock, NullLogger<Route>.Instance),
            new Dictionary<string, Route> { [Addresses.Elsewhere] = elsewhere });
    }
}
