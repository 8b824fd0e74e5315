using Recorder.Smtp;
using Recorder.Smtp.Server;

namespace Recorder.Tests.Smtp.Server;

public class ServerHandlerTests
{
    private readonly RecordingHandler handler = new();

    [Fact]
    public async Task What_the_handler_throws_becomes_451_and_the_session_goes_on()
    {
        handler.Mail = (_, _, _) => throw new InvalidOperationException("bug");
        var peer = new TestPeer(handler);
        await peer.SendAsync("EHLO c.test\r\n");
        Assert.StartsWith("451 4.3.0", await peer.AskAsync("MAIL FROM:<a@a.test>\r\n"), StringComparison.Ordinal);
        Assert.Equal("bug", Assert.Single(peer.Failures).Message);
        handler.Mail = (_, _, _) => null;
        Assert.StartsWith("250", await peer.AskAsync("MAIL FROM:<a@a.test>\r\n"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_refusal_that_says_250_is_a_bug_and_not_passed_on()
    {
        handler.Recipient = (_, _) => new SmtpReply(250, "2.1.5", "fine");
        var peer = new TestPeer(handler);
        Assert.EndsWith("451 4.3.0 Something failed on this server. Try again later.\r\n",
            await peer.AskAsync("HELO c.test\r\nMAIL FROM:<a@a.test>\r\nRCPT TO:<b@b.test>\r\n"), StringComparison.Ordinal);
        Assert.Single(peer.Failures);
    }

    [Fact]
    public async Task A_refusal_at_DATA_comes_instead_of_354()
    {
        handler.Data = (_, _) => throw new SmtpRefusedException(new SmtpReply(452, "", "full"));
        var peer = new TestPeer(handler);
        var said = await peer.AskAsync("HELO c.test\r\nMAIL FROM:<a@a.test>\r\nRCPT TO:<b@b.test>\r\nDATA\r\n");
        Assert.EndsWith("452 4.0.0 full\r\n", said, StringComparison.Ordinal);
        Assert.Equal(("DATA", 452), (peer.Refused[^1].Verb, peer.Refused[^1].Reply.Code));
    }

    [Fact]
    public async Task A_refusal_at_the_last_chunk_is_given_for_each_LMTP_recipient()
    {
        handler.Data = (_, _) => throw new SmtpRefusedException(new SmtpReply(452, "4.3.1", "full"));
        var peer = new TestPeer(handler, TestPeer.Lmtp());
        await peer.SendAsync("LHLO c.test\r\nMAIL FROM:<a@a.test>\r\nRCPT TO:<b@b.test>\r\nRCPT TO:<c@b.test>\r\n");
        Assert.Equal("452 4.3.1 full\r\n452 4.3.1 full\r\n250 2.0.0 OK\r\n", await peer.AskAsync("BDAT 4 LAST\r\nNOOPNOOP\r\n"));
    }

    [Fact]
    public async Task When_a_write_fails_the_data_is_read_to_its_end_and_then_answered()
    {
        handler.Data = (facts, envelope) => new IncomingMessage(handler, facts, envelope)
        {
            FailWrite = new SmtpRefusedException(new SmtpReply(452, "4.3.1", "disk full")),
        };
        var peer = new TestPeer(handler);
        await peer.StartDataAsync();
        Assert.Equal("", await peer.AskAsync("x\r\nQUIT\r\n"));
        Assert.Equal("", await peer.AskAsync("y\r\n"));
        Assert.Equal("452 4.3.1 disk full\r\n250 2.0.0 OK\r\n", await peer.AskAsync(".\r\nNOOP\r\n"));
        Assert.Equal((1, 1), (handler.Messages[0].WriteCount, handler.Messages[0].DisposeCount));
        Assert.Empty(peer.Failures);
    }

    [Fact]
    public async Task A_handler_with_the_wrong_number_of_replies_is_reported_and_the_peer_told_to_try_again()
    {
        handler.Complete = _ => Task.FromResult<IReadOnlyList<SmtpReply>>([new SmtpReply(250, "2.0.0", "one")]);
        var peer = new TestPeer(handler, TestPeer.Lmtp());
        await peer.StartDataAsync("b@b.test", "c@b.test");
        Assert.Equal(2, (await peer.AskAsync(".\r\n")).Split("451 4.3.0").Length - 1);
        Assert.Single(peer.Failures);
    }

    [Fact]
    public async Task A_failure_to_name_the_extensions_is_451_and_the_peer_may_greet_again()
    {
        handler.ExtensionsFailure = new SmtpRefusedException(new SmtpReply(451, "4.4.1", "next hop down"));
        var peer = new TestPeer(handler);
        peer.Said();
        Assert.Equal("451 4.4.1 next hop down\r\n", await peer.AskAsync("EHLO c.test\r\n"));
        Assert.StartsWith("503", await peer.AskAsync("MAIL FROM:<>\r\n"), StringComparison.Ordinal);
        handler.ExtensionsFailure = null;
        Assert.StartsWith("250", await peer.AskAsync("EHLO c.test\r\n"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_words_of_a_next_hop_stay_inside_their_reply()
    {
        handler.Complete = _ => Task.FromResult<IReadOnlyList<SmtpReply>>(
            [new SmtpReply(250, "2.0.0", "one\r\n250 forged\nthree\u0007 é " + new string('x', 900))]);
        var peer = new TestPeer(handler);
        await peer.StartDataAsync();
        var lines = (await peer.AskAsync(".\r\n")).Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal("250-2.0.0 one ", lines[0]);
        Assert.Equal("250-2.0.0 250 forged", lines[1]);
        Assert.StartsWith("250-2.0.0 three  ? xxx", lines[2], StringComparison.Ordinal);
        Assert.StartsWith("250 2.0.0 xxx", lines[3], StringComparison.Ordinal);
        Assert.All(lines, line => Assert.InRange(line.Length, 1, 510));
    }

    [Fact]
    public async Task A_transaction_with_SMTPUTF8_may_be_answered_in_UTF8()
    {
        handler.Complete = _ => Task.FromResult<IReadOnlyList<SmtpReply>>([new SmtpReply(250, "2.0.0", "收到")]);
        var peer = new TestPeer(handler);
        await peer.SendAsync("EHLO c.test\r\nMAIL FROM:<a@a.test> SMTPUTF8\r\nRCPT TO:<b@b.test>\r\nDATA\r\n");
        Assert.Equal("250 2.0.0 收到\r\n", await peer.AskAsync(".\r\n"));
    }

    [Fact]
    public async Task The_envelope_is_what_was_accepted()
    {
        handler.Recipient = (soFar, one) =>
            soFar.Recipients.Any(known => known.Address == one.Address) ? new SmtpReply(451, "4.5.3", "twice") : null;
        var peer = new TestPeer(handler);
        await peer.SendAsync(
            "EHLO c.test\r\nMAIL FROM:<@relay.test,@[192.0.2.1]:\"a >b\"@a.test> SIZE=12 BODY=8BITMIME RET=HDRS ENVID=q+2Bx\r\n" +
            "RCPT TO:<b@b.test> NOTIFY=failure,Delay ORCPT=rfc822;B+40b.test\r\nRCPT TO:<b@b.test>\r\nRCPT TO:<postmaster>\r\nDATA\r\n.\r\n");
        await peer.FinishAsync();
        var envelope = Assert.Single(handler.Messages).Envelope;
        Assert.Equal("\"a >b\"@a.test", envelope.ReversePath);
        Assert.Equal(new MailParameters(12, BodyType.EightBitMime, false, DsnReturn.Headers, "q+2Bx"), envelope.Parameters);
        Assert.Equal([new EnvelopeRecipient("b@b.test", "FAILURE,DELAY", "rfc822;B+40b.test"), new EnvelopeRecipient("postmaster")], envelope.Recipients);
    }

    [Fact]
    public async Task Half_a_message_leaves_no_trace()
    {
        var peer = new TestPeer(handler);
        await peer.StartDataAsync();
        await peer.SendAsync("x\r\n.\r");
        await peer.FinishAsync();
        Assert.Null(Assert.Single(handler.Messages).Shape);
        Assert.Equal(1, handler.Messages[0].DisposeCount);
        Assert.Empty(peer.Ended);
    }

    [Theory]
    [InlineData("NOOP ")]
    [InlineData("BDAT 0")]
    public async Task A_command_without_end_is_dropped_while_it_arrives(string start)
    {
        var memory = new CountingPool();
        var peer = new TestPeer(handler, inputMemory: memory);
        await peer.SendAsync(start);
        for (var i = 0; i < 50; i++) await peer.SendAsync(new string('x', 5000));
        Assert.InRange(memory.MostBytes, 1, 20_000);
        peer.Said();
        Assert.Equal("500 5.5.2 Command line too long. Shorten it.\r\n250 2.0.0 OK\r\n", await peer.AskAsync("\r\nNOOP\r\n"));
    }
}
