using Microsoft.Extensions.Logging.Abstractions;
using MimeKit;
using Recorder.Archive;
using Recorder.Delivery;
using Recorder.Delivery.Outbox;
using Recorder.Ledger;
using Recorder.Smtp;
using Recorder.Tests.Fakes;

namespace Recorder.Tests.Delivery;

public sealed class OutboxTests
{
    private const string Alice = "alice@example.edu", Bob = "bob@example.edu";

    private static readonly RecipientResult Kept = FakeHop.Said(DeliveryOutcome.Accepted, 250, "2.0.0", "kept");

    private static async Task<string> RecordAsync(FlowWorld world, string subject = "Wanted again")
    {
        var reply = Assert.Single(await world.SendAsync(Mails.Message(subject), [Alice], confirm: false));
        world.Hop.Tried.Clear();
        return reply.Text[..36];
    }

    private static Task AskAsync(FlowWorld world, string id, DispatchKind kind = DispatchKind.Resend, string reversePath = "", int round = 1) =>
        world.Ledger.AppendAsync(
            new DispatchRequested(id, kind, Alice, Alice, reversePath, round) { Actor = new Actor("user", Alice), At = world.Time.GetUtcNow() }, CancellationToken.None);

    private static Dispatch Find(FlowWorld world, string id, DispatchKind kind = DispatchKind.Resend, string recipient = Alice) =>
        world.Ledger.State.Get<Dispatch>(StateKeys.Dispatch(id, kind, recipient, 1))!;

    private static async Task RunAllAsync(FlowWorld world)
    {
        foreach (var owed in world.Owed) await world.Attempts.RunAsync(owed, CancellationToken.None);
    }

    [Fact]
    public async Task A_resend_sends_the_exact_bytes_behind_Received_and_trace_to_the_one_mailbox()
    {
        await using var world = await new FlowWorld().StartAsync();
        var id = await RecordAsync(world);
        await AskAsync(world, id);

        await RunAllAsync(world);

        var sent = Assert.Single(world.Hop.Tried);
        Assert.Equal(Mails.Message("Wanted again"), sent.Content);
        Assert.Equal(("", Alice), (sent.Envelope.ReversePath, Assert.Single(sent.Recipients)));
        Assert.Equal(["Received", "X-Recorder-Trace"], sent.Fields.Split("\r\n").Where(line => line.Length > 0 && line[0] != '\t').Select(line => line.Split(':')[0]));
        Assert.Contains("act=resend.1; hop=1;", sent.Fields, StringComparison.Ordinal);
        Assert.Equal((DispatchState.Accepted, "250 2.0.0 kept"), (Find(world, id).State, Find(world, id).LastReply));
        Assert.Empty(world.Owed);
    }

    [Fact]
    public async Task A_resend_through_the_hook_passes_without_being_judged_or_recorded_again()
    {
        await using var world = await new FlowWorld().StartAsync();
        var id = await RecordAsync(world);
        await AskAsync(world, id);
        await RunAllAsync(world);

        var reply = Assert.Single(await world.SendAsync([.. FlowWorld.Bytes("Received: by postfix\r\n"), .. Assert.Single(world.Hop.Tried).Bytes], [Alice], from: ""));

        Assert.Equal((250, id), (reply.Code, reply.Text[..36]));
        Assert.Single(world.Records);
    }

    [Fact]
    public async Task Begun_is_durable_before_the_data_and_the_end_after_the_reply()
    {
        await using var world = await new FlowWorld().StartAsync();
        var id = await RecordAsync(world);
        await AskAsync(world, id);
        IReadOnlyList<LedgerEvent> during = [];
        world.Hop.During = _ => { during = world.Facts; return Task.CompletedTask; };

        await RunAllAsync(world);

        Assert.Equal(1, Assert.IsType<DispatchBegun>(during[^1]).Attempt);
        Assert.Equal(DeliveryOutcome.Accepted, Assert.Single(world.Facts.OfType<DispatchEnded>()).Outcome.Outcome);
    }

