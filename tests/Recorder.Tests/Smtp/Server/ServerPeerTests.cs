using System.IO.Pipelines;
using System.Net;
using System.Text;
using Recorder.Smtp;
using Recorder.Smtp.Server;

namespace Recorder.Tests.Smtp.Server;

public class ServerPeerTests
{
    private readonly RecordingHandler handler = new();

    [Theory]
    [InlineData("192.0.2.1", true)]
    [InlineData("::ffff:192.0.2.200", true)]
    [InlineData("2001:db8::7", true)]
    [InlineData("192.0.3.1", false)]
    [InlineData("::ffff:192.0.3.1", false)]
    [InlineData("2001:db9::7", false)]
    [InlineData("127.0.0.1", false)]
    public async Task Only_peers_in_the_trusted_networks_are_greeted(string remote, bool trusted)
    {
        var options = TestPeer.Smtp() with { TrustedNetworks = [IPNetwork.Parse("192.0.2.0/24"), IPNetwork.Parse("2001:db8::/32")] };
        var peer = new TestPeer(handler, options, remote: remote);
        Assert.StartsWith(trusted ? "220 " : "554 5.7.1 ", peer.Said(), StringComparison.Ordinal);
        Assert.Equal(!trusted, peer.Session.IsCompleted);
        await peer.FinishAsync();
        Assert.Equal(trusted ? SmtpSessionEnd.PeerClosed : SmtpSessionEnd.Untrusted, peer.End);
    }

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("127.9.9.9")]
    [InlineData("::1")]
    [InlineData("::ffff:127.0.0.1")]
    public void Loopback_is_trusted_by_default(string remote) =>
        Assert.StartsWith("220 ", new TestPeer(handler, remote: remote).Said(), StringComparison.Ordinal);

    [Fact]
    public async Task XFORWARD_is_announced_and_allowed_only_inside_its_networks()
    {
        var peer = new TestPeer(handler, TestPeer.Smtp() with { XForwardNetworks = [] });
        Assert.DoesNotContain("XFORWARD", await peer.AskAsync("EHLO c.test\r\n"), StringComparison.Ordinal);
        Assert.StartsWith("550 5.7.1", await peer.AskAsync("XFORWARD NAME=x\r\n"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task XFORWARD_facts_reach_the_handler_decoded_and_last_for_one_transaction()
    {
        var peer = new TestPeer(handler);
        await peer.SendAsync(
            "EHLO c.test\r\nXFORWARD NAME=spike.test ADDR=IPv6:2001:db8::1 PORT=[UNAVAILABLE]\r\n" +
            "XFORWARD PROTO=ESMTP HELO=a+20b+0A+E4+BD+A0 IDENT=+5BTEMPUNAVAIL+5D SOURCE=REMOTE\r\n" +
            "MAIL FROM:<a@a.test>\r\nRSET\r\nMAIL FROM:<a@a.test>\r\n");
        await peer.FinishAsync();
        var expected = new XForwardFacts("spike.test", "IPv6:2001:db8::1", null, "ESMTP", "a b?你", null, "REMOTE");
        Assert.Equal([expected, null], handler.Mails.Select(mail => mail.Peer.XForward));
    }

    [Theory]
    [InlineData(SmtpProtocol.Smtp, "HELO c.test", "", "SMTP")]
    [InlineData(SmtpProtocol.Smtp, "EHLO c.test", "", "ESMTP")]
    [InlineData(SmtpProtocol.Smtp, "EHLO c.test", " SMTPUTF8", "UTF8SMTP")]
    [InlineData(SmtpProtocol.Lmtp, "LHLO c.test", "", "LMTP")]
    [InlineData(SmtpProtocol.Lmtp, "LHLO c.test", " SMTPUTF8", "UTF8LMTP")]
    public async Task The_peer_facts_name_the_protocol_as_Received_fields_do(SmtpProtocol protocol, string hello, string parameters, string name)
    {
        var peer = new TestPeer(handler, TestPeer.Smtp() with { Protocol = protocol });
        await peer.SendAsync($"{hello}\r\nMAIL FROM:<a@a.test>{parameters}\r\n");
        var facts = Assert.Single(handler.Mails).Peer;
        Assert.Equal((name, "c.test", null), (facts.ProtocolName, facts.Helo, facts.TlsProtocol));
    }

    [Fact]
    public async Task What_the_handler_no_longer_offers_is_refused_after_the_next_greeting()
    {
        var peer = new TestPeer(handler);
        await peer.SendAsync("EHLO c.test\r\n");
        handler.Extensions = new SmtpExtensions(77, EightBitMime: false, SmtpUtf8: false, Dsn: false, Chunking: false);
        Assert.StartsWith("250", await peer.AskAsync("MAIL FROM:<a@a.test> RET=FULL\r\n"), StringComparison.Ordinal);
        var hello = await peer.AskAsync("EHLO c.test\r\n");
        Assert.Equal("250-mx.test\r\n250-PIPELINING\r\n250-SIZE 77\r\n250-ENHANCEDSTATUSCODES\r\n250 XFORWARD NAME ADDR PROTO HELO PORT IDENT SOURCE\r\n", hello);
        foreach (var parameter in new[] { "RET=FULL", "ENVID=x", "BODY=8BITMIME", "SMTPUTF8" })
            Assert.StartsWith("555 5.5.4", await peer.AskAsync($"MAIL FROM:<a@a.test> {parameter}\r\n"), StringComparison.Ordinal);
        Assert.StartsWith("502 5.5.1", await peer.AskAsync("BDAT 0 LAST\r\n"), StringComparison.Ordinal);
    }

    [Fact]
    public void The_limiter_counts_in_total_and_for_each_peer()
    {
        var limiter = new ConnectionLimiter(maxTotal: 3, maxPerPeer: 2);
        var (a, b, c) = (IPAddress.Parse("192.0.2.1"), IPAddress.Parse("::ffff:192.0.2.1"), IPAddress.Parse("192.0.2.3"));
        var first = limiter.TryEnter(a, out _);
        Assert.NotNull(limiter.TryEnter(b, out _));
        Assert.Null(limiter.TryEnter(a, out var perPeer));
        Assert.Equal((421, "4.7.0"), (perPeer!.Code, perPeer.EnhancedCode));
        Assert.NotNull(limiter.TryEnter(c, out _));
        Assert.Null(limiter.TryEnter(c, out var total));
        Assert.Equal((421, "4.3.2"), (total!.Code, total.EnhancedCode));
        first!.Dispose();
        first.Dispose();
        Assert.Equal(2, limiter.Count);
        Assert.NotNull(limiter.TryEnter(a, out var none));
        Assert.Null(none);
    }

    [Fact]
    public async Task A_refused_connection_is_greeted_with_the_reason()
    {
        var limiter = new ConnectionLimiter(0, 0);
        Assert.Null(limiter.TryEnter(IPAddress.Loopback, out var refusal));
        var pipe = new Pipe();
        await ConnectionLimiter.RefuseAsync(pipe.Writer, refusal!, CancellationToken.None);
        var sent = await pipe.Reader.ReadAsync();
        Assert.Equal("421 4.3.2 Too many connections. Try again in a minute.\r\n", Encoding.ASCII.GetString(sent.Buffer));
    }
}
