using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Recorder.Archive;
using Recorder.Indexing;
using Recorder.Ledger;
using Recorder.Mail;
using Recorder.Mailboxes;
using Recorder.Recovery;
using Recorder.Recovery.Bulk;
using Recorder.Recovery.Campaigns;
using Recorder.Retention;
using Recorder.Screening.Lists;
using Recorder.Smtp;

namespace Recorder.Tests.Fakes;

/// <summary>A desk with indexes in memory and the recovery service: what pages and API stand on.</summary>
internal sealed class Counter : IAsyncDisposable
{
    private readonly CancellationTokenSource stop = new();
    private Task following = Task.CompletedTask;

    private Counter(Desk desk)
    {
        Desk = desk;
        Care = new IndexCare(desk.Log, Index, (entry, cancel) => Mail!.PrepareAsync(entry, cancel), TimeProvider.System, NullLogger<IndexCare>.Instance);
        Mail = new IndexFollower(desk.Log, Index, new MailReader().ReadFacts, TimeProvider.System, NullLogger<IndexFollower>.Instance);
        Events = new EventFollower(desk.Log, EventIndex, desk.Ledger, TimeProvider.System, NullLogger<EventFollower>.Instance);
        Recovery = RecoveryOver(desk.Ledger);
        Lists = new SenderLists(desk.Ledger, desk.Time);
        Acts = new RecordActs(desk.Log, desk.Ledger, desk.Book, new MailReader(), Lists, Options.Create(new RetentionOptions()), desk.Time, null, Mailboxes);
        Campaigns = new Campaigns(desk.Log, Index, desk.Ledger, new MailReader(), Options.Create(new RetentionOptions()), desk.Time);
        Jobs = new BulkJobs(desk.Ledger, Index, Options.Create(new RetentionOptions()), desk.Time);
        Requests = new ReleaseRequests(desk.Log, Index, desk.Ledger, desk.Book, Recovery, Options.Create(new RetentionOptions()), desk.Time);
    }

    public Desk Desk { get; }

    /// <summary>One that nobody asks: wishes are fulfilled by an outbox alone.</summary>
    public static MailboxServers Mailboxes { get; } = new([new MailboxServerOptions { Host = "imap.test", UserName = "archive", Password = "secret" }], TimeProvider.System);

    public IndexCare Care { get; }

    public InMemoryMailIndex Index { get; } = new();

    public InMemoryEventIndex EventIndex { get; } = new();

    public IndexFollower Mail { get; }

    public EventFollower Events { get; }

    public IRecovery Recovery { get; }

    public SenderLists Lists { get; }

    public IRecordActs Acts { get; }

    public Activity Activity => new(Desk.Log, EventIndex, Events, new PurgeNames(Desk.Log, Desk.Ledger));

    public IReleaseRequests Requests { get; }

    public ICampaigns Campaigns { get; }

    public BulkJobs Jobs { get; }

    /// <summary>Not started: whoever tests it starts and stops it.</summary>
    public BulkWorker BulkWorker() => new(Jobs, Desk.Ledger, Index, Recovery, Acts, Desk.Time, NullLogger<BulkWorker>.Instance);

    public IRecovery RecoveryOver(ILedger ledger) => new Recorder.Recovery.Recovery(
        Desk.Log, Index, EventIndex, ledger, Desk.Book, new MailReader(), Mail, Events, Options.Create(new RetentionOptions()), Desk.Time, null, null, Mailboxes);

    /// <summary>Indexes stay empty until <see cref="IndexAsync"/>.</summary>
    public static async Task<Counter> OpenAsync(Microsoft.Extensions.Time.Testing.FakeTimeProvider? time = null) => new(await Desk.OpenAsync(time: time));

    public async Task IndexAsync()
    {
        if (following.IsCompleted)
        {
            following = Task.WhenAll(Task.Run(() => Mail.RunAsync(stop.Token)), Task.Run(() => Events.RunAsync(stop.Token)));
        }

        await Mail.CatchUpAsync(CancellationToken.None);
        await Events.CatchUpAsync(CancellationToken.None);
    }

    public async Task<RecordId> RecordAsync(string subject, params RecordedRecipient[] recipients) =>
        (await Desk.Ledger.RecordAsync(Mails.Envelope(Desk.Time.GetUtcNow(), recipients), Mails.Message(subject))).Id;

    public Task RelayAsync(RecordId id, params (string Mailbox, DeliveryOutcome Outcome)[] outcomes) => Desk.Ledger.AppendAsync(
        new MessageRelayed(id.ToString(), [.. outcomes.Select(one =>
            new RecipientOutcome(one.Mailbox, one.Mailbox, one.Outcome, "smtp://next:25", $"250 2.0.0 for {one.Mailbox}"))])
        {
            Actor = Actor.System("flow"), At = Desk.Time.GetUtcNow(),
        },
        CancellationToken.None);

    /// <summary>What the outbox writes when a dispatch was accepted, or refused for good.</summary>
    public Task EndAsync(DispatchStatus dispatch, bool accepted, string mailbox) => Desk.Ledger.AppendAsync(
        new DispatchEnded(dispatch.RecordId, dispatch.Kind, dispatch.Round, 1, new RecipientOutcome(
            dispatch.Recipient, mailbox, accepted ? DeliveryOutcome.Accepted : DeliveryOutcome.PermanentFailure, "smtp://next:25",
            accepted ? "250 2.0.0 kept" : "550 5.1.1 no"), null)
        {
            Actor = Actor.System("outbox"), At = Desk.Time.GetUtcNow(),
        },
        CancellationToken.None);

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        await following;
        await Desk.DisposeAsync();
        stop.Dispose();
    }
}
