using System.Text;
using Recorder.Archive;
using Recorder.Ledger;
using Recorder.Smtp;
using Recorder.Smtp.Client;
using Recorder.Tests.Fakes;
using Recorder.Tests.Smtp.Client.Peers;
using Recorder.Tests.Smtp.Server;

namespace Recorder.Tests.Flow;

/// <summary>From the wire to the wire: a real session, the flow, a real pool of sessions to a next hop.</summary>
public sealed class DialogueTests
{
    private const string Message = "From: Sender <sender@example.org>\r\nSubject: =?utf-8?B?6YO15Lu2?=\r\n\r\n.leading dot\r\n繁體中文\r\n";

    private static NextHopPool Pool(ToyHop hop, FlowWorld world) => new(
        new NextHopEndpoint("127.0.0.1", hop.Port, hop.IsLmtp ? SmtpProtocol.Lmtp : SmtpProtocol.Smtp), new NextHopOptions { OurHostname = "mx.test" }, world.Time);

    private static string Stuffed => Message.Replace("\r\n.", "\r\n..", StringComparison.Ordinal);

    /// <summary>Sends and waits for as many reply lines.</summary>
    private static async Task<string[]> AskAsync(TestPeer peer, string text, int lines = 1)
    {
        var said = new StringBuilder();
        await peer.SendAsync(text);
        await WaitUntil.Async(() => said.Append(peer.Said()).ToString().Split("\r\n").Length > lines);
        return said.ToString().Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
    }

    private static async Task<TestPeer> GreetAsync(FlowWorld world, SmtpProtocol protocol)
    {
        var peer = new TestPeer(world.Handler(protocol), protocol == SmtpProtocol.Lmtp ? TestPeer.Lmtp() : TestPeer.Smtp());
        await AskAsync(peer, "");
        await peer.SendAsync(protocol == SmtpProtocol.Lmtp ? "LHLO mta.example.edu\r\n" : "EHLO mta.example.edu\r\n");
        await WaitUntil.Async(() => peer.Said().Contains("250 ", StringComparison.Ordinal));
        return peer;
    }

    [Fact]
    public async Task Bytes_travel_exactly_from_the_session_through_the_archive_to_the_next_hop()
    {
        await using var hop = new ToyHop { IsLmtp = true, Extensions = ["PIPELINING", "8BITMIME", "ENHANCEDSTATUSCODES"] }.Listen();
        await using var world = new FlowWorld();
        await using var pool = Pool(hop, world);
        await world.StartAsync(pool);
        await world.Routes.ProbeAllAsync(CancellationToken.None);
        var peer = await GreetAsync(world, SmtpProtocol.Lmtp);

        await AskAsync(peer, "MAIL FROM:<sender@example.org> BODY=8BITMIME\r\n");
        await AskAsync(peer, "RCPT TO:<alice@example.edu>\r\n");
        await AskAsync(peer, "DATA\r\n");
        var reply = Assert.Single(await AskAsync(peer, Stuffed + ".\r\n"));
        Assert.StartsWith("221", Assert.Single(await AskAsync(peer, "QUIT\r\n")), StringComparison.Ordinal);
        await peer.FinishAsync();

        var record = Assert.Single(world.Log.Entries, entry => entry.Kind == EntryKind.Mail);
        Assert.Equal($"250 2.0.0 {record.Id} recorded; kept", reply);
        Assert.Equal(Message, Encoding.UTF8.GetString(world.Log.ContentOf(record.Id)));
        var delivered = Encoding.UTF8.GetString(Assert.Single(hop.Messages));
        Assert.StartsWith($"Received: from mta.example.edu ([127.0.0.1])\r\n\tby mx.test with LMTP\r\n\tid {record.Id}\r\n\tfor <alice@example.edu>;", delivered, StringComparison.Ordinal);
        Assert.EndsWith("\r\n" + Message, delivered, StringComparison.Ordinal);
        await world.ConfirmedAsync();
    }

    [Fact]
    public async Task Sixty_recipients_over_LMTP_end_each_in_their_own_way()
    {
        var replies = 0;
        await using var hop = new ToyHop
        {
            IsLmtp = true,
            Extensions = ["PIPELINING"],
            Answer = line => line.Contains("user7@", StringComparison.Ordinal) ? "550 5.1.1 no such user"
                : line == "." && Interlocked.Increment(ref replies) == 4 ? "450 4.2.1 busy" : null,
        }.Listen();
        await using var world = new FlowWorld();
        await using var pool = Pool(hop, world);
        await world.StartAsync(pool);
        await world.Routes.ProbeAllAsync(CancellationToken.None);
        var peer = await GreetAsync(world, SmtpProtocol.Lmtp);

        await AskAsync(peer, "MAIL FROM:<sender@example.org>\r\n");
        await AskAsync(peer, string.Concat(Enumerable.Range(0, 60).Select(i => $"RCPT TO:<user{i}@example.edu>\r\n")), 60);
        await AskAsync(peer, "DATA\r\n");
        var said = await AskAsync(peer, "Subject: sixty\r\n\r\nx\r\n.\r\n", 60);
        await peer.FinishAsync();

        Assert.Equal(60, said.Length);
        Assert.Equal([3], Indexes(said, "450"));
        Assert.Equal([7], Indexes(said, "550"));
        Assert.Equal(58, said.Count(line => line.StartsWith("250", StringComparison.Ordinal)));
    }

    private static IEnumerable<int> Indexes(string[] lines, string code) =>
        lines.Select((line, index) => (line, index)).Where(pair => pair.line.StartsWith(code, StringComparison.Ordinal)).Select(pair => pair.index);

    [Fact]
    public async Task When_the_connection_breaks_before_the_answer_a_retry_gets_it_and_the_next_hop_gets_nothing_more()
    {
        await using var hop = new ToyHop { IsLmtp = false }.Listen();
        await using var world = new FlowWorld();
        await using var pool = Pool(hop, world);
        await world.StartAsync(pool);

        async Task<string> TryAsync(bool breaks)
        {
            var peer = await GreetAsync(world, SmtpProtocol.Smtp);
            await AskAsync(peer, "MAIL FROM:<sender@example.org>\r\n");
            await AskAsync(peer, "RCPT TO:<alice@example.edu>\r\n");
            await AskAsync(peer, "DATA\r\n");
            var reply = Assert.Single(await AskAsync(peer, "Subject: once\r\n\r\nx\r\n.\r\n"));
            if (breaks) await peer.BreakAsync();
            else await peer.CloseAsync();
            await peer.Session;
            return reply;
        }

        Assert.Equal(await TryAsync(breaks: true), await TryAsync(breaks: true));
        var confirmed = await TryAsync(breaks: false);
        Assert.NotEqual(confirmed, await TryAsync(breaks: false));
        Assert.Equal(2, hop.Messages.Count);
    }

    [Fact]
    public async Task With_the_next_hop_down_MAIL_is_451_and_nothing_is_recorded()
    {
        var hop = new ToyHop();
        await using (hop.Listen()) { }
        await using var world = new FlowWorld();
        await using var pool = Pool(hop, world);
        await world.StartAsync(pool);
        var peer = await GreetAsync(world, SmtpProtocol.Smtp);

        Assert.StartsWith("451 4.4.1", Assert.Single(await AskAsync(peer, "MAIL FROM:<sender@example.org>\r\n")), StringComparison.Ordinal);
        await peer.FinishAsync();
        Assert.Empty(world.Log.Entries);
    }
}
