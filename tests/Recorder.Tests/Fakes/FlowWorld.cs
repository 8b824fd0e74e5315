using System.Buffers;
using System.Net;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Recorder.Accounts;
using Recorder.Archive;
using Recorder.Delivery;
using Recorder.Delivery.Outbox;
using Recorder.Delivery.Trace;
using Recorder.Flow;
using Recorder.Intake;
using Recorder.Ledger;
using Recorder.Mailboxes;
using Recorder.Screening;
using Recorder.Screening.Lists;
using Recorder.Screening.Sources;
using Recorder.Smtp;

namespace Recorder.Tests.Fakes;

/// <summary>Every domain in the list is ours; none: all are.</summary>
internal sealed class SimpleAddressBook(params string[] domains) : IAddressBook
{
    public string? Normalise(string address) => address.Split('@') is [{ Length: > 0 }, { Length: > 0 }] ? address.ToLowerInvariant() : null;

    public bool IsLocal(string address) => domains.Length == 0 || domains.Contains(address[(address.LastIndexOf('@') + 1)..].ToLowerInvariant());

    public IReadOnlyList<string> OwnersOf(string recipient, string? originalRecipient) =>
        [.. new[] { recipient, originalRecipient?.Split(';')[^1] }.OfType<string>().Where(IsLocal).Select(Normalise).OfType<string>().Distinct()];
}

/// <summary>
/// The product from a listener's handler to the next hop, over a real ledger. Restart keeps the log and nothing else.
/// </summary>
internal sealed class FlowWorld : IAsyncDisposable
{
    public static readonly byte[] TraceKey = [.. Enumerable.Range(0, 32).Select(i => (byte)i)];

    private readonly string[] domains;

    public FlowWorld(params string[] domains) => (this.domains, Log) = (domains, new InMemoryLog(Time));

    public FakeTimeProvider Time { get; } = new(new DateTimeOffset(2026, 1, 5, 8, 0, 0, TimeSpan.Zero));
    public InMemoryLog Log { get; }
    public IArchiveLog Archive { get; set; } = null!;
    public FakeHop Hop { get; } = new();
    public Recorder.Ledger.Ledger Ledger { get; private set; } = null!;
    public Routes Routes { get; set; } = null!;
    public IntakeServices Services { get; private set; } = null!;
    public static TimeSpan GiveUpAfter { get; } = TimeSpan.FromHours(new OutboxOptions().GiveUpHours);
    public DispatchAttempt Attempts { get; private set; } = null!;
    public MailboxServers Mailboxes { get; init; } = MailboxServers.None;
    public FailureReports Reports { get; private set; } = null!;
    public RecorderMetrics Metrics { get; private set; } = null!;
    public ListHitCounter Hits { get; private set; } = null!;
    public ScreeningPolicy Policy { get; set; } = new();
    public List<IVerdictSource> Sources { get; init; } = [];
    public WhenFilterIsDown WhenDown { get; init; }
    public DiskSpace Space { get; set; } = new(1L << 40, 1L << 40);
    public int OpenSessions { get; set; } = 1;
    public KeyTurns Turns { get; } = new();
    public TraceSigner Signer { get; } = new(TraceKey);

    public IReadOnlyList<RecordedMail> Records => [.. Log.Entries.Where(entry => entry.Kind == EntryKind.Mail).Select(entry => RecordedMail.Decode(entry.Payload.Span))];

    public IReadOnlyList<LedgerEvent> Facts => [.. Log.Entries.Where(entry => entry.Kind == EntryKind.Event).Select(entry => LedgerJson.Decode(entry.Payload.Span)!)];

    public IReadOnlyList<Dispatch> Owed => [.. Ledger.State.Range<Dispatch>(StateKeys.OutboxAll).Select(pair => pair.Value)];

