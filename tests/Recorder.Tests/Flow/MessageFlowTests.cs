using Recorder.Archive;
using Recorder.Flow;
using Recorder.Intake;
using Recorder.Ledger;
using Recorder.Smtp;
using Recorder.Tests.Fakes;

namespace Recorder.Tests.Flow;

public sealed class MessageFlowTests
{
    private const string Alice = "alice@example.edu", Bob = "bob@example.edu", Carol = "carol@example.edu";

    private static string IdIn(SmtpReply reply) => reply.Text[..36];

    [Fact]
    public async Task A_message_is_recorded_delivered_and_answered_with_the_next_hops_words()
    {
        await using var world = await new FlowWorld().StartAsync();
        var message = Mails.Message("One");

        var reply = Assert.Single(await world.SendAsync(message, [Alice]));

        var record = Assert.Single(world.Log.Entries, entry => entry.Kind == EntryKind.Mail);
        Assert.Equal($"250 2.0.0 {record.Id} recorded; kept", reply.ToString());
        Assert.Equal(message, world.Log.ContentOf(record.Id));
        Assert.Equal(message, Assert.Single(world.Hop.Tried).Content);
        Assert.Equal(Alice, Assert.Single(Assert.Single(world.Facts.OfType<MessageRelayed>()).Outcomes).Mailbox);
    }

    [Fact]
    public async Task LMTP_recipients_end_each_in_their_own_way()
    {
        await using var world = await new FlowWorld().StartAsync();
        world.Hop.Answer = one => one == Bob ? FakeHop.Deferred : one == Carol ? FakeHop.Refused : FakeHop.Said(DeliveryOutcome.Accepted, 250, "2.0.0", "kept");

        var replies = await world.SendAsync("Three", Alice, Bob, Carol);

        Assert.Equal([250, 450, 550], replies.Select(reply => reply.Code));
        Assert.Empty(world.Owed);
        Assert.Equal(3, Assert.Single(world.Records).Recipients.Count);
    }

    [Fact]
    public async Task SMTP_with_some_settled_is_250_and_the_outbox_owns_the_rest_before_the_answer()
    {
        await using var world = await new FlowWorld().StartAsync();
        world.Hop.Answer = one => one == Bob ? FakeHop.Deferred : one == Carol ? FakeHop.Refused : FakeHop.Said(DeliveryOutcome.Accepted, 250, "2.0.0", "kept");

        var reply = Assert.Single(await world.SendAsync(Mails.Message("Mixed"), [Alice, Bob, Carol], SmtpProtocol.Smtp));

        Assert.Equal(250, reply.Code);
        Assert.Equal([Bob, Carol], world.Owed.Select(one => one.Recipient).Order());
        Assert.All(world.Owed, one => Assert.Equal((DispatchKind.Leftover, "sender@example.org", IdIn(reply)), (one.Kind, one.ReversePath, one.RecordId)));
    }

    [Fact]
    public async Task When_the_outbox_cannot_take_over_the_upstream_keeps_owing()
    {
        await using var world = await new FlowWorld().StartAsync();
        world.Hop.Answer = one => one == Bob ? FakeHop.Deferred : FakeHop.Said(DeliveryOutcome.Accepted, 250, "2.0.0", "kept");
        // After the outcomes were recorded, the request is refused by a full disk.
        world.Hop.During = _ => { world.Log.FailAfter(appends: 1, ArchiveFault.DiskFull); return Task.CompletedTask; };

        var reply = Assert.Single(await world.SendAsync(Mails.Message("Mixed"), [Alice, Bob], SmtpProtocol.Smtp, confirm: false));
        Assert.Equal("452 4.3.1", reply.ToString()[..9]);

        world.Hop.During = _ => Task.CompletedTask;
        Assert.Equal(250, Assert.Single(await world.SendAsync(Mails.Message("Mixed"), [Alice, Bob], SmtpProtocol.Smtp)).Code);
        Assert.Single(world.Hop.Tried, taken => taken.Recipients.Contains(Alice));
        Assert.Equal(Bob, Assert.Single(world.Owed).Recipient);
    }

