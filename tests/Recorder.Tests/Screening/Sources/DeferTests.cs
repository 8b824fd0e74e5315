using Recorder.Flow;
using Recorder.Ledger;
using Recorder.Screening;
using Recorder.Screening.Sources;
using Recorder.Smtp;
using Recorder.Tests.Fakes;

namespace Recorder.Tests.Screening.Sources;

/// <summary>A filter that is away, seen from the upstream.</summary>
public sealed class DeferTests
{
    private static FlowWorld World(WhenFilterIsDown whenDown, Away filter) => new() { Sources = [filter], WhenDown = whenDown };

    [Theory]
    [InlineData(SmtpProtocol.Smtp)]
    [InlineData(SmtpProtocol.Lmtp)]
    public async Task With_Defer_everybody_is_answered_451_and_nothing_is_recorded_until_the_filter_is_back(SmtpProtocol protocol)
    {
        var filter = new Away();
        await using var world = World(WhenFilterIsDown.Defer, filter);
        await world.StartAsync();
        var (mail, to) = (Mails.Message("wait"), new[] { "one@example.edu", "two@example.edu" });

        Assert.All(await world.SendAsync(mail, to, protocol), reply => Assert.Equal("451 4.7.1 a spam filter cannot be asked now; try again later", reply.ToString()));
        Assert.Empty(world.Records);
        Assert.Empty(world.Hop.Kept);

        filter.IsBack = true;
        Assert.All(await world.SendAsync(mail, to, protocol), reply => Assert.Equal(250, reply.Code));
        Assert.Equal("away", Assert.Single(world.Records).Screened!.Source);
    }

    [Fact]
    public async Task With_Defer_a_recipient_settled_before_stays_settled_and_the_outbox_takes_nobody_over()
    {
        var filter = new Away { IsBack = true };
        await using var world = World(WhenFilterIsDown.Defer, filter);
        await world.StartAsync();
        var mail = Mails.Message("mixed");
        await world.SendAsync(mail, ["one@example.edu"], SmtpProtocol.Smtp, confirm: false);
        filter.IsBack = false;

        var replies = await world.SendAsync(mail, ["one@example.edu", "two@example.edu"], SmtpProtocol.Smtp, confirm: false);

        Assert.Equal(451, Assert.Single(replies).Code);
        Assert.Empty(world.Owed);
        Assert.Single(world.Records);
        Assert.Single(world.Hop.Kept);
    }

    [Fact]
    public async Task With_Deliver_it_goes_on_and_the_record_says_who_was_missing()
    {
        await using var world = World(WhenFilterIsDown.Deliver, new Away());
        await world.StartAsync();
        Assert.Equal(250, (await world.SendAsync("flows", "one@example.edu"))[0].Code);
        Assert.Equal(["away: gone fishing"], Assert.Single(world.Records).Screened!.Unavailable);
    }

    private sealed class Away : IRemoteVerdictSource
    {
        public bool IsBack { get; set; }

        public string Name => "away";

        public RemoteLimits Limits { get; } = new(TimeSpan.FromSeconds(10), 5, 5, 1 << 20, TimeSpan.FromSeconds(15));

        public ValueTask<SourceVerdict?> AskAsync(ReceivedMessage message, CancellationToken cancel) =>
            IsBack ? new(new SourceVerdict(MailCategory.Clean)) : throw new VerdictUnavailableException("gone fishing");
    }
}
