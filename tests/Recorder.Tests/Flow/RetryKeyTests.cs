using Recorder.Flow;
using Recorder.Intake;
using Recorder.Ledger;
using Recorder.Smtp;
using Recorder.Tests.Fakes;

namespace Recorder.Tests.Flow;

/// <summary>Exactly one party owes each recipient; a retry is known by bytes, reverse-path and recipient.</summary>
public sealed class RetryKeyTests
{
    private const string Alice = "alice@example.edu", Bob = "bob@example.edu";

    private static readonly RecipientResult Kept = FakeHop.Said(DeliveryOutcome.Accepted, 250, "2.0.0", "kept");

    private static string IdIn(SmtpReply reply) => reply.Text[..36];

    [Fact]
    public async Task An_answer_that_was_not_seen_is_repeated_without_sending_again()
    {
        await using var world = await new FlowWorld().StartAsync();

        var first = Assert.Single(await world.SendAsync(Mails.Message("Lost answer"), [Alice], confirm: false));
        var second = Assert.Single(await world.SendAsync(Mails.Message("Lost answer"), [Alice], confirm: false));

        Assert.Equal(first.ToString(), second.ToString());
        Assert.Single(world.Hop.Tried);
        Assert.Single(world.Records);
    }

    [Fact]
    public async Task An_unseen_answer_is_repeated_after_a_restart_too()
    {
        await using var world = await new FlowWorld().StartAsync();
        var first = Assert.Single(await world.SendAsync(Mails.Message("Lost answer"), [Alice], confirm: false));

        await world.RestartAsync();

        Assert.Equal(first.ToString(), Assert.Single(await world.SendAsync(Mails.Message("Lost answer"), [Alice])).ToString());
        Assert.Single(world.Hop.Tried);
    }

    [Theory]
    [InlineData(SmtpProtocol.Lmtp)]
    [InlineData(SmtpProtocol.Smtp)]
    public async Task What_an_administrator_holds_while_its_upstream_still_tries_is_not_delivered_by_the_next_try(SmtpProtocol protocol)
    {
        await using var world = await new FlowWorld().StartAsync();
        world.Hop.Answer = _ => FakeHop.Deferred;
        var first = Assert.Single(await world.SendAsync(Mails.Message("Campaign"), [Alice], protocol));
        await HoldAsync(world, IdIn(first), isLifted: false);
        world.Hop.Answer = _ => Kept;

        var second = Assert.Single(await world.SendAsync(Mails.Message("Campaign"), [Alice], protocol));
        Assert.Equal((451, "4.7.1"), (second.Code, second.EnhancedCode));
        Assert.Single(world.Hop.Tried);
        await HoldAsync(world, IdIn(first), isLifted: true);
        Assert.Equal(250, Assert.Single(await world.SendAsync(Mails.Message("Campaign"), [Alice], protocol)).Code);
        Assert.Equal(2, world.Hop.Tried.Count);
        Assert.Single(world.Records);
    }

    private static Task HoldAsync(FlowWorld world, string record, bool isLifted) => world.Ledger.AppendAsync(
        new CampaignActed("c", CampaignAct.Hold, isLifted, "phish", [record]) { Actor = new Actor("admin", "root@example.edu"), At = world.Time.GetUtcNow() }, TestContext.Current.CancellationToken);

    [Fact]
    public async Task Identical_mail_after_a_seen_answer_is_new_mail()
    {
        await using var world = await new FlowWorld().StartAsync();

        var first = Assert.Single(await world.SendAsync("Reminder", Alice));
        var second = Assert.Single(await world.SendAsync("Reminder", Alice));
        var third = Assert.Single(await world.SendAsync("Reminder", Alice));

        Assert.Equal(3, new[] { first, second, third }.Select(IdIn).Distinct().Count());
        Assert.Equal(3, world.Hop.Tried.Count);
    }

    [Fact]
    public async Task A_confirmed_key_is_closed_in_the_ledger_as_well()
    {
        await using var world = await new FlowWorld().StartAsync();
        await world.SendAsync("Reminder", Alice);
        await world.ConfirmedAsync();

        await world.RestartAsync();

        Assert.Empty(world.Ledger.State.Range<RetryKeyState>(StateKeys.Retries));
        await world.SendAsync("Reminder", Alice);
        Assert.Equal(2, world.Records.Count);
    }

    [Fact]
    public async Task An_unsettled_recipient_is_delivered_again_under_the_same_record()
    {
        await using var world = await new FlowWorld().StartAsync();
        world.Hop.Answer = _ => FakeHop.Lost;
        var first = Assert.Single(await world.SendAsync("Unknown", Alice));
        world.Hop.Answer = _ => Kept;
        var second = Assert.Single(await world.SendAsync("Unknown", Alice));

        Assert.Equal(451, first.Code);
        Assert.Equal((250, IdIn(first)), (second.Code, IdIn(second)));
        Assert.Single(world.Records);
    }

