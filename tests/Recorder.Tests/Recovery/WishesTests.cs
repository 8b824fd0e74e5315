using Recorder.Accounts;
using Recorder.Archive;
using Recorder.Ledger;
using Recorder.Recovery;
using Recorder.Smtp;
using Recorder.Tests.Fakes;

namespace Recorder.Tests.Recovery;

public sealed class WishesTests
{
    private const string Alice = "alice@example.edu", Bob = "bob@example.edu";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private static async Task<string> RefusedAsync(Func<Task> act) => (await Assert.ThrowsAsync<ActRefusedException>(act)).Code;

    private static IReadOnlyList<DispatchRequested> Asked(Counter counter) =>
        [.. counter.Desk.Log.Entries.Select(entry => entry.Kind == EntryKind.Event ? LedgerJson.Decode(entry.Payload.Span) : null).OfType<DispatchRequested>()];

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Ten_clicks_send_once(bool again)
    {
        await using var counter = await Counter.OpenAsync();
        var reader = await counter.Desk.ReaderAsync(Alice);
        var id = await counter.RecordAsync("Minutes", Mails.To(Alice));
        var answers = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => Task.Run(() => counter.Recovery.ResendAsync(reader, id, null, again, Cancel))));

        Assert.Single(answers.Distinct());
        var asked = Assert.Single(Asked(counter));
        Assert.Equal((DispatchKind.Resend, Alice, Alice, "", 0), (asked.Kind, asked.Recipient, asked.Mailbox, asked.ReversePath, asked.Round));
        Assert.Equal(reader.Actor, asked.Actor);
    }

    [Fact]
    public async Task A_finished_resend_is_repeated_only_when_asked_again_explicitly()
    {
        await using var counter = await Counter.OpenAsync();
        var reader = await counter.Desk.ReaderAsync(Alice);
        var id = await counter.RecordAsync("Minutes", Mails.To(Alice));
        var first = (await counter.Recovery.ResendAsync(reader, id, null, false, Cancel))!;
        await counter.EndAsync(first, accepted: true, Alice);

        var repeated = (await counter.Recovery.ResendAsync(reader, id, null, false, Cancel))!;
        Assert.Equal((0, DispatchState.Accepted, "250 2.0.0 kept"), (repeated.Round, repeated.State, repeated.Words));
        var again = (await counter.Recovery.ResendAsync(reader, id, null, true, Cancel))!;
        Assert.Equal((1, DispatchState.Pending), (again.Round, again.State));
        Assert.Equal([1, 0], (await counter.Recovery.DispatchesAsync(reader, id, Cancel))!.Select(dispatch => dispatch.Round));
    }

    [Fact]
    public async Task Held_mail_is_released_once_with_its_own_envelope_and_then_may_be_sent_again()
    {
        await using var counter = await Counter.OpenAsync();
        var reader = await counter.Desk.ReaderAsync(Alice);
        var id = await counter.RecordAsync("Offer", Mails.To("alice+shop@example.edu", "held.spam", Alice), Mails.To(Bob));
        Assert.Equal("still-held", await RefusedAsync(() => counter.Recovery.ResendAsync(reader, id, null, false, Cancel)));
        var answers = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => Task.Run(() => counter.Recovery.ReleaseAsync(reader, id, Cancel))));

        var asked = Assert.Single(Asked(counter));
        Assert.Equal(
            (DispatchKind.Release, "alice+shop@example.edu", Alice, "sender@example.org"),
            (asked.Kind, asked.Recipient, asked.Mailbox, asked.ReversePath));
        Assert.Equal("still-held", await RefusedAsync(() => counter.Recovery.ResendAsync(reader, id, null, false, Cancel)));
        await counter.EndAsync(answers[0]!, accepted: true, Alice);
        Assert.NotNull(await counter.Recovery.ResendAsync(reader, id, null, false, Cancel));
        Assert.Equal(DispatchState.Accepted, (await counter.Recovery.ReleaseAsync(reader, id, Cancel))!.State);
    }

    [Fact]
    public async Task A_release_that_failed_may_be_asked_for_again()
    {
        await using var counter = await Counter.OpenAsync();
        var reader = await counter.Desk.ReaderAsync(Alice);
        var id = await counter.RecordAsync("Offer", Mails.To(Alice, "held.bare-line-ends"));
        await counter.EndAsync((await counter.Recovery.ReleaseAsync(reader, id, Cancel))!, accepted: false, Alice);

        Assert.Equal((1, DispatchState.Pending), ((await counter.Recovery.ReleaseAsync(reader, id, Cancel))!.Round, (await counter.Recovery.ReleaseAsync(reader, id, Cancel))!.State));
    }

    [Theory]
    [InlineData("deliver", "not-held")]
    [InlineData("journal", "not-held")]
    [InlineData("held.malware", "not-allowed")]
    [InlineData("held.phish", "not-allowed")]
    public async Task What_a_user_may_not_release_is_refused_by_name(string disposition, string code)
    {
        await using var counter = await Counter.OpenAsync();
        var reader = await counter.Desk.ReaderAsync(Alice);
        // Bob's copy is held as spam: that is no business of Alice's.
        var id = await counter.RecordAsync("Offer", Mails.To(Alice, disposition), Mails.To(Bob, "held.spam"));

        Assert.Equal(code, await RefusedAsync(() => counter.Recovery.ReleaseAsync(reader, id, Cancel)));
        Assert.Empty(Asked(counter));
    }

    [Theory]
    [InlineData("bob@example.edu")]
    [InlineData("nonsense")]
    public async Task Nothing_is_sent_to_another_mailbox(string mailbox)
    {
        await using var counter = await Counter.OpenAsync();
        var reader = await counter.Desk.ReaderAsync(Alice);
        var id = await counter.RecordAsync("Minutes", Mails.To(Alice), Mails.To(Bob));
        Assert.Equal("not-own-address", await RefusedAsync(() => counter.Recovery.ResendAsync(reader, id, mailbox, false, Cancel)));
    }

    [Theory]
    [InlineData("deliver", "", "pending")]
    [InlineData("deliver", "accepted", "delivered")]
    [InlineData("deliver", "refused", "refused")]
    [InlineData("deliver", "deferred", "pending")]
    [InlineData("deliver", "accepted,resend", "pending")]
    [InlineData("deliver", "accepted,resend,done", "resent")]
    [InlineData("deliver", "accepted,resend,failed", "delivered")]
    [InlineData("held.spam", "", "held")]
    [InlineData("held.spam", "release", "pending")]
    [InlineData("held.spam", "release,done", "released")]
    [InlineData("held.spam", "release,failed", "held")]
    [InlineData("held.spam", "release,done,resend,done", "resent")]
    [InlineData("journal", "", "recorded")]
    [InlineData("journal", "resend,done", "resent")]
    public async Task A_list_shows_one_word_that_follows_what_happened(string disposition, string acts, string word)
    {
        await using var counter = await Counter.OpenAsync();
        var reader = await counter.Desk.ReaderAsync(Alice);
        // Bob's fate is the opposite of Alice's and must not show.
        var id = await counter.RecordAsync("Minutes", Mails.To(Alice, disposition), Mails.To(Bob, "deliver"));
        await counter.RelayAsync(id, (Bob, acts.StartsWith("accepted", StringComparison.Ordinal) ? DeliveryOutcome.PermanentFailure : DeliveryOutcome.Accepted));
        DispatchStatus? last = null;
        foreach (var act in acts.Split(',', StringSplitOptions.RemoveEmptyEntries))
        {
            counter.Desk.Time.Advance(TimeSpan.FromSeconds(1));
            last = await PlayAsync(counter, reader, id, act, last);
        }

        await counter.IndexAsync();
        Assert.Equal(word, Assert.Single(counter.Recovery.Find(reader, "Minutes", 10, null).Items).State);
        Assert.Equal(word, (await counter.Recovery.OpenAsync(reader, id, false, _ => "", Cancel))!.State);
    }

    private static async Task<DispatchStatus?> PlayAsync(Counter counter, Reader reader, RecordId id, string act, DispatchStatus? last)
    {
        switch (act)
        {
            case "accepted":
                await counter.RelayAsync(id, (Alice, DeliveryOutcome.Accepted));
                return last;
            case "refused":
                await counter.RelayAsync(id, (Alice, DeliveryOutcome.PermanentFailure));
                return last;
            case "deferred":
                await counter.RelayAsync(id, (Alice, DeliveryOutcome.TransientFailure));
                return last;
            case "resend":
                return await counter.Recovery.ResendAsync(reader, id, null, false, Cancel);
            case "release":
                return await counter.Recovery.ReleaseAsync(reader, id, Cancel);
            default:
                await counter.EndAsync(last!, accepted: act == "done", Alice);
                return last;
        }
    }
}
