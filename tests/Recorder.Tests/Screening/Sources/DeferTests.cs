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

    [Fact]
    public async Task With_Defer_a_message_that_the_filter_refuses_is_held_after_a_few_tries_and_others_flow()
    {
        var filter = new Picky();
        await using var world = new FlowWorld { Sources = [filter], WhenDown = WhenFilterIsDown.Defer };
        await world.StartAsync();
        var poison = Mails.Message("poison");

        Assert.Equal(451, (await world.SendAsync(poison, ["one@example.edu"]))[0].Code);
        Assert.Equal(451, (await world.SendAsync(poison, ["one@example.edu"]))[0].Code);
        Assert.Equal(250, (await world.SendAsync(Mails.Message("plain"), ["one@example.edu"]))[0].Code);
        Assert.Equal(250, (await world.SendAsync(poison, ["one@example.edu"]))[0].Code);

        var held = world.Records[^1];
        var recipient = Assert.Single(held.Recipients);
        Assert.Equal((Dispositions.HeldSpam, ReasonCodes.Unreadable), (recipient.Disposition, recipient.Reason!.Code));
        Assert.Equal(["picky: it answered 400"], held.Screened!.Unavailable);
        Assert.Single(world.Hop.Kept);
    }

    [Fact]
    public async Task With_Defer_a_filter_that_is_away_is_waited_for_however_often_a_message_is_tried()
    {
        await using var world = World(WhenFilterIsDown.Defer, new Away());
        await world.StartAsync();
        var mail = Mails.Message("patient");
        for (var i = 0; i < 20; i++)
        {
            Assert.Equal(451, (await world.SendAsync(mail, ["one@example.edu"]))[0].Code);
            world.Time.Advance(TimeSpan.FromHours(1));
        }

        Assert.Empty(world.Records);
    }

    [Fact]
    public async Task With_Defer_time_outs_of_one_message_count_when_others_are_answered_between_them()
    {
        var filter = new Picky { Poison = new VerdictUnavailableException("no answer within 25 s") };
        await using var world = new FlowWorld { Sources = [filter], WhenDown = WhenFilterIsDown.Defer };
        await world.StartAsync();
        var poison = Mails.Message("poison");
        List<int> codes = [];
        for (var i = 0; i < 5; i++)
        {
            codes.Add((await world.SendAsync(poison, ["one@example.edu"]))[0].Code);
            await world.SendAsync(Mails.Message($"plain {i}"), ["one@example.edu"]);
            world.Time.Advance(TimeSpan.FromMinutes(5));
        }

        // The first says nothing yet, the three after it do; what came of the fourth is settled and repeated.
        Assert.Equal([451, 451, 451, 250, 250], codes);
    }

    [Fact]
    public async Task Refusals_of_messages_leave_the_way_to_the_filter_open_and_are_seen_when_there_is_nothing_else()
    {
        var filter = new Picky();
        await using var world = new FlowWorld { Sources = [filter] };
        await world.StartAsync();
        using var sources = new VerdictSources([filter], WhenFilterIsDown.Deliver, world.Time, null, Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance);
        async Task<ScreenedMail> Ask(string text)
        {
            var one = new RecipientCase(new EnvelopeRecipient("user@example.edu"), "key", [], Standing.Fresh);
            return (await sources.ScreenAsync(SourceMail.Of(text), [one], CancellationToken.None)).Message.Screened!;
        }

        for (var i = 0; i < 20; i++) Assert.Equal(["picky: it answered 400"], (await Ask($"Subject: poison {i}\r\n\r\nthe end\r\n")).Unavailable);
        Assert.Equal(("open", "it answered 400"), (sources.Health[0].State, sources.Health[0].LastError));
        Assert.Equal("picky", (await Ask("Subject: plain\r\n\r\nthe end\r\n")).Source);
        Assert.Null(sources.Health[0].LastError);
        filter.Poison = new VerdictUnavailableException("connection failed");
        world.Time.Advance(TimeSpan.FromMinutes(1));
        for (var i = 0; i < 20; i++) await Ask($"Subject: poison again {i}\r\n\r\nthe end\r\n");
        Assert.Equal("broken", sources.Health[0].State);
    }

    /// <summary>Fails on what says poison.</summary>
    private sealed class Picky : IRemoteVerdictSource
    {
        public VerdictUnavailableException Poison { get; set; } = new("it answered 400") { IsRefusal = true };

        public string Name => "picky";

        public RemoteLimits Limits { get; } = new(TimeSpan.FromSeconds(10), 5, 5, 1 << 20, TimeSpan.FromSeconds(15));

        public async ValueTask<SourceVerdict?> AskAsync(ReceivedMessage message, CancellationToken cancel)
        {
            using var text = new StreamReader(message.Content.OpenRead());
            return (await text.ReadToEndAsync(cancel)).Contains("poison") ? throw Poison : new SourceVerdict(MailCategory.Clean);
        }
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