    [Fact]
    public async Task Only_recipients_without_a_key_make_a_new_record()
    {
        await using var world = await new FlowWorld().StartAsync();
        world.Hop.Answer = one => one == Bob ? FakeHop.Deferred : Kept;
        var first = await world.SendAsync(Mails.Message("Growing"), [Alice, Bob], confirm: false);
        world.Hop.Answer = _ => Kept;

        var second = await world.SendAsync(Mails.Message("Growing"), [Alice, Bob, "new@example.edu"]);

        Assert.All(second, reply => Assert.Equal(250, reply.Code));
        Assert.Equal([IdIn(first[0]), IdIn(first[0])], second.Take(2).Select(IdIn));
        Assert.NotEqual(IdIn(first[0]), IdIn(second[2]));
        Assert.Equal([[Alice, Bob], ["new@example.edu"]], world.Records.Select(record => record.Recipients.Select(one => one.Address).ToArray()));
        Assert.Single(world.Hop.Tried, taken => taken.Recipients.Contains(Alice));
    }

    [Fact]
    public async Task Another_sender_or_another_byte_is_another_message()
    {
        await using var world = await new FlowWorld().StartAsync();
        await world.SendAsync(Mails.Message("Same"), [Alice], confirm: false);
        await world.SendAsync(Mails.Message("Same"), [Alice], from: "", confirm: false);
        await world.SendAsync(Mails.Message("Same", "Hello!"), [Alice], confirm: false);

        Assert.Equal(3, world.Records.Count);
    }

    [Fact]
    public async Task A_leftover_is_the_outboxs_and_a_retry_of_it_is_not_sent_again()
    {
        await using var world = await new FlowWorld().StartAsync();
        world.Hop.Answer = one => one == Bob ? FakeHop.Deferred : Kept;
        await world.SendAsync(Mails.Message("Mixed"), [Alice, Bob], SmtpProtocol.Smtp, confirm: false);

        var retry = Assert.Single(await world.SendAsync(Mails.Message("Mixed"), [Alice, Bob], SmtpProtocol.Smtp));

        Assert.Equal(250, retry.Code);
        Assert.Single(world.Hop.Tried);
        Assert.Single(world.Owed);
    }

    [Fact]
    public async Task A_key_is_forgotten_after_six_days()
    {
        await using var world = await new FlowWorld().StartAsync();
        await world.SendAsync(Mails.Message("Old"), [Alice], confirm: false);
        world.Time.Advance(RetryKeys.OpenFor + TimeSpan.FromMinutes(1));
        await world.SendAsync(Mails.Message("Old"), [Alice], confirm: false);

        Assert.Equal(2, world.Records.Count);
    }

    [Fact]
    public async Task The_same_delivery_in_two_sessions_at_once_is_one_delivery()
    {
        await using var world = await new FlowWorld().StartAsync();
        var (arrived, go) = (new TaskCompletionSource(), new TaskCompletionSource());
        world.Hop.During = async _ => { arrived.TrySetResult(); await go.Task; };

        var first = world.SendAsync(Mails.Message("Race"), [Alice], confirm: false);
        await arrived.Task;
        var second = world.SendAsync(Mails.Message("Race"), [Alice], confirm: false);
        Assert.False(second.IsCompleted);
        go.SetResult();

        Assert.Equal(Assert.Single(await first).ToString(), Assert.Single(await second).ToString());
        Assert.Single(world.Hop.Tried);
    }

    [Fact]
    public async Task A_session_that_waits_too_long_for_the_other_is_451()
    {
        await using var world = await new FlowWorld().StartAsync();
        var key = RetryKey.Of(System.Security.Cryptography.SHA256.HashData(Mails.Message("Stuck")), "sender@example.org", Alice);
        using var taken = await world.Turns.TakeAsync([key], CancellationToken.None);

        var waiting = world.SendAsync("Stuck", Alice);
        world.Time.Advance(MessageFlow.DeliverWithin + TimeSpan.FromSeconds(1));

        Assert.Equal(451, Assert.Single(await waiting).Code);
        Assert.Empty(world.Records);
    }

    [Fact]
    public async Task A_journal_copy_of_the_same_bytes_settles_nothing_for_the_delivery()
    {
        await using var world = await new FlowWorld().StartAsync();
        await world.SendAsync(Mails.Message("Both ways"), ["alice#example.edu@journal.invalid"], SmtpProtocol.Smtp, confirm: false, mode: IntakeMode.Journal);

        var relayed = Assert.Single(await world.SendAsync(Mails.Message("Both ways"), [Alice], confirm: false));

        Assert.EndsWith("recorded; kept", relayed.Text, StringComparison.Ordinal);
        Assert.Equal([Alice], Assert.Single(world.Hop.Tried).Recipients);
    }