    [Fact]
    public async Task When_begun_cannot_be_recorded_nothing_is_sent()
    {
        await using var world = await new FlowWorld().StartAsync();
        var id = await RecordAsync(world);
        await AskAsync(world, id);
        world.Log.FailNextAppend(ArchiveFault.DiskFull);

        await Assert.ThrowsAsync<ArchiveException>(() => RunAllAsync(world));

        Assert.Empty(world.Hop.Tried);
        Assert.Equal(DispatchState.Pending, Assert.Single(world.Owed).State);
    }

    [Fact]
    public async Task A_kill_between_begin_and_end_reads_may_have_arrived_and_goes_out_again_under_the_same_trace()
    {
        await using var world = await new FlowWorld().StartAsync();
        var id = await RecordAsync(world);
        await AskAsync(world, id);
        world.Hop.During = _ => throw new InvalidOperationException("killed");
        await Assert.ThrowsAsync<InvalidOperationException>(() => RunAllAsync(world));

        await world.RestartAsync();
        Assert.Equal(DispatchState.Begun, Find(world, id).State);
        world.Hop.During = _ => Task.CompletedTask;
        using var worker = world.Worker();
        await worker.StartAsync(CancellationToken.None);
        await WaitUntil.Async(() => Find(world, id).State == DispatchState.Accepted);
        await worker.StopAsync(CancellationToken.None);

        Assert.Equal(2, Find(world, id).Attempts);
        Assert.Contains("act=resend.1; hop=1", Assert.Single(world.Hop.Tried).Fields, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_a_clock_that_was_days_ahead_has_planned_does_not_wait_for_that_day()
    {
        await using var world = await new FlowWorld().StartAsync();
        var id = await RecordAsync(world);
        var right = world.Time.GetUtcNow();
        world.Time.AdjustTime(right.AddDays(4));
        await AskAsync(world, id);
        world.Hop.Answer = _ => FakeHop.Deferred;
        await RunAllAsync(world);
        world.Hop.Answer = _ => Kept;

        world.Time.AdjustTime(right);
        using var worker = world.Worker();
        await worker.StartAsync(CancellationToken.None);
        await WaitUntil.Async(() => Find(world, id).State == DispatchState.Accepted);
        await worker.StopAsync(CancellationToken.None);
    }

    [Fact]
    public async Task A_next_hop_that_never_answers_keeps_no_other_ones_mail_waiting()
    {
        await using var world = new FlowWorld();
        var slow = new FakeHop("slow.test");
        world.Routes = new Routes(
            new Route([world.Hop], world.Time, NullLogger<Route>.Instance),
            new Dictionary<string, Route> { ["slow.example"] = new Route([slow], world.Time, NullLogger<Route>.Instance) });
        await world.StartAsync();
        var id = await RecordAsync(world);
        var hangs = new TaskCompletionSource();
        slow.During = _ => hangs.Task;
        for (var i = 0; i < 3 * OutboxWorker.MaxPerRoute; i++)
        {
            await world.Ledger.AppendAsync(new DispatchRequested(id, DispatchKind.Resend, $"user{i}@slow.example", Alice, "", 1) { Actor = new Actor("user", Alice), At = world.Time.GetUtcNow() }, CancellationToken.None);
        }
        using var worker = world.Worker();
        await worker.StartAsync(CancellationToken.None);
        await WaitUntil.Async(() => world.Facts.OfType<DispatchBegun>().Count() == OutboxWorker.MaxPerRoute);

        await AskAsync(world, id);
        await WaitUntil.Async(() => Find(world, id).State == DispatchState.Accepted);
        Assert.Equal(OutboxWorker.MaxPerRoute, world.Facts.OfType<DispatchBegun>().Count(begun => begun.Recipient != Alice));

        hangs.SetResult();
        await WaitUntil.Async(() => world.Owed.Count == 0);
        await worker.StopAsync(CancellationToken.None);
    }

    [Fact]
    public async Task The_worker_sends_what_is_asked_while_it_runs()
    {
        await using var world = await new FlowWorld().StartAsync();
        var id = await RecordAsync(world);
        using var worker = world.Worker();
        await worker.StartAsync(CancellationToken.None);

        await AskAsync(world, id);
        await WaitUntil.Async(() => Find(world, id).State == DispatchState.Accepted);
        await AskAsync(world, id, DispatchKind.Release);
        await WaitUntil.Async(() => Find(world, id, DispatchKind.Release).State == DispatchState.Accepted);

        await worker.StopAsync(CancellationToken.None);
        Assert.Equal(2, world.Hop.Tried.Count);
    }

    [Fact]
    public async Task A_deferred_dispatch_is_tried_again_when_it_is_due()
    {
        await using var world = await new FlowWorld().StartAsync();
        var id = await RecordAsync(world);
        world.Hop.Answer = _ => FakeHop.Deferred;
        using var worker = world.Worker();
        await worker.StartAsync(CancellationToken.None);
        await AskAsync(world, id);
        await WaitUntil.Async(() => Find(world, id).Attempts == 1 && Find(world, id).LastReply is not null);
        Assert.Equal((DispatchState.Pending, "450 4.2.1 mailbox busy"), (Find(world, id).State, Find(world, id).LastReply));

        world.Hop.Answer = _ => Kept;
        // The worker may not sleep yet when the clock moves, so it moves until the attempt comes.
        await WaitUntil.Async(() => { world.Time.Advance(TimeSpan.FromSeconds(10)); return Find(world, id).State == DispatchState.Accepted; });

        Assert.True(world.Time.GetUtcNow() - Find(world, id).RequestedAt >= TimeSpan.FromSeconds(54));
        await worker.StopAsync(CancellationToken.None);
    }

    [Fact]
    public async Task Everything_that_is_owed_goes_out_however_much_it_is()
    {
        await using var world = await new FlowWorld().StartAsync();
        var id = await RecordAsync(world);
        for (var round = 1; round <= 100; round++) await AskAsync(world, id, DispatchKind.Release, round: round);
        using var worker = world.Worker();
        await worker.StartAsync(CancellationToken.None);
        await WaitUntil.Async(() => world.Owed.Count == 0);
        await worker.StopAsync(CancellationToken.None);

        Assert.Equal(100, world.Hop.Tried.Count);
        Assert.Empty(world.Ledger.State.Range<Dispatch>(StateKeys.DueAll(awaited: true)));
        Assert.Empty(world.Ledger.State.Range<Dispatch>(StateKeys.DueAll(awaited: false)));
    }

    [Fact]
    public async Task A_refusal_ends_a_resend_with_the_next_hops_words_and_without_a_bounce()
    {
        await using var world = await new FlowWorld().StartAsync();
        var id = await RecordAsync(world);
        await AskAsync(world, id);
        world.Hop.Answer = _ => FakeHop.Refused;

        await RunAllAsync(world);

        Assert.Equal((DispatchState.Failed, "550 5.1.1 no such user"), (Find(world, id).State, Find(world, id).LastReply));
        Assert.Empty(world.Owed);
    }

    [Fact]
    public async Task A_record_that_is_gone_ends_the_dispatch_with_the_reason()
    {
        await using var world = await new FlowWorld().StartAsync();
        var id = await RecordAsync(world);
        await AskAsync(world, id);
        Assert.True(RecordId.TryParse(id, out var record));
        world.Log.RemoveContent(record);

        await RunAllAsync(world);

        Assert.Equal(DispatchState.Failed, Find(world, id).State);
        Assert.Contains("cannot be read", Find(world, id).LastReply, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_leftover_that_is_refused_ends_in_a_report_to_the_sender()
    {
        await using var world = await new FlowWorld().StartAsync();
        world.Hop.Answer = one => one == Bob ? FakeHop.Refused : Kept;
        var reply = Assert.Single(await world.SendAsync(Mails.Message("Partly"), [Alice, Bob], SmtpProtocol.Smtp));
        var id = reply.Text[..36];
        world.Hop.Tried.Clear();

        await RunAllAsync(world);
        Assert.Equal(DispatchState.Failed, Find(world, id, DispatchKind.Leftover, Bob).State);
        Assert.Equal(DispatchKind.Bounce, Assert.Single(world.Owed).Kind);
        world.Hop.Tried.Clear();
        await RunAllAsync(world);

        var bounce = Assert.Single(world.Hop.Tried);
        Assert.Equal(("", "sender@example.org"), (bounce.Envelope.ReversePath, Assert.Single(bounce.Recipients)));
        Assert.Equal("", bounce.Fields);
        CheckReport(bounce.Content, id);
        Assert.Empty(world.Owed);
    }

    private static void CheckReport(byte[] bytes, string id)
    {
        using var message = MimeMessage.Load(new MemoryStream(bytes));
        var report = Assert.IsType<MultipartReport>(message.Body);
        Assert.Equal("delivery-status", report.ReportType);
        var status = Assert.IsType<MessageDeliveryStatus>(report[1]);
        Assert.Equal("dns; mx.test", status.StatusGroups[0]["Reporting-MTA"]);
        Assert.Equal("rfc822; bob@example.edu", status.StatusGroups[1]["Final-Recipient"]);
        Assert.Equal(("failed", "5.1.1"), (status.StatusGroups[1]["Action"], status.StatusGroups[1]["Status"]));
        Assert.Equal("smtp; 550 5.1.1 no such user", status.StatusGroups[1]["Diagnostic-Code"]);
        Assert.Equal("text/rfc822-headers", report[2].ContentType.MimeType);
        var headers = new StreamReader(((MimePart)report[2]).Content!.Open()).ReadToEnd();
        Assert.Contains("Subject: Partly", headers, StringComparison.Ordinal);
        Assert.DoesNotContain("Hello.", headers, StringComparison.Ordinal);
        Assert.Contains(id, ((TextPart)report[0]).Text, StringComparison.Ordinal);
        Assert.Contains("郵件無法送達", ((TextPart)report[0]).Text, StringComparison.Ordinal);
        Assert.Equal("auto-replied", message.Headers["Auto-Submitted"]);
        Assert.DoesNotContain(bytes, one => one > 127);
    }

    [Fact]
    public async Task A_report_is_never_sent_to_the_null_reverse_path()
    {
        await using var world = await new FlowWorld().StartAsync();
        world.Hop.Answer = one => one == Bob ? FakeHop.Refused : Kept;
        await world.SendAsync(Mails.Message("Report"), [Alice, Bob], SmtpProtocol.Smtp, from: "");

        await RunAllAsync(world);

        Assert.Empty(world.Owed);
        Assert.DoesNotContain(world.Facts.OfType<DispatchRequested>(), one => one.Kind == DispatchKind.Bounce);
    }

    [Fact]
    public async Task A_leftover_waits_while_an_administrator_holds_the_message()
    {
        await using var world = await new FlowWorld().StartAsync();
        world.Hop.Answer = recipient => recipient == Bob ? FakeHop.Deferred : Kept;
        var id = Assert.Single(await world.SendAsync(Mails.Message("Campaign"), [Alice, Bob], SmtpProtocol.Smtp)).Text[..36];
        await HoldAsync(isLifted: false);
        world.Hop.Answer = _ => Kept;
        world.Hop.Tried.Clear();
        await RunAllAsync(world);
        Assert.Empty(world.Hop.Tried);
        Assert.Equal(DispatchState.Pending, Find(world, id, DispatchKind.Leftover, Bob).State);
        await HoldAsync(isLifted: true);
        await RunAllAsync(world);
        Assert.Equal([Bob], Assert.Single(world.Hop.Tried).Recipients);
        Assert.Equal(DispatchState.Accepted, Find(world, id, DispatchKind.Leftover, Bob).State);

        Task HoldAsync(bool isLifted) => world.Ledger.AppendAsync(
            new CampaignActed("c", CampaignAct.Hold, isLifted, "phish", [id]) { Actor = new Actor("admin", "root@example.edu"), At = world.Time.GetUtcNow() }, CancellationToken.None);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)] // met while the bytes are on their way
    public async Task A_leftover_that_cannot_be_read_waits_for_the_copy_that_is_put_back(bool whileSending)
    {
        var (world, id) = await DeferredAsync();
        await using var _ = world;
        if (whileSending) world.Hop.During = _ => throw new ArchiveException(ArchiveFault.Damaged, "bit rot");
        else world.Log.DamageContent(Parsed(id));

        await RunAllAsync(world);
        Assert.Equal(DispatchState.Pending, Find(world, id, DispatchKind.Leftover, Bob).State);
        Assert.Contains("cannot be read now", Find(world, id, DispatchKind.Leftover, Bob).LastReply, StringComparison.Ordinal);

        if (whileSending) world.Hop.During = _ => Task.CompletedTask;
        else world.Log.RepairContent(Parsed(id));
        await RunAllAsync(world);
        Assert.Equal(DispatchState.Accepted, Find(world, id, DispatchKind.Leftover, Bob).State);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Its_sender_hears_of_a_leftover_that_could_never_be_read(bool isGone)
    {
        var (world, id) = await DeferredAsync();
        await using var _ = world;
        if (isGone) world.Log.RemoveContent(Parsed(id));
        else world.Log.DamageContent(Parsed(id));
        world.Time.Advance(FlowWorld.GiveUpAfter);
        await RunAllAsync(world);
        Assert.Equal(DispatchState.Failed, Find(world, id, DispatchKind.Leftover, Bob).State);
        world.Hop.Tried.Clear();
        await RunAllAsync(world);

        var bounce = Assert.Single(world.Hop.Tried);
        Assert.Equal("sender@example.org", Assert.Single(bounce.Recipients));
        using var message = MimeMessage.Load(new MemoryStream(bounce.Content));
        var report = Assert.IsType<MultipartReport>(message.Body);
        Assert.Equal(2, report.Count); // nothing to quote
        Assert.Equal("5.3.0", Assert.IsType<MessageDeliveryStatus>(report[1]).StatusGroups[1]["Status"]);
        Assert.DoesNotContain("content of", ((TextPart)report[0]).Text, StringComparison.Ordinal);
        Assert.Empty(world.Owed);
    }

    private static RecordId Parsed(string id) => RecordId.TryParse(id, out var record) ? record : throw new FormatException(id);

    /// <summary>A message that Alice has, and that Bob is still owed; from now on the next hop takes everything.</summary>
    private static async Task<(FlowWorld World, string Id)> DeferredAsync()
    {
        var world = await new FlowWorld().StartAsync();
        world.Hop.Answer = one => one == Bob ? FakeHop.Deferred : Kept;
        var id = Assert.Single(await world.SendAsync(Mails.Message("Slow"), [Alice, Bob], SmtpProtocol.Smtp)).Text[..36];
        world.Hop.Answer = _ => Kept;
        world.Hop.Tried.Clear();
        return (world, id);
    }

    [Fact]
    public async Task A_leftover_is_given_up_after_five_days()
    {
        await using var world = await new FlowWorld().StartAsync();
        world.Hop.Answer = one => one == Bob ? FakeHop.Deferred : Kept;
        await world.SendAsync(Mails.Message("Slow"), [Alice, Bob], SmtpProtocol.Smtp);

        await RunAllAsync(world);
        Assert.Equal(DispatchKind.Leftover, Assert.Single(world.Owed).Kind);
        world.Time.Advance(FlowWorld.GiveUpAfter);
        await RunAllAsync(world);

        Assert.Equal(DispatchKind.Bounce, Assert.Single(world.Owed).Kind);
    }

    [Fact]
    public void Pauses_grow_to_an_hour_with_a_little_jitter()
    {
        var start = DateTimeOffset.UnixEpoch;
        var backoff = new Backoff(new Random(7), FlowWorld.GiveUpAfter);
        int[] minutes = [1, 2, 5, 15, 30, 60, 60, 60];
        foreach (var (expected, index) in minutes.Select((minute, index) => (minute, index)))
        {
            var pause = (backoff.NextAttempt(start, index + 1, start)!.Value - start).TotalMinutes;
            Assert.InRange(pause, expected * 0.9, expected * 1.1);
        }
        Assert.Null(backoff.NextAttempt(start, 9, start + FlowWorld.GiveUpAfter));
    }

    [Fact]
    public async Task Bytes_that_turn_out_damaged_while_they_are_sent_end_the_dispatch()
    {
        await using var world = await new FlowWorld().StartAsync();
        var id = await RecordAsync(world);
        await AskAsync(world, id);
        world.Hop.During = _ => throw new ArchiveException(ArchiveFault.Damaged, "bit rot");

        await RunAllAsync(world);

        Assert.Equal(DispatchState.Failed, Find(world, id).State);
        Assert.Contains("bit rot", Find(world, id).LastReply, StringComparison.Ordinal);
        Assert.Empty(world.Owed);
    }

    [Theory]
    [InlineData("a..b@example.org")]
    [InlineData(".a.@example.org")]
    [InlineData("\"a b\"@example.org")]
    [InlineData("\"a\\\"b\"@example.org")]
    [InlineData("a@[192.0.2.1]")]
    [InlineData("a@[x/y]")]
    [InlineData("a@-b_c-")]
    [InlineData("用戶@example.org")]
    public async Task A_report_goes_to_any_reverse_path_that_was_accepted(string sender)
    {
        await using var world = await new FlowWorld().StartAsync();
        world.Hop.Answer = one => one == Bob ? FakeHop.Refused : Kept;
        await world.SendAsync(Mails.Message("Partly"), [Alice, Bob], SmtpProtocol.Smtp, from: sender);
        await RunAllAsync(world);
        Assert.Equal(DispatchKind.Bounce, Assert.Single(world.Owed).Kind);
        world.Hop.Tried.Clear();

        await RunAllAsync(world);

        Assert.Equal(sender, Assert.Single(Assert.Single(world.Hop.Tried).Recipients));
    }

    [Fact]
    public async Task What_cannot_be_made_ready_is_tried_later_and_given_up_in_the_end()
    {
        await using var world = await new FlowWorld().StartAsync();
        var id = await RecordAsync(world);
        await AskAsync(world, id);
        world.Hop.During = _ => throw new IOException("input/output error");

        await RunAllAsync(world);
        Assert.Equal(DispatchState.Pending, Find(world, id).State);
        Assert.True(Find(world, id).NextAttemptAt > world.Time.GetUtcNow());
        world.Time.Advance(FlowWorld.GiveUpAfter);
        await RunAllAsync(world);

        Assert.Equal(DispatchState.Failed, Find(world, id).State);
    }

    [Theory]
    [InlineData(530, "5.7.0")]
    [InlineData(535, "5.7.8")]
    public async Task A_refusal_of_our_own_session_is_ours_to_fix_and_no_reason_to_give_up(int code, string enhanced)
    {
        await using var world = await new FlowWorld().StartAsync();
        var id = await RecordAsync(world);
        await AskAsync(world, id);
        world.Hop.Answer = _ => FakeHop.Said(DeliveryOutcome.PermanentFailure, code, enhanced, "authentication required");

        await RunAllAsync(world);

        Assert.Equal(DispatchState.Pending, Find(world, id).State);
    }
}
