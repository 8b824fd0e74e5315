using MimeKit;
using Recorder.Delivery.Outbox;
using Recorder.Ledger;
using Recorder.Smtp;
using Recorder.Tests.Fakes;

namespace Recorder.Tests.Delivery;

public sealed class OutboxDeskTests
{
    private const string Alice = "alice@example.edu", Other = "alice.wang@example.edu", Bob = "bob@example.edu";

    private static readonly Actor Admin = new("admin", "admin@example.edu", "127.0.0.1");

    private static OutboxDesk DeskOf(FlowWorld world) => new(world.Ledger, world.Routes, world.Reports, world.Time);

    private static async Task<string> RecordAsync(FlowWorld world) =>
        Assert.Single(await world.SendAsync(Mails.Message("Wanted again"), [Alice])).Text[..36];

    private static Task<Recorded<LedgerEvent>> AskAsync(FlowWorld world, string id, string recipient = Alice, DispatchKind kind = DispatchKind.Resend, int round = 0) =>
        world.Ledger.AppendAsync(
            new DispatchRequested(id, kind, recipient, recipient, "", round) { Actor = new Actor("user", Alice), At = world.Time.GetUtcNow() }, CancellationToken.None);

    private static Task<Recorded<LedgerEvent>> AddAccountAsync(FlowWorld world, params string[] addresses) => world.Ledger.AppendAsync(
        new AccountSet(new Account(Alice, "", null, false, false, [.. addresses.Select(one => new OwnedAddress(one, null, null))], world.Time.GetUtcNow()))
        {
            Actor = Admin, At = world.Time.GetUtcNow(),
        },
        CancellationToken.None);

    private static async Task RunDueAsync(FlowWorld world)
    {
        foreach (var owed in world.Owed.Where(one => one.Kind != DispatchKind.Notice)) await world.Attempts.RunAsync(owed, CancellationToken.None);
    }

    private static List<Dispatch> Problems(FlowWorld world) => [.. world.Ledger.State.Range<Dispatch>(OutboxKeys.ProblemsOf(Alice)).Select(pair => pair.Value)];

    [Fact]
    public async Task What_waits_is_paged_the_longest_waiting_first_with_its_last_words_and_destination()
    {
        await using var world = await new FlowWorld().StartAsync();
        var id = await RecordAsync(world);
        world.Hop.Answer = _ => FakeHop.Deferred;
        // The newest record waits longest: order is by when it was asked for.
        foreach (var recipient in new[] { "c@example.edu", "a@example.edu", "b@example.edu" })
        {
            await AskAsync(world, id, recipient);
            world.Time.Advance(TimeSpan.FromMinutes(1));
        }

        await RunDueAsync(world);
        var desk = DeskOf(world);
        var first = desk.List(2, null);
        var second = desk.List(2, first.Next);

        Assert.Equal(["c@example.edu", "a@example.edu", "b@example.edu"], first.Items.Concat(second.Items).Select(row => row.Dispatch.Recipient));
        Assert.Equal((3, 3, null), (first.Total, second.Total, second.Next));
        Assert.Equal(("450 4.2.1 mailbox busy", 1), (first.Items[0].Dispatch.LastReply, first.Items[0].Dispatch.Attempts));
        Assert.Equal(world.Hop.Endpoint.ToString(), first.Items[0].Destination);
        Assert.Equal(3, desk.List(2, "no cursor at all").Total);
    }

    [Fact]
    public async Task Try_now_makes_it_due_and_the_worker_takes_it_at_once()
    {
        await using var world = await new FlowWorld().StartAsync();
        var id = await RecordAsync(world);
        world.Hop.Answer = _ => FakeHop.Deferred;
        await AskAsync(world, id);
        await RunDueAsync(world);
        var row = Assert.Single(DeskOf(world).List(10, null).Items);
        Assert.True(row.Dispatch.NextAttemptAt > world.Time.GetUtcNow());
        world.Hop.Answer = _ => FakeHop.Said(DeliveryOutcome.Accepted, 250, "2.0.0", "kept");
        using var worker = world.Worker();
        await worker.StartAsync(CancellationToken.None);

        await DeskOf(world).RetryAsync(Admin, row.Id, CancellationToken.None);
        await WaitUntil.Async(() => world.Owed.Count == 0);
        await worker.StopAsync(CancellationToken.None);

        Assert.Equal(Admin, Assert.Single(world.Facts.OfType<DispatchHastened>()).Actor);
        var over = await Assert.ThrowsAsync<ActRefusedException>(() => DeskOf(world).RetryAsync(Admin, row.Id, CancellationToken.None));
        Assert.Equal("not-waiting", over.Code);
        Assert.Null(await DeskOf(world).RetryAsync(Admin, id + "~0000000000000000", CancellationToken.None));
        Assert.Null(await DeskOf(world).RetryAsync(Admin, "../..", CancellationToken.None));
    }

