using System.Text;
using Recorder.Archive;
using Recorder.Delivery.Trace;
using Recorder.Flow;
using Recorder.Intake;
using Recorder.Ledger;
using Recorder.Smtp;
using Recorder.Tests.Fakes;

namespace Recorder.Tests.Flow;

/// <summary>What left us and comes back: once is a detour, twice is a loop.</summary>
public sealed class LoopTests
{
    private const string Alice = "alice@example.edu", Bob = "bob@example.edu";

    private static byte[] Back(Taken left, string before = "Received: by postfix.test; Mon, 5 Jan 2026 08:00:01 +0000\r\n") =>
        [.. Encoding.UTF8.GetBytes(before), .. left.Bytes];

    [Theory]
    [InlineData(100, 250)]
    [InlineData(101, 554)]
    public async Task Over_a_hundred_Received_fields_is_a_loop_and_is_not_recorded(int fields, int code)
    {
        await using var world = await new FlowWorld().StartAsync();
        var message = FlowWorld.Bytes(string.Concat(Enumerable.Repeat("Received: from a by b\r\n", fields)) + "\r\nx\r\n");

        var reply = Assert.Single(await world.SendAsync(message, [Alice]));

        Assert.Equal(code, reply.Code);
        Assert.Equal(code == 250 ? 1 : 0, world.Records.Count);
    }

    [Fact]
    public async Task What_comes_back_unchanged_passes_once_without_a_record_and_then_loops()
    {
        await using var world = await new FlowWorld().StartAsync();
        await world.SendAsync("Detour", Alice);
        var left = Assert.Single(world.Hop.Tried);

        var pass = Assert.Single(await world.SendAsync(Back(left), [Alice]));
        Assert.Equal(250, pass.Code);
        Assert.Single(world.Records);
        Assert.Equal(2, world.Hop.Tried.Count);

        var loop = Assert.Single(await world.SendAsync(Back(world.Hop.Tried.Last()), [Alice]));
        Assert.Equal((554, "5.4.6"), (loop.Code, loop.EnhancedCode));
        Assert.Equal(2, world.Hop.Tried.Count);
        Assert.Single(world.Records);
    }

    [Fact]
    public async Task A_second_copy_with_the_same_trace_is_a_loop_even_when_the_first_left_no_hop_count()
    {
        await using var world = await new FlowWorld().StartAsync();
        await world.SendAsync("Detour", Alice);
        var left = Assert.Single(world.Hop.Tried);

        Assert.Equal(250, Assert.Single(await world.SendAsync(Back(left), [Alice])).Code);
        Assert.Equal(554, Assert.Single(await world.SendAsync(Back(left, "Received: another way\r\n"), [Alice])).Code);
    }

    [Fact]
    public async Task A_loop_is_seen_after_a_restart_by_the_hop_count()
    {
        await using var world = await new FlowWorld().StartAsync();
        await world.SendAsync("Detour", Alice);
        await world.SendAsync(Back(Assert.Single(world.Hop.Tried)), [Alice]);
        await world.RestartAsync();

        Assert.Equal(554, Assert.Single(await world.SendAsync(Back(world.Hop.Tried.Last()), [Alice])).Code);
    }

    [Fact]
    public async Task A_pass_that_was_deferred_may_be_tried_again()
    {
        await using var world = await new FlowWorld().StartAsync();
        await world.SendAsync("Detour", Alice);
        var back = Back(Assert.Single(world.Hop.Tried));
        world.Hop.Answer = _ => FakeHop.Deferred;
        Assert.Equal(450, Assert.Single(await world.SendAsync(back, [Alice])).Code);
        world.Hop.Answer = _ => FakeHop.Said(DeliveryOutcome.Accepted, 250, "2.0.0", "kept");

        Assert.Equal(250, Assert.Single(await world.SendAsync(back, [Alice])).Code);
        // The answer was lost: it is repeated, not sent again.
        Assert.Equal(250, Assert.Single(await world.SendAsync(back, [Alice])).Code);
        Assert.Equal(3, world.Hop.Tried.Count);
        Assert.Single(world.Records);
    }

    [Fact]
    public async Task A_copy_for_somebody_else_is_new_mail()
    {
        await using var world = await new FlowWorld().StartAsync();
        await world.SendAsync("Forwarded", Alice);

        await world.SendAsync(Back(Assert.Single(world.Hop.Tried)), [Bob]);

        Assert.Equal([[Alice], [Bob]], world.Records.Select(record => record.Owners.ToArray()));
    }

    [Fact]
    public async Task A_copy_with_other_bytes_is_new_mail()
    {
        await using var world = await new FlowWorld().StartAsync();
        await world.SendAsync("Original", Alice);
        var forged = Encoding.UTF8.GetString(Back(Assert.Single(world.Hop.Tried))).Replace("Hello.", "Buy now.", StringComparison.Ordinal);

        await world.SendAsync(FlowWorld.Bytes(forged), [Alice]);

        Assert.Equal(2, world.Records.Count);
    }