    [Fact]
    public async Task An_undelivered_message_that_is_journaled_is_recorded_and_sent_nowhere()
    {
        await using var world = await new FlowWorld().StartAsync();
        world.Hop.Answer = _ => FakeHop.Deferred;
        await world.SendAsync(Mails.Message("Both ways"), [Alice], confirm: false);
        world.Hop.Tried.Clear();

        var journaled = Assert.Single(await world.SendAsync(
            Mails.Message("Both ways"), ["alice#example.edu@journal.invalid"], SmtpProtocol.Smtp, confirm: false, mode: IntakeMode.Journal));

        Assert.Equal(250, journaled.Code);
        Assert.Empty(world.Hop.Tried);
        Assert.Equal(["relay", "journal"], world.Records.Select(record => record.Mode));
    }

    [Fact]
    public async Task A_journal_copy_that_is_tried_again_makes_no_second_record()
    {
        await using var world = await new FlowWorld().StartAsync();
        string[] to = ["alice#example.edu@journal.invalid"];
        var first = Assert.Single(await world.SendAsync(Mails.Message("Copy"), to, SmtpProtocol.Smtp, confirm: false, mode: IntakeMode.Journal));
        var second = Assert.Single(await world.SendAsync(Mails.Message("Copy"), to, SmtpProtocol.Smtp, mode: IntakeMode.Journal));
        await world.ConfirmedAsync();
        await world.Ledger.CatchUpAsync(CancellationToken.None);

        Assert.Equal(first.ToString(), second.ToString());
        Assert.Single(world.Records);
        Assert.Empty(world.Ledger.State.Range<RetryKeyState>(StateKeys.Retries));
    }

    [Fact]
    public async Task A_recipient_outside_our_domains_that_was_recorded_keeps_its_record_when_it_is_tried_alone()
    {
        await using var world = await new FlowWorld("example.edu").StartAsync();
        const string elsewhere = "x@elsewhere.test";
        world.Hop.Answer = one => one == elsewhere ? FakeHop.Deferred : Kept;
        var first = await world.SendAsync("Both", elsewhere, Alice);
        world.Hop.Answer = _ => Kept;

        var retry = Assert.Single(await world.SendAsync("Both", elsewhere));

        Assert.Equal((250, IdIn(first[0])), (retry.Code, IdIn(retry)));
        Assert.Equal(2, world.Facts.OfType<MessageRelayed>().Count());
        Assert.Contains("id=" + IdIn(first[0]), world.Hop.Tried.Last().Fields, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_leftover_outside_our_domains_is_not_sent_again_by_a_retry()
    {
        await using var world = await new FlowWorld("example.edu").StartAsync();
        string[] outside = ["x@elsewhere.test", "y@elsewhere.test"];
        world.Hop.Answer = one => one[0] == 'y' ? FakeHop.Deferred : Kept;
        await world.SendAsync(Mails.Message("Out"), outside, SmtpProtocol.Smtp, confirm: false);

        await world.SendAsync(Mails.Message("Out"), ["y@elsewhere.test"], SmtpProtocol.Smtp);

        Assert.Single(world.Hop.Tried);
        Assert.Single(world.Owed);
    }

    private static Envelope To(params (string Address, string Original)[] recipients) => new(
        "sender@example.org", [.. recipients.Select(one => new EnvelopeRecipient(one.Address, null, $"rfc822;{one.Original}"))], MailParameters.None);

    [Fact]
    public async Task A_mailbox_that_two_addresses_lead_to_gets_one_copy_and_both_see_it()
    {
        await using var world = await new FlowWorld().StartAsync();

        var replies = await world.SendAsync(Mails.Message("Aliases"), To((Alice, "sales@example.edu"), (Alice, "info@example.edu")));

        Assert.Equal([250, 250], replies.Select(reply => reply.Code));
        Assert.Equal([Alice], Assert.Single(world.Hop.Tried).Recipients);
        Assert.Equal([Alice, "sales@example.edu", "info@example.edu"], Assert.Single(world.Records).Owners);
        Assert.Equal([Alice, "sales@example.edu", "info@example.edu"], Assert.Single(world.Facts.OfType<MessageRelayed>()).Outcomes.Select(one => one.Mailbox));
    }

    [Fact]
    public async Task A_copy_for_another_original_recipient_in_a_transaction_of_its_own_is_no_retry()
    {
        await using var world = await new FlowWorld().StartAsync();
        await world.SendAsync(Mails.Message("Aliases"), To((Alice, "sales@example.edu")), confirm: false);

        await world.SendAsync(Mails.Message("Aliases"), To((Alice, "info@example.edu")), confirm: false);
        await world.SendAsync(Mails.Message("Aliases"), To((Alice, "info@example.edu")), confirm: false);

        Assert.Equal([[Alice, "sales@example.edu"], [Alice, "info@example.edu"]], world.Records.Select(record => record.Owners.ToArray()));
    }
}
