using Recorder.Archive;
using Recorder.Delivery.Outbox;
using Recorder.Ledger;
using Recorder.Smtp;
using Recorder.Tests.Fakes;

namespace Recorder.Tests.Delivery;

/// <summary>The outbox puts mail into folders with the same promises as it delivers.</summary>
public sealed class AppendTests
{
    private const string Alice = "alice@example.edu";
    private static readonly Actor Admin = new("admin", "admin@example.edu");

    private static async Task<(FlowWorld World, string Id)> AskedAsync(MailboxPeer peer, DispatchKind kind = DispatchKind.Append)
    {
        var world = await new FlowWorld { Mailboxes = peer.Servers }.StartAsync();
        var id = Assert.Single(await world.SendAsync(Mails.Message("Wanted again"), [Alice], confirm: false)).Text[..36];
        world.Hop.Tried.Clear();
        await world.Ledger.AppendAsync(
            new DispatchRequested(id, kind, Alice, Alice, "", 1, Into: new MailboxFolder(Alice, "INBOX")) { Actor = new Actor("user", Alice), At = world.Time.GetUtcNow() }, CancellationToken.None);
        return (world, id);
    }

    private static Dispatch Find(FlowWorld world, string id, DispatchKind kind = DispatchKind.Append) => world.Ledger.State.Get<Dispatch>(StateKeys.Dispatch(id, kind, Alice, 1))!;

    private static Task RunAsync(FlowWorld world) => world.Attempts.RunAsync(Assert.Single(world.Owed), CancellationToken.None);

    [Theory]
    [InlineData(DispatchKind.Append)]
    [InlineData(DispatchKind.Release)]
    public async Task The_recorded_bytes_go_into_the_folder_and_nothing_to_the_next_hop(DispatchKind kind)
    {
        await using var peer = new MailboxPeer();
        var (world, id) = await AskedAsync(peer, kind);
        await using var _ = world;
        await RunAsync(world);
        Assert.Equal(Mails.Message("Wanted again"), Assert.Single(peer.Kept).Bytes);
        Assert.Empty(world.Hop.Tried);
        var ended = Find(world, id, kind);
        Assert.Equal((DispatchState.Accepted, $"imap://127.0.0.1:{peer.Port}", "OK [APPENDUID 1 1] kept"), (ended.State, ended.NextHop, ended.LastReply));
        Assert.Equal(["DispatchRequested", "DispatchBegun", "DispatchEnded"], world.Facts.TakeLast(3).Select(fact => fact.GetType().Name));
    }

    [Fact]
    public async Task A_full_mailbox_waits_and_one_that_never_takes_it_is_given_up_and_told()
    {
        await using var peer = new MailboxPeer { Instead = line => line.StartsWith("APPEND", StringComparison.Ordinal) ? "{tag} NO [OVERQUOTA] full" : null };
        var (world, id) = await AskedAsync(peer);
        await using var _ = world;
        await RunAsync(world);
        Assert.Equal((DispatchState.Pending, "NO [OVERQUOTA] full", world.Time.GetUtcNow().AddMinutes(1)), (Find(world, id).State, Find(world, id).LastReply, Rounded(Find(world, id).NextAttemptAt!.Value, world)));
        Assert.DoesNotContain(world.Facts, fact => fact is DispatchBegun);
        world.Time.Advance(FlowWorld.GiveUpAfter);
        await RunAsync(world);
        Assert.Equal(DispatchState.Failed, Find(world, id).State);
    }

    private static DateTimeOffset Rounded(DateTimeOffset at, FlowWorld world) => world.Time.GetUtcNow().AddMinutes(Math.Round((at - world.Time.GetUtcNow()).TotalMinutes));

    [Fact]
    public async Task What_the_server_refuses_for_good_is_over_at_once()
    {
        await using var peer = new MailboxPeer { Instead = line => line.StartsWith("APPEND", StringComparison.Ordinal) ? "{tag} NO [NOPERM] not yours" : null };
        var (world, id) = await AskedAsync(peer);
        await using var _ = world;
        await RunAsync(world);
        Assert.Equal((DispatchState.Failed, 1), (Find(world, id).State, Find(world, id).Attempts));
        Assert.Empty(world.Owed);
    }

