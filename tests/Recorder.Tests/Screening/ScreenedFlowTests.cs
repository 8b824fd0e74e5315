using Recorder.Flow;
using Recorder.Ledger;
using Recorder.Screening.Lists;
using Recorder.Screening.Sources;
using Recorder.Smtp;
using Recorder.Tests.Fakes;

namespace Recorder.Tests.Screening;

/// <summary>Lists, verdicts and retries through the whole flow.</summary>
public sealed class ScreenedFlowTests
{
    private const string Alice = "alice@example.edu", Bob = "bob@example.edu", Carol = "carol@example.edu";

    private sealed class Says(SourceVerdict verdict) : IVerdictSource
    {
        public string Name => "fake";

        public ValueTask<SourceVerdict?> AskAsync(ReceivedMessage message, CancellationToken cancel) => ValueTask.FromResult<SourceVerdict?>(verdict);
    }

    private static async Task<FlowWorld> WorldAsync(SourceVerdict verdict)
    {
        var world = new FlowWorld("example.edu");
        world.Sources.Add(new Says(verdict));
        await world.StartAsync();
        foreach (var person in (string[])[Alice, Bob, Carol])
        {
            var account = new Account(person, person, null, false, false, [new OwnedAddress(person)], world.Time.GetUtcNow());
            await world.Ledger.AppendAsync(new AccountSet(account) { Actor = Desk.Cli, At = world.Time.GetUtcNow() }, CancellationToken.None);
        }
        return world;
    }

    private static Task ListAsync(FlowWorld world, string person, ListKind kind, string pattern) => new SenderLists(world.Ledger, world.Time)
        .SetAsync(new Actor("user", person), ListScopes.User(person), kind, pattern, null, null, false, CancellationToken.None);

    [Fact]
    public async Task Three_recipients_of_one_spam_get_what_each_of_them_chose()
    {
        await using var world = await WorldAsync(new SourceVerdict(MailCategory.Spam, 9, 6, Proof: SenderProof.Aligned));
        await ListAsync(world, Alice, ListKind.Allow, "sender@example.org");
        await ListAsync(world, Bob, ListKind.Block, "example.org");

        var replies = await world.SendAsync("Offer", Alice, Bob, Carol);

        Assert.All(replies, reply => Assert.True(reply.IsPositive));
        var recipients = Assert.Single(world.Records).Recipients;
        Assert.Equal(
            [(Dispositions.Deliver, ReasonCodes.Allowed), (Dispositions.HeldSpam, ReasonCodes.Blocked), (Dispositions.HeldSpam, ReasonCodes.Score)],
            recipients.Select(one => (one.Disposition, one.Reason!.Code)));
        Assert.Equal((ListScopes.User(Alice), "sender@example.org"), (recipients[0].Reason!.Entry!.Scope, recipients[0].Reason!.Entry!.Sender));
        Assert.Equal(6, recipients[2].Reason!.Threshold);
    }

    [Fact]
    public async Task A_forged_sender_is_not_allowed_and_the_record_says_why()
    {
        await using var world = await WorldAsync(new SourceVerdict(MailCategory.Spam, Proof: SenderProof.Failed));
        await ListAsync(world, Alice, ListKind.Allow, "sender@example.org");
        await world.SendAsync("Offer", Alice);
        var reason = Assert.Single(Assert.Single(world.Records).Recipients).Reason!;
        Assert.Equal((ReasonCodes.Flagged, PassedCodes.NotProven, "sender@example.org"), (reason.Code, reason.PassedWhy, reason.Passed!.Pattern));
    }

    [Fact]
    public async Task Lists_that_change_between_tries_change_nothing_that_was_settled()
    {
        await using var world = await WorldAsync(new SourceVerdict(MailCategory.Spam, Proof: SenderProof.Aligned));
        await ListAsync(world, Alice, ListKind.Allow, "example.org");
        var message = Mails.Message("Offer");
        var first = await world.SendAsync(message, [Alice, Bob], confirm: false);

        await ListAsync(world, Alice, ListKind.Block, "example.org");
        await ListAsync(world, Bob, ListKind.Allow, "example.org");
        var second = await world.SendAsync(message, [Alice, Bob], confirm: false);

        Assert.Equal(first.Select(reply => reply.ToString()), second.Select(reply => reply.ToString()));
        Assert.Equal([Dispositions.Deliver, Dispositions.HeldSpam], Assert.Single(world.Records).Recipients.Select(one => one.Disposition));
        Assert.Single(world.Hop.Tried);
    }

    [Fact]
    public async Task Entries_that_decided_are_counted_together_and_survive_a_restart()
    {
        await using var world = await WorldAsync(new SourceVerdict(MailCategory.Clean));
        await ListAsync(world, Alice, ListKind.Block, "example.org");
        for (var one = 0; one < 3; one++) await world.SendAsync($"Offer {one}", Alice, Bob);
        Assert.DoesNotContain(world.Facts, fact => fact is ListEntriesHit);

        world.Time.Advance(ListHitCounter.GatherTime);
        await WaitUntil.Async(() => world.Facts.OfType<ListEntriesHit>().Any());
        await world.RestartAsync();

        Assert.Equal(3, world.Ledger.State.Get<ListHits>(StateKeys.ListHits(ListScopes.User(Alice), "example.org"))!.Count);
        Assert.Single(Assert.Single(world.Facts.OfType<ListEntriesHit>()).Hits);
    }

    [Fact]
    public async Task Counts_are_written_at_the_stop()
    {
        await using var world = await WorldAsync(new SourceVerdict(MailCategory.Clean));
        await ListAsync(world, Alice, ListKind.Block, "example.org");
        await world.SendAsync("Offer", Alice);
        world.Hits.Dispose();
        await WaitUntil.Async(() => world.Facts.OfType<ListEntriesHit>().Any());
    }

    [Fact]
    public async Task A_person_is_only_held_to_an_address_while_it_is_theirs()
    {
        await using var world = await WorldAsync(new SourceVerdict(MailCategory.Spam, Proof: SenderProof.Aligned));
        await ListAsync(world, Alice, ListKind.Allow, "example.org");
        var now = world.Time.GetUtcNow();
        var account = new Account(Alice, Alice, null, false, false, [new(Alice), new("old@example.edu", null, now), new("new@example.edu", now)], now);
        await world.Ledger.AppendAsync(new AccountSet(account) { Actor = Desk.Cli, At = now }, CancellationToken.None);
        await world.SendAsync("Offer", "old@example.edu", "new@example.edu");
        Assert.Equal([Dispositions.HeldSpam, Dispositions.Deliver], Assert.Single(world.Records).Recipients.Select(one => one.Disposition));
    }

    [Fact]
    public async Task Mail_to_an_alias_is_judged_by_whom_it_leads_to()
    {
        await using var world = await WorldAsync(new SourceVerdict(MailCategory.Spam, Proof: SenderProof.Aligned));
        await ListAsync(world, Alice, ListKind.Allow, "example.org");
        await ListAsync(world, Bob, ListKind.Block, "example.org");
        EnvelopeRecipient[] to = [new(Alice, null, "rfc822;office@example.edu"), new(Carol, null, "rfc822;alice@example.edu")];
        await world.SendAsync(Mails.Message("Offer"), new Envelope("sender@example.org", to, MailParameters.None));
        var recipients = Assert.Single(world.Records).Recipients;
        // The office is nobody's account, so Alice alone decides; Carol, who allowed nothing, has the second copy held.
        Assert.Equal([Dispositions.Deliver, Dispositions.HeldSpam], recipients.Select(one => one.Disposition));
    }
}