    [Theory]
    [InlineData(ArchiveFault.DiskFull, "452 4.3.1")]
    [InlineData(ArchiveFault.WriteFailed, "451 4.3.0")]
    [InlineData(ArchiveFault.Unavailable, "451 4.3.0")]
    public async Task What_cannot_be_recorded_is_4xx_and_goes_nowhere(ArchiveFault fault, string expected)
    {
        await using var world = await new FlowWorld().StartAsync();
        world.Log.FailNextAppend(fault);

        var replies = await world.SendAsync("Lost", Alice, Bob);

        Assert.All(replies, reply => Assert.StartsWith(expected, reply.ToString(), StringComparison.Ordinal));
        Assert.Empty(world.Hop.Tried);
    }

    [Fact]
    public async Task Outcomes_that_cannot_be_recorded_leave_the_upstream_owing()
    {
        await using var world = await new FlowWorld().StartAsync();
        world.Hop.During = _ => { world.Log.FailNextAppend(ArchiveFault.WriteFailed); return Task.CompletedTask; };

        var first = Assert.Single(await world.SendAsync("Twice", Alice));
        world.Hop.During = _ => Task.CompletedTask;
        var second = Assert.Single(await world.SendAsync("Twice", Alice));

        Assert.Equal("451 4.3.0", first.ToString()[..9]);
        Assert.Equal(250, second.Code);
        Assert.Single(world.Records);
        // At least once: both attempts carry the same trace.
        Assert.Equal(2, world.Hop.Tried.Count);
        Assert.Single(world.Hop.Tried.Select(taken => taken.Fields[taken.Fields.IndexOf("X-Recorder-Trace", StringComparison.Ordinal)..]).Distinct());
    }

    [Fact]
    public async Task A_next_hop_that_goes_down_after_MAIL_is_4xx_and_the_message_is_recorded()
    {
        await using var world = await new FlowWorld().StartAsync();
        world.Hop.IsUnreachable = true;

        var lmtp = Assert.Single(await world.SendAsync("Down", Alice));
        var smtp = Assert.Single(await world.SendAsync(Mails.Message("Down too"), [Bob, Carol], SmtpProtocol.Smtp));

        Assert.Equal((451, "4.4.1"), (lmtp.Code, lmtp.EnhancedCode));
        Assert.Equal(451, smtp.Code);
        Assert.Equal(2, world.Records.Count);
        Assert.Empty(world.Owed);
    }

    [Fact]
    public async Task A_next_hop_that_never_answers_is_4xx_within_nine_minutes()
    {
        await using var world = await new FlowWorld().StartAsync();
        var started = new TaskCompletionSource();
        world.Hop.During = cancel => { started.SetResult(); return Task.Delay(Timeout.Infinite, cancel); };

        var answering = world.SendAsync("Slow", Alice);
        await started.Task;
        world.Time.Advance(MessageFlow.DeliverWithin + TimeSpan.FromSeconds(1));

        Assert.Equal(451, Assert.Single(await answering).Code);
        Assert.True(MessageFlow.AnswerWithin <= TimeSpan.FromSeconds(540));
    }

    [Fact]
    public async Task Unexpected_errors_are_451_for_everybody()
    {
        await using var world = await new FlowWorld().StartAsync();
        world.Hop.During = _ => throw new InvalidOperationException("a bug");

        var replies = await world.SendAsync("Bug", Alice, Bob);

        Assert.Equal(["451 4.3.0", "451 4.3.0"], replies.Select(reply => reply.ToString()[..9]));
    }