    [Fact]
    public async Task A_break_before_the_last_answer_reads_may_have_arrived_and_is_put_there_again()
    {
        await using var peer = new MailboxPeer { DiesBeforeAnswer = true };
        var (world, id) = await AskedAsync(peer);
        await using var _ = world;
        await RunAsync(world);
        Assert.Equal(DispatchState.Begun, Find(world, id).State);
        peer.DiesBeforeAnswer = false;
        await RunAsync(world);
        Assert.Equal((DispatchState.Accepted, 2, 2), (Find(world, id).State, Find(world, id).Attempts, peer.Kept.Count));
    }

    [Fact]
    public async Task A_kill_between_the_message_and_its_outcome_loses_no_wish()
    {
        await using var peer = new MailboxPeer();
        var (world, id) = await AskedAsync(peer);
        await using var _ = world;
        // The log is gone from the moment the message is wanted: neither begun nor an end can be written.
        world.Log.FailNextAppend(ArchiveFault.DiskFull);
        await Assert.ThrowsAsync<ArchiveException>(() => RunAsync(world));
        Assert.Empty(peer.Kept);

        await world.RestartAsync();
        using var worker = world.Worker();
        await worker.StartAsync(CancellationToken.None);
        await WaitUntil.Async(() => Find(world, id).State == DispatchState.Accepted);
        await worker.StopAsync(CancellationToken.None);
        Assert.Single(peer.Kept);
    }

    [Fact]
    public async Task A_wish_that_is_given_up_while_the_server_makes_up_its_mind_sends_nothing()
    {
        await using var peer = new MailboxPeer();
        var (world, id) = await AskedAsync(peer);
        await using var _ = world;
        var owed = Assert.Single(world.Owed);
        var desk = new OutboxDesk(world.Ledger, world.Routes, world.Reports, world.Time, world.Mailboxes);
        var row = Assert.Single(desk.List(10, null).Items);
        Assert.Equal($"imap://127.0.0.1:{peer.Port}", row.Destination);
        await desk.GiveUpAsync(Admin, row.Id, "not needed", CancellationToken.None);
        await world.Attempts.RunAsync(owed, CancellationToken.None);
        Assert.Empty(peer.Kept);
        Assert.Equal("not needed", Find(world, id).GivenUp);
    }

    [Fact]
    public async Task What_an_administrator_holds_since_is_not_put_there()
    {
        await using var peer = new MailboxPeer();
        var (world, id) = await AskedAsync(peer);
        await using var _ = world;
        world.Time.Advance(TimeSpan.FromSeconds(1));
        await world.Ledger.AppendAsync(new CampaignActed("c", CampaignAct.Hold, false, "why", [id]) { Actor = Admin, At = world.Time.GetUtcNow() }, CancellationToken.None);
        await RunAsync(world);
        Assert.Equal((DispatchState.Failed, "an administrator holds this message"), (Find(world, id).State, Find(world, id).LastReply));
        Assert.Empty(peer.Lines);
    }

    [Fact]
    public async Task A_server_that_is_set_no_more_is_waited_for()
    {
        await using var peer = new MailboxPeer();
        var (world, id) = await AskedAsync(peer);
        await using var _ = world;
        await using var other = await new FlowWorld().StartAsync();
        var messages = new DispatchMessages(world.Archive, world.Ledger, new Recorder.Delivery.Trace.TraceFields("mx.test", world.Signer), new BounceReport("mx.test"), world.Time);
        var attempts = new DispatchAttempt(
            world.Ledger, messages, world.Reports, new Recorder.Delivery.Deliverer(world.Routes), new Backoff(new Random(1), FlowWorld.GiveUpAfter), world.Time, other.Metrics,
            Microsoft.Extensions.Logging.Abstractions.NullLogger<DispatchAttempt>.Instance);
        await attempts.RunAsync(Assert.Single(world.Owed), CancellationToken.None);
        Assert.Equal((DispatchState.Pending, "no mailbox server is set for this address"), (Find(world, id).State, Find(world, id).LastReply));
    }
}
