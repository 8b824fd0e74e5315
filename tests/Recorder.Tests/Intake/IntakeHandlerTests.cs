using Recorder.Flow;
using Recorder.Intake;
using Recorder.Smtp;
using Recorder.Tests.Fakes;

namespace Recorder.Tests.Intake;

public sealed class IntakeHandlerTests
{
    private static ValueTask<SmtpReply?> Mail(IntakeHandler handler) =>
        handler.OnMailAsync(FlowWorld.Peer, "sender@example.org", MailParameters.None, CancellationToken.None);

    private static ValueTask<SmtpReply?> Rcpt(IntakeHandler handler, string address) =>
        handler.OnRecipientAsync(FlowWorld.Peer, new Envelope("", [], MailParameters.None), new EnvelopeRecipient(address), CancellationToken.None);

    [Fact]
    public async Task A_relay_announces_what_the_next_hop_offers_and_the_smaller_size()
    {
        await using var world = await new FlowWorld().StartAsync();
        world.Hop.Capabilities = new NextHopCapabilities(500_000, EightBitMime: true, SmtpUtf8: false, Dsn: true, Chunking: false, true, true);
        Assert.Equal(new SmtpExtensions(500_000 - 1024, true, false, true, false), world.Handler().Extensions);

        world.Hop.Capabilities = FakeHop.Everything;
        Assert.Equal(new SmtpExtensions(1 << 20), world.Handler().Extensions);

    }

    [Fact]
    public async Task A_next_hop_not_yet_known_makes_no_upstream_convert_its_mail()
    {
        await using var world = await new FlowWorld().StartAsync();
        world.Hop.Capabilities = null;
        Assert.Equal(new SmtpExtensions(1 << 20, EightBitMime: true, SmtpUtf8: true, Dsn: false, Chunking: false), world.Handler().Extensions);
    }

    [Fact]
    public async Task A_journal_announces_everything_whatever_the_next_hop_offers()
    {
        await using var world = await new FlowWorld().StartAsync();
        world.Hop.Capabilities = null;
        Assert.Equal(new SmtpExtensions(1 << 20), world.Handler(mode: IntakeMode.Journal).Extensions);
    }

    [Fact]
    public async Task MAIL_is_451_while_the_next_hop_is_down_and_accepted_when_it_is_back()
    {
        await using var world = await new FlowWorld().StartAsync();
        Assert.Null(await Mail(world.Handler()));

        world.Hop.IsUnreachable = true;
        await world.SendAsync("Finds out", "alice@example.edu");
        Assert.Equal("451 4.4.1", (await Mail(world.Handler()))!.ToString()[..9]);
        Assert.Equal("451 4.4.1", (await Rcpt(world.Handler(), "alice@example.edu"))!.ToString()[..9]);
        Assert.Null(await Mail(world.Handler(mode: IntakeMode.Journal)));

        world.Hop.IsUnreachable = false;
        world.Time.Advance(TimeSpan.FromSeconds(5));
        Assert.Null(await Mail(world.Handler()));
        Assert.Null(await Rcpt(world.Handler(), "alice@example.edu"));
    }

    [Fact]
    public async Task MAIL_and_DATA_are_452_when_space_runs_out()
    {
        await using var world = await new FlowWorld().StartAsync();
        world.Space = new DiskSpace(0, 1L << 40);
        world.Time.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal("452 4.3.1", (await Mail(world.Handler()))!.ToString()[..9]);
        var refused = await Assert.ThrowsAsync<SmtpRefusedException>(() => world.SendAsync("Full", "alice@example.edu"));
        Assert.Equal(452, refused.Reply.Code);
    }

    [Theory]
    [InlineData("alice@example.edu", null)]
    [InlineData("x@elsewhere.test", null)]
    [InlineData("postmaster", null)]
    [InlineData("no-domain", 553)]
    public async Task A_relay_takes_every_address_it_can_read(string address, int? code)
    {
        await using var world = await new FlowWorld("example.edu").StartAsync();
        Assert.Equal(code, (await Rcpt(world.Handler(), address))?.Code);
    }

    [Fact]
    public async Task A_journal_refuses_what_is_no_journal_address_and_says_what_to_do()
    {
        await using var world = await new FlowWorld().StartAsync();
        var journal = world.Handler(mode: IntakeMode.Journal);

        Assert.Null(await Rcpt(journal, "alice#example.edu@journal.invalid"));
        Assert.Null(await Rcpt(journal, "alice@example.edu"));
        var refusal = (await Rcpt(journal, "alice@journal.invalid"))!;
        Assert.Equal((550, "5.1.1"), (refusal.Code, refusal.EnhancedCode));
        Assert.Contains("recipient_bcc_maps", refusal.Text, StringComparison.Ordinal);
    }
}