    [Fact]
    public async Task Bare_line_ends_are_held_where_the_next_hop_has_no_CHUNKING_and_sent_where_it_has()
    {
        await using var world = await new FlowWorld().StartAsync();
        var shape = new WireShape(10, false, HasBareLf: true, false, false, 8);

        world.Hop.Capabilities = FakeHop.Everything with { Chunking = false };
        var held = Assert.Single(await world.SendAsync(FlowWorld.Bytes("a: b\n\r\nx\n"), [Alice], shape: shape));
        world.Hop.Capabilities = FakeHop.Everything;
        var sent = Assert.Single(await world.SendAsync(FlowWorld.Bytes("c: d\n\r\nx\n"), [Alice], shape: shape));

        Assert.Equal($"250 2.0.0 {IdIn(held)} recorded", held.ToString());
        Assert.EndsWith("recorded; kept", sent.Text, StringComparison.Ordinal);
        Assert.Equal([Dispositions.HeldBareLineEnds, Dispositions.Deliver], world.Records.Select(record => record.Recipients[0].Disposition));
        Assert.Single(world.Hop.Tried);
    }

    [Fact]
    public async Task Mail_for_nobody_of_ours_passes_unrecorded_and_mail_for_somebody_is_recorded_whole()
    {
        await using var world = await new FlowWorld("example.edu").StartAsync();

        var foreign = Assert.Single(await world.SendAsync("Out", "x@elsewhere.test"));
        Assert.Equal("250 2.0.0 kept", foreign.ToString());
        Assert.Empty(world.Log.Entries);

        await world.SendAsync("Both", "x@elsewhere.test", Alice);
        var record = Assert.Single(world.Records);
        Assert.Equal(["x@elsewhere.test", Alice], record.Recipients.Select(one => one.Address));
        Assert.Equal([Alice], record.Owners);
    }

    [Fact]
    public async Task Mail_for_nobody_of_ours_that_settles_in_part_is_recorded_for_the_rest()
    {
        await using var world = await new FlowWorld("example.edu").StartAsync();
        world.Hop.Answer = one => one[0] == 'y' ? FakeHop.Deferred : FakeHop.Said(DeliveryOutcome.Accepted, 250, "2.0.0", "kept");

        var reply = Assert.Single(await world.SendAsync(Mails.Message("Out"), ["x@elsewhere.test", "y@elsewhere.test"], SmtpProtocol.Smtp));

        Assert.Equal(250, reply.Code);
        Assert.Equal(["y@elsewhere.test"], Assert.Single(world.Records).Recipients.Select(one => one.Address));
        Assert.Equal("y@elsewhere.test", Assert.Single(world.Owed).Recipient);
    }

    [Fact]
    public async Task A_journal_records_answers_and_sends_nothing_on()
    {
        await using var world = await new FlowWorld("example.edu").StartAsync();

        var reply = Assert.Single(await world.SendAsync(Mails.Message("Copy"), ["alice#example.edu@journal.invalid"], SmtpProtocol.Smtp, mode: IntakeMode.Journal));

        Assert.Equal($"250 2.0.0 {IdIn(reply)} recorded", reply.ToString());
        var record = Assert.Single(world.Records);
        Assert.Equal(("journal", Alice, Dispositions.Journal), (record.Mode, record.Recipients[0].Address, record.Recipients[0].Disposition));
        Assert.Empty(world.Hop.Tried);
    }

    [Fact]
    public async Task Sixty_recipients_with_mixed_outcomes_each_get_their_own_and_a_retry_settles_the_rest()
    {
        await using var world = await new FlowWorld().StartAsync();
        string[] recipients = [.. Enumerable.Range(0, 60).Select(i => $"user{i}@example.edu")];
        var now = true;
        world.Hop.Answer = one => one switch
        {
            "user7@example.edu" when now => FakeHop.Deferred,
            "user8@example.edu" => FakeHop.Refused,
            _ => FakeHop.Said(DeliveryOutcome.Accepted, 250, "2.0.0", "kept"),
        };

        var first = await world.SendAsync("Sixty", recipients);
        Assert.Equal((450, 550, 58), (first[7].Code, first[8].Code, first.Count(reply => reply.Code == 250)));

        now = false;
        var retry = Assert.Single(await world.SendAsync("Sixty", "user7@example.edu"));
        Assert.Equal((250, IdIn(first[0])), (retry.Code, IdIn(retry)));
        Assert.Single(world.Records);
        Assert.Equal(2, world.Hop.Tried.Count);
        Assert.Equal(["user7@example.edu"], world.Hop.Tried.Last().Recipients);
    }