    [Fact]
    public async Task Giving_up_a_senders_message_owes_the_report_and_nothing_more_is_tried()
    {
        await using var world = await new FlowWorld().StartAsync();
        world.Hop.Answer = one => one == Bob ? FakeHop.Deferred : FakeHop.Said(DeliveryOutcome.Accepted, 250, "2.0.0", "kept");
        await world.SendAsync(Mails.Message("Slow"), [Alice, Bob], SmtpProtocol.Smtp);
        var row = Assert.Single(DeskOf(world).List(10, null).Items);
        var noReason = await Assert.ThrowsAsync<ActRefusedException>(() => DeskOf(world).GiveUpAsync(Admin, row.Id, " \r\n", CancellationToken.None));
        Assert.Equal("no-reason", noReason.Code);

        var ended = await DeskOf(world).GiveUpAsync(Admin, row.Id, "信箱已關閉", CancellationToken.None);

        Assert.Equal((DispatchState.Failed, "信箱已關閉"), (ended!.Dispatch.State, ended.Dispatch.GivenUp));
        Assert.Equal(DispatchKind.Bounce, Assert.Single(world.Owed).Kind);
        await world.RestartAsync();
        Assert.Equal(DispatchKind.Bounce, Assert.Single(world.Owed).Kind);
    }

    [Fact]
    public async Task What_was_given_up_before_its_data_is_not_sent_and_what_arrived_all_the_same_is_accepted()
    {
        await using var world = await new FlowWorld().StartAsync();
        var id = await RecordAsync(world);
        world.Hop.Tried.Clear();
        await AskAsync(world, id);
        var dispatch = Assert.Single(world.Owed);
        await DeskOf(world).GiveUpAsync(Admin, Assert.Single(DeskOf(world).List(10, null).Items).Id, "wrong one", CancellationToken.None);

        await world.Attempts.RunAsync(dispatch, CancellationToken.None);

        Assert.Empty(world.Facts.OfType<DispatchBegun>());
        Assert.Empty(world.Owed);
        await EndAsync(world, dispatch, DeliveryOutcome.TransientFailure, world.Time.GetUtcNow());
        Assert.Empty(world.Owed);
        await EndAsync(world, dispatch, DeliveryOutcome.Accepted, null);
        Assert.Equal(DispatchState.Accepted, world.Ledger.State.Get<Dispatch>(StateKeys.Dispatches + OutboxKeys.Of(dispatch))!.State);
    }

    [Fact]
    public async Task One_that_is_under_way_cannot_be_given_up()
    {
        await using var world = await new FlowWorld().StartAsync();
        var id = await RecordAsync(world);
        await AskAsync(world, id);
        var row = Assert.Single(DeskOf(world).List(10, null).Items);
        world.Hop.During = async _ =>
            Assert.Equal("under-way", (await Assert.ThrowsAsync<ActRefusedException>(() => DeskOf(world).GiveUpAsync(Admin, row.Id, "now", CancellationToken.None))).Code);

        await RunDueAsync(world);

        Assert.Empty(world.Owed);
        Assert.Empty(world.Facts.OfType<DispatchGivenUp>());
    }