    public async Task<FlowWorld> StartAsync(params INextHop[] hops)
    {
        Archive ??= Log;
        Ledger = await Recorder.Ledger.Ledger.OpenAsync(Archive, null, Time);
        Metrics = new RecorderMetrics();
        Hits = new ListHitCounter(Ledger, Time);
        Routes ??= new Routes(new Route(hops.Length == 0 ? [Hop] : hops, Time, NullLogger<Route>.Instance), new Dictionary<string, Route>());
        var (fields, passes, deliverer) = (new TraceFields("mx.test", Signer), new TracePasses(), new Deliverer(Routes));
        var retries = new RetryKeys(Ledger, Time, NullLogger<RetryKeys>.Instance);
        var book = new SimpleAddressBook(domains);
        var recording = new Recording(Ledger, Metrics, NullLogger<Recording>.Instance);
        var flow = new MessageFlow(
            Turns, new CaseSorter(retries, book, Signer, passes), new VerdictSources(Sources, WhenDown, Time, null, NullLogger.Instance), new Judging(Routes, Ledger, Policy, Hits, Time), recording,
            new HookDelivery(deliverer, fields, passes, Ledger, Time, Metrics, NullLogger<HookDelivery>.Instance),
            new Leftovers(Ledger, recording, Time, NullLogger<Leftovers>.Instance), Time, NullLogger<MessageFlow>.Instance, Metrics);
        var disk = new DiskWatermark(() => Space, () => OpenSessions, 1 << 20, Time, NullLogger<DiskWatermark>.Instance);
        Services = new IntakeServices(flow, Archive, book, Routes, disk, retries, new JournalAddresses("journal.invalid"), 1 << 20, Time, Metrics);
        var messages = new DispatchMessages(Archive, Ledger, fields, new BounceReport("mx.test"), Time);
        Attempts = new DispatchAttempt(Ledger, messages, Reports = new FailureReports(Ledger, messages, Time), deliverer, new Backoff(new Random(1), GiveUpAfter), Time, Metrics, NullLogger<DispatchAttempt>.Instance, Mailboxes);
        return this;
    }

    /// <summary>Everything but the log is new.</summary>
    public async Task RestartAsync()
    {
        Services.Retries.Dispose();
        await Ledger.DisposeAsync();
        await StartAsync();
    }

    public OutboxWorker Worker() => new(Ledger, Archive, Attempts, Routes, Time, Metrics, NullLogger<OutboxWorker>.Instance, Mailboxes);

    public IntakeHandler Handler(SmtpProtocol protocol = SmtpProtocol.Lmtp, IntakeMode mode = IntakeMode.Relay) => new(new IntakeListener("hook", protocol, mode), Services);

    public static PeerFacts Peer { get; } = new(new IPEndPoint(IPAddress.Loopback, 40000), "mta.example.edu", "ESMTP");

    /// <summary>One transaction through the handler, past the wire. The replies are confirmed unless told otherwise.</summary>
    public async Task<IReadOnlyList<SmtpReply>> SendAsync(
        byte[] message, string[] recipients, SmtpProtocol protocol = SmtpProtocol.Lmtp, string from = "sender@example.org", bool confirm = true,
        IntakeMode mode = IntakeMode.Relay, WireShape? shape = null, MailParameters? parameters = null)
    {
        var envelope = new Envelope(from, [.. recipients.Select(one => new EnvelopeRecipient(one))], parameters ?? MailParameters.None);
        return await SendAsync(message, envelope, protocol, confirm, mode, shape);
    }

    public async Task<IReadOnlyList<SmtpReply>> SendAsync(
        byte[] message, Envelope envelope, SmtpProtocol protocol = SmtpProtocol.Lmtp, bool confirm = true, IntakeMode mode = IntakeMode.Relay, WireShape? shape = null)
    {
        await using var incoming = await Handler(protocol, mode).OnDataAsync(Peer, envelope, CancellationToken.None);
        await incoming.WriteAsync(new ReadOnlySequence<byte>(message), CancellationToken.None);
        var replies = await incoming.CompleteAsync(shape ?? new WireShape(message.Length, false, false, false, false, 78), CancellationToken.None);
        if (confirm) incoming.OnRepliesConfirmed();
        return replies;
    }

    public Task<IReadOnlyList<SmtpReply>> SendAsync(string subject, params string[] recipients) => SendAsync(Mails.Message(subject), recipients);

    public async ValueTask DisposeAsync()
    {
        await Ledger.DisposeAsync();
        Metrics.Dispose();
    }

    /// <summary>Waits until a confirmation is in the log.</summary>
    public Task ConfirmedAsync() => WaitUntil.Async(() =>
    {
        Time.Advance(ConfirmedAnswers.GatherTime);
        return Facts.OfType<AnswersConfirmed>().Any();
    });

    public static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);
}