    [Fact]
    public async Task Recipients_beyond_the_next_hops_limit_follow_in_another_transaction()
    {
        await using var world = await new FlowWorld().StartAsync();
        world.Hop.RecipientLimit = 4;

        var replies = await world.SendAsync("Many", [.. Enumerable.Range(0, 10).Select(i => $"user{i}@example.edu")]);

        Assert.All(replies, reply => Assert.Equal(250, reply.Code));
        Assert.Equal([10, 6, 2], world.Hop.Tried.Select(taken => taken.Recipients.Count()));
    }

    [Fact]
    public async Task The_same_recipient_twice_gets_two_replies_and_one_copy()
    {
        await using var world = await new FlowWorld().StartAsync();

        var replies = await world.SendAsync("Twice", Alice, Alice);

        Assert.Equal([250, 250], replies.Select(reply => reply.Code));
        Assert.Equal([Alice], Assert.Single(world.Hop.Tried).Recipients);
    }

    [Fact]
    public async Task Memory_and_files_of_a_message_are_let_go_before_the_peer_confirms()
    {
        await using var world = await new FlowWorld().StartAsync();
        var envelope = new Envelope("", [new EnvelopeRecipient(Alice)], MailParameters.None);
        await using var incoming = await world.Handler().OnDataAsync(FlowWorld.Peer, envelope, CancellationToken.None);
        await incoming.WriteAsync(new System.Buffers.ReadOnlySequence<byte>(Mails.Message("Held")), CancellationToken.None);

        await incoming.CompleteAsync(new WireShape(1, false, false, false, false, 1), CancellationToken.None);

        Assert.Equal(0, world.Log.OpenWriters);
    }

    [Fact]
    public async Task A_journal_keeps_what_went_round_a_hundred_times()
    {
        await using var world = await new FlowWorld().StartAsync();
        var message = FlowWorld.Bytes(string.Concat(Enumerable.Repeat("Received: from a by b\r\n", 101)) + "\r\nx\r\n");

        var reply = Assert.Single(await world.SendAsync(message, ["alice#example.edu@journal.invalid"], SmtpProtocol.Smtp, mode: IntakeMode.Journal));

        Assert.Equal(250, reply.Code);
        Assert.Single(world.Records);
    }

    [Fact]
    public async Task Thousands_of_recipients_whose_next_hop_says_much_get_their_outcomes_recorded()
    {
        await using var world = await new FlowWorld().StartAsync();
        world.Hop.Answer = _ => FakeHop.Said(DeliveryOutcome.Accepted, 250, "2.0.0", new string('<', 2000));

        var replies = await world.SendAsync("Many", [.. Enumerable.Range(0, 4_000).Select(i => $"user{i}@example.edu")]);

        Assert.All(replies, reply => Assert.Equal(250, reply.Code));
        Assert.Equal(4_000, world.Facts.OfType<MessageRelayed>().Sum(fact => fact.Outcomes.Count));
    }

    [Fact]
    public async Task Recipients_that_no_record_could_hold_together_are_put_off_to_another_transaction()
    {
        await using var world = await new FlowWorld().StartAsync();
        var handler = world.Handler();
        var envelope = new Envelope("", [], MailParameters.None);
        SmtpReply? refusal = null;
        for (var i = 0; refusal is null && i < 10_000; i++)
        {
            var recipient = new EnvelopeRecipient($"{new string('u', 250)}{i}@example.edu", null, $"rfc822;{new string('o', 450)}{i}@example.edu");
            refusal = await handler.OnRecipientAsync(FlowWorld.Peer, envelope, recipient, CancellationToken.None);
            if (refusal is null) envelope = envelope with { Recipients = [.. envelope.Recipients, recipient] };
        }

        Assert.Equal("452 4.5.3", refusal?.ToString()[..9]);
        Assert.InRange(envelope.Recipients.Count, 100, 1_000);
        Assert.All(await world.SendAsync(Mails.Message("Full"), envelope), reply => Assert.Equal(250, reply.Code));
    }
}