    [Fact]
    public async Task Who_asked_finds_what_failed_until_asking_anew_and_is_told_at_another_mailbox()
    {
        await using var world = await new FlowWorld().StartAsync();
        await AddAccountAsync(world, Alice, Other);
        var id = await RecordAsync(world);
        world.Hop.Answer = one => one == Alice ? FakeHop.Said(DeliveryOutcome.PermanentFailure, 550, "5.1.1", "no such user") : FakeHop.Said(DeliveryOutcome.Accepted, 250, "2.0.0", "kept");
        await AskAsync(world, id);
        await RunDueAsync(world);

        Assert.Equal("550 5.1.1 no such user", Assert.Single(Problems(world)).LastReply);
        var notice = Assert.Single(world.Owed);
        Assert.Equal((DispatchKind.Notice, Other, ""), (notice.Kind, notice.Recipient, notice.ReversePath));
        world.Hop.Tried.Clear();
        await world.Attempts.RunAsync(notice, CancellationToken.None);
        var sent = Assert.Single(world.Hop.Tried);
        var mail = await MimeMessage.LoadAsync(new MemoryStream(sent.Content));
        Assert.Equal(("", Other), (sent.Envelope.ReversePath, Assert.Single(sent.Recipients)));
        Assert.Equal("auto-generated", mail.Headers["Auto-Submitted"]);
        Assert.Contains("550 5.1.1 no such user", mail.TextBody);
        Assert.Contains("Wanted again", mail.TextBody);

        await AskAsync(world, id, round: 1);
        Assert.Empty(Problems(world));
        await RunDueAsync(world);
        Assert.Equal(1, Assert.Single(Problems(world)).Round);
        Assert.Equal(2, world.Facts.OfType<DispatchRequested>().Count(one => one.Kind == DispatchKind.Notice));
    }

    [Fact]
    public async Task No_notice_goes_to_the_mailbox_that_failed_nor_when_it_arrived_after_all()
    {
        await using var world = await new FlowWorld().StartAsync();
        await AddAccountAsync(world, Alice);
        var id = await RecordAsync(world);
        world.Hop.Answer = _ => FakeHop.Said(DeliveryOutcome.PermanentFailure, 550, "5.1.1", "no such user");
        await AskAsync(world, id);
        await RunDueAsync(world);
        Assert.Empty(world.Owed);
        Assert.Single(Problems(world));

        await AddAccountAsync(world, Alice, Other);
        await AskAsync(world, id, kind: DispatchKind.Release);
        var release = Assert.Single(world.Owed);
        await world.Reports.OweAsync(release, CancellationToken.None);
        await world.Reports.OweAsync(release, CancellationToken.None);
        var notice = Assert.Single(world.Owed, one => one.Kind == DispatchKind.Notice);
        await EndAsync(world, release, DeliveryOutcome.Accepted, null);
        world.Hop.Tried.Clear();
        await world.Attempts.RunAsync(notice, CancellationToken.None);
        Assert.Empty(world.Hop.Tried);
    }

    [Fact]
    public async Task The_worker_sends_no_notice_before_the_delivery_has_ended()
    {
        await using var world = await new FlowWorld().StartAsync();
        await AddAccountAsync(world, Alice, Other);
        var id = await RecordAsync(world);
        world.Hop.Answer = one => one == Alice ? FakeHop.Deferred : FakeHop.Said(DeliveryOutcome.Accepted, 250, "2.0.0", "kept");
        await AskAsync(world, id);
        await world.Reports.OweAsync(Assert.Single(world.Owed), CancellationToken.None);
        using var worker = world.Worker();
        await worker.StartAsync(CancellationToken.None);
        await WaitUntil.Async(() => world.Facts.OfType<DispatchEnded>().Any());
        Assert.DoesNotContain(world.Facts.OfType<DispatchBegun>(), begun => begun.Kind == DispatchKind.Notice);

        await DeskOf(world).GiveUpAsync(Admin, DeskOf(world).List(9, null).Items.Single(row => row.Dispatch.Kind == DispatchKind.Resend).Id, "gone", CancellationToken.None);
        await WaitUntil.Async(() => world.Owed.Count == 0);
        await worker.StopAsync(CancellationToken.None);
        Assert.Contains("gone", (await MimeMessage.LoadAsync(new MemoryStream(world.Hop.Tried.Last().Content))).TextBody);
    }

    private static Task EndAsync(FlowWorld world, Dispatch dispatch, DeliveryOutcome outcome, DateTimeOffset? next) => world.Ledger.AppendAsync(
        new DispatchEnded(dispatch.RecordId, dispatch.Kind, dispatch.Round, 1, new RecipientOutcome(dispatch.Recipient, dispatch.Mailbox, outcome, "smtp://next:25", "said"), next)
        {
            Actor = Actor.System("outbox"), At = world.Time.GetUtcNow(),
        },
        CancellationToken.None);
}