    [Theory]
    [InlineData("X-Recorder-Trace: nonsense\r\n")]
    [InlineData("X-Recorder-Trace: id=0198c0de-0000-7000-8000-000000000001; act=relay; hop=1\r\n")]
    [InlineData("X-Recorder-Trace: id=0198c0de-0000-7000-8000-000000000001; act=relay; hop=1;\r\n\tmac=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\r\n")]
    public async Task An_invalid_trace_means_nothing(string field)
    {
        await using var world = await new FlowWorld().StartAsync();

        Assert.Equal(250, Assert.Single(await world.SendAsync([.. FlowWorld.Bytes(field), .. Mails.Message("Forged")], [Alice])).Code);

        Assert.Single(world.Records);
        Assert.StartsWith(field, Assert.Single(world.Hop.Tried).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_copy_for_several_recipients_carries_no_proof()
    {
        await using var world = await new FlowWorld().StartAsync();
        await world.SendAsync("Two", Alice, Bob);
        var left = Assert.Single(world.Hop.Tried);

        Assert.DoesNotContain("mac=", left.Fields, StringComparison.Ordinal);
        Assert.DoesNotContain(" for ", left.Fields, StringComparison.Ordinal);
        await world.SendAsync(Back(left), [Alice]);
        Assert.Equal(2, world.Records.Count);
    }

    [Fact]
    public async Task A_recorded_message_that_is_journaled_again_is_settled()
    {
        await using var world = await new FlowWorld().StartAsync();
        await world.SendAsync("Copy", Alice);
        var id = Assert.Single(world.Log.Entries, entry => entry.Kind == EntryKind.Mail).Id;

        var reply = Assert.Single(await world.SendAsync(
            Back(Assert.Single(world.Hop.Tried)), ["alice#example.edu@journal.invalid"], SmtpProtocol.Smtp, mode: IntakeMode.Journal));

        Assert.Equal($"250 2.0.0 {id} recorded", reply.ToString());
        Assert.Single(world.Records);
    }

    [Fact]
    public async Task A_confirmed_pass_does_not_close_the_key_of_the_transaction_it_came_from()
    {
        await using var world = await new FlowWorld().StartAsync();
        var first = Assert.Single(await world.SendAsync(Mails.Message("Detour"), [Alice], confirm: false));
        await world.SendAsync(Back(Assert.Single(world.Hop.Tried)), [Alice], confirm: true);

        var retry = Assert.Single(await world.SendAsync(Mails.Message("Detour"), [Alice], confirm: false));

        Assert.Equal(first.ToString(), retry.ToString());
        Assert.Equal(2, world.Hop.Tried.Count);
    }

    [Fact]
    public async Task The_outcome_of_a_pass_is_in_the_log()
    {
        await using var world = await new FlowWorld().StartAsync();
        await world.SendAsync("Detour", Alice);
        await world.SendAsync(Back(Assert.Single(world.Hop.Tried)), [Alice]);

        Assert.Single(world.Facts.OfType<MessageRelayed>().Select(fact => fact.RecordId).Distinct());
        Assert.Equal(2, world.Facts.OfType<MessageRelayed>().Count());
    }

    [Fact]
    public async Task A_loop_beside_a_delivery_in_one_SMTP_transaction_ends_in_a_report()
    {
        await using var world = await new FlowWorld().StartAsync();
        await world.SendAsync("Detour", Alice);
        await world.SendAsync(Back(world.Hop.Tried.Last()), [Alice]);
        var id = Assert.Single(world.Log.Entries, entry => entry.Kind == EntryKind.Mail).Id.ToString();

        var reply = Assert.Single(await world.SendAsync(Back(world.Hop.Tried.Last()), [Alice, Bob], SmtpProtocol.Smtp));

        Assert.Equal(250, reply.Code);
        var owed = Assert.Single(world.Owed);
        Assert.Equal((id, DispatchKind.Bounce, Alice), (owed.RecordId, owed.Kind, owed.Recipient));
        world.Hop.Tried.Clear();
        await world.Attempts.RunAsync(owed, CancellationToken.None);
        var report = Assert.Single(world.Hop.Tried);
        Assert.Equal("sender@example.org", Assert.Single(report.Recipients));
        Assert.Contains("554 5.4.6", report.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_leftover_that_comes_back_and_is_put_off_again_is_owed_again()
    {
        await using var world = await new FlowWorld().StartAsync();
        world.Hop.Answer = one => one == Alice ? FakeHop.Deferred : FakeHop.Said(DeliveryOutcome.Accepted, 250, "2.0.0", "kept");
        await world.SendAsync(Mails.Message("Partly"), [Alice, Bob], SmtpProtocol.Smtp);
        world.Hop.Answer = _ => FakeHop.Said(DeliveryOutcome.Accepted, 250, "2.0.0", "kept");
        await world.Attempts.RunAsync(Assert.Single(world.Owed), CancellationToken.None);
        Assert.Empty(world.Owed);
        world.Hop.Answer = one => one == Alice ? FakeHop.Deferred : FakeHop.Said(DeliveryOutcome.Accepted, 250, "2.0.0", "kept");

        var reply = Assert.Single(await world.SendAsync(Back(world.Hop.Tried.Last()), [Alice, "carol@example.edu"], SmtpProtocol.Smtp));

        Assert.Equal(250, reply.Code);
        var owed = Assert.Single(world.Owed);
        Assert.Equal((DispatchKind.Leftover, Alice, 2), (owed.Kind, owed.Recipient, owed.Round));
    }
}
