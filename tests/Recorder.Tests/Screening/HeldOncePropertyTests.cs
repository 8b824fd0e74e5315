using CsCheck;
using Microsoft.Extensions.Options;
using Recorder.Accounts;
using Recorder.Archive;
using Recorder.Flow;
using Recorder.Ledger;
using Recorder.Recovery;
using Recorder.Retention;
using Recorder.Screening.Lists;
using Recorder.Screening.Sources;
using Recorder.Tests.Fakes;

namespace Recorder.Tests.Screening;

/// <summary>
/// A held recipient whose upstream did not see our answer, a person who clicks, lists that change, restarts: in whatever
/// order they come, the message is delivered once, and only after a click.
/// </summary>
public sealed class HeldOncePropertyTests
{
    private const string Bob = "bob@example.edu";

    private enum Step
    {
        UpstreamTriesAgain,
        TenClicks,
        SenderIsAllowed,
        OutboxRuns,
        Restart,
    }

    private sealed class Spam : IVerdictSource
    {
        public string Name => "fake";

        public ValueTask<SourceVerdict?> AskAsync(ReceivedMessage message, CancellationToken cancel) =>
            ValueTask.FromResult<SourceVerdict?>(new SourceVerdict(MailCategory.Spam, 9, 6, Proof: SenderProof.Aligned));
    }

    [Fact]
    public void It_is_delivered_once_and_only_after_a_click() =>
        Gen.Enum<Step>().List[0, 7].Sample(steps => RunAsync(steps).GetAwaiter().GetResult(), iter: 150);

    private static async Task RunAsync(IReadOnlyList<Step> steps)
    {
        await using var world = new FlowWorld("example.edu");
        world.Sources.Add(new Spam());
        await world.StartAsync();
        var account = new Account(Bob, Bob, null, false, false, [new OwnedAddress(Bob)], world.Time.GetUtcNow());
        await world.Ledger.AppendAsync(new AccountSet(account) { Actor = Desk.Cli, At = world.Time.GetUtcNow() }, CancellationToken.None);
        var message = Mails.Message("Offer");
        var first = Assert.Single(await world.SendAsync(message, [Bob], confirm: false));
        var id = world.Log.Entries.Single(entry => entry.Kind == EntryKind.Mail).Id;
        var wasClicked = false;
        foreach (var step in steps)
        {
            switch (step)
            {
                case Step.UpstreamTriesAgain:
                    Assert.Equal(first.ToString(), Assert.Single(await world.SendAsync(message, [Bob], confirm: false)).ToString());
                    break;
                case Step.TenClicks:
                    await ClickAsync(world, account, id);
                    wasClicked = true;
                    break;
                case Step.SenderIsAllowed:
                    await new SenderLists(world.Ledger, world.Time).SetAsync(
                        new Actor("user", Bob), ListScopes.User(Bob), ListKind.Allow, "sender@example.org", null, null, false, CancellationToken.None);
                    break;
                case Step.OutboxRuns:
                    await OutboxAsync(world);
                    break;
                default:
                    await world.RestartAsync();
                    break;
            }

            Assert.True(wasClicked || world.Hop.Tried.IsEmpty, "delivered before anybody released it");
        }

        await ClickAsync(world, account, id);
        await OutboxAsync(world);
        Assert.Equal(first.ToString(), Assert.Single(await world.SendAsync(message, [Bob], confirm: false)).ToString());
        await OutboxAsync(world);
        Assert.Single(world.Hop.Tried);
        Assert.Single(world.Records);
    }

    private static async Task ClickAsync(FlowWorld world, Account account, RecordId id)
    {
        var book = new SimpleAddressBook("example.edu");
        var reader = new Reader(account, Ownership.ScopeOf(account), "", "test");
        var access = new RecordAccess(world.Archive, book, new RetentionTerms(world.Ledger, Options.Create(new RetentionOptions()), world.Time));
        var sight = (await access.FindAsync(reader, id, CancellationToken.None))!;
        var wishes = new RecordWishes(world.Ledger, book, world.Time);
        await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => Task.Run(() => wishes.ReleaseAsync(reader, sight, CancellationToken.None))));
    }

    private static async Task OutboxAsync(FlowWorld world)
    {
        foreach (var dispatch in world.Owed)
        {
            await world.Attempts.RunAsync(dispatch, CancellationToken.None);
        }
    }
}
