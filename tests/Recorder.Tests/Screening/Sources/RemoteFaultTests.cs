using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using Recorder.Flow;
using Recorder.Ledger;
using Recorder.Screening;
using Recorder.Screening.Sources;
using Recorder.Smtp;

namespace Recorder.Tests.Screening.Sources;

/// <summary>Rspamd and spamd as they should not be: every fault is a missing verdict, said in one line, and mail flows on.</summary>
public sealed class RemoteFaultTests
{
    private const string Clean = """{"score":1.0,"action":"no action","symbols":{}}""";
    private static readonly string Huge = new('x', 2 << 20);

    private static readonly ReceivedMessage Message = SourceMail.Of("From: ann@example.org\r\n\r\nthe end\r\n");

    private static async Task<ScreenedMail> AskAsync(ScreeningOptions options, ReceivedMessage? message = null)
    {
        using var sources = new VerdictSources(SourcesSetup.SourcesOf(options), WhenFilterIsDown.Deliver, TimeProvider.System, null, NullLogger.Instance);
        var one = new RecipientCase(new EnvelopeRecipient("user@example.edu"), "key", [], Standing.Fresh);
        return (await sources.ScreenAsync(message ?? Message, [one], CancellationToken.None)).Message.Screened!;
    }

    private static ScreeningOptions Rspamd(int port) => new() { Rspamd = { Url = $"http://127.0.0.1:{port}", TimeoutSeconds = 20 } };

    private static ScreeningOptions Spamd(int port) => new() { Spamd = { Address = $"127.0.0.1:{port}", TimeoutSeconds = 20 } };

    public static TheoryData<string, string, string> Answers => new()
    {
        { "rspamd", "", "request failed" },
        { "rspamd", "gar\0bage\r\n\r\n", "request failed" },
        { "rspamd", LoopbackFilter.Http(""), "its answer is no verdict" },
        { "rspamd", LoopbackFilter.Http("<html>"), "its answer is no verdict" },
        { "rspamd", "HTTP/1.1 500 Sorry\r\nContent-Length: 0\r\n\r\n", "it answered 500" },
        { "rspamd", "HTTP/1.1 302 There\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n", "it answered 302" },
        { "rspamd", "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{\"score\":1", "e" },
        { "rspamd", LoopbackFilter.Http(new string('x', 17 << 20)), "its answer is larger than 16384 KB" },
        { "spamd", "", "without an answer" },
        { "spamd", "gar\0bage\r\n\r\n", "not of the spamd protocol" },
        { "spamd", "SPAMD/1.1 0 EX_OK\r\nSpam: Tr", "cut short" },
        { "spamd", "SPAMD/1.1 74 EX_IOERR\r\n\r\n", "it answered 74" },
        { "spamd", Huge, "its answer is larger than 256 KB" },
    };

    [Theory]
    [MemberData(nameof(Answers))]
    public async Task A_wrong_answer_is_a_missing_verdict(string name, string answer, string why)
    {
        using var filter = new LoopbackFilter(answer);
        var screened = await AskAsync(name == "rspamd" ? Rspamd(filter.Port) : Spamd(filter.Port));
        Assert.Equal((MailCategory.Clean, ""), (screened.Category, screened.Source));
        var line = Assert.Single(screened.Unavailable!);
        Assert.StartsWith($"{name}: ", line, StringComparison.Ordinal);
        Assert.Contains(why, line);
    }

    [Theory]
    [InlineData("rspamd")]
    [InlineData("spamd")]
    public async Task Nobody_there_is_a_missing_verdict(string name)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        listener.Stop();
        var screened = await AskAsync(name == "rspamd" ? Rspamd(port) : Spamd(port));
        Assert.Equal([$"{name}: connection failed (ConnectionRefused)"], screened.Unavailable);
    }

    [Theory]
    [InlineData("rspamd", null)]
    [InlineData("rspamd", "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{")]
    [InlineData("spamd", null)]
    [InlineData("spamd", "SPAMD/1.1 0 EX_OK\r\n")]
    public async Task A_filter_that_stops_in_the_middle_is_given_up(string name, string? answer)
    {
        using var filter = new LoopbackFilter(answer, closes: false);
        var options = name == "rspamd" ? Rspamd(filter.Port) : Spamd(filter.Port);
        options.TimeLimitSeconds = 1;
        Assert.Equal([$"{name}: no answer within 1 s"], (await AskAsync(options)).Unavailable);
    }

    [Theory]
    [InlineData(400, true)]
    [InlineData(413, true)]
    [InlineData(401, false)]
    [InlineData(403, false)]
    [InlineData(404, false)]
    [InlineData(429, false)]
    [InlineData(500, false)]
    public void An_answer_4xx_is_about_the_message_unless_it_is_about_us(int code, bool isOfTheMessage) =>
        Assert.Equal(isOfTheMessage, RspamdSource.IsOfTheMessage((HttpStatusCode)code));

    [Fact]
    public async Task Rspamd_is_told_the_envelope_and_the_outside_client()
    {
        using var filter = new LoopbackFilter(LoopbackFilter.Http(Clean));
        var options = Rspamd(filter.Port);
        options.Rspamd.Password = "geheim";
        var message = SourceMail.Of(
            "From: ann@example.org\r\n\r\nthe end\r\n", "ann@臺灣.example", new XForwardFacts("out.example.org", "IPV6:2001:db8::1", Helo: "helo.example.org"),
            "user@example.edu", "\"a, b\"@example.edu");
        Assert.Equal("rspamd", (await AskAsync(options, message)).Source);
        var heard = Assert.Single(filter.Heard);
        Assert.StartsWith("POST /checkv2 HTTP/1.1\r\n", heard, StringComparison.Ordinal);
        Assert.All(
            ["From: <ann@臺灣.example>", "Rcpt: <user@example.edu>, <\"a, b\"@example.edu>", "IP: 2001:db8::1", "Helo: helo.example.org", "Hostname: out.example.org", "Password: geheim", $"Content-Length: {message.Content.LengthBytes}"],
            line => Assert.Contains($"\r\n{line}\r\n", heard));
        Assert.EndsWith("\r\n\r\nFrom: ann@example.org\r\n\r\nthe end\r\n", heard, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_XFORWARD_Rspamd_is_told_our_own_peer_and_nothing_of_theirs_ends_a_line()
    {
        using var filter = new LoopbackFilter(LoopbackFilter.Http(Clean));
        await AskAsync(Rspamd(filter.Port), SourceMail.Of("the end\r\n", "", null, "a\r\nPassword: x@example.edu", "user@example.edu"));
        var heard = Assert.Single(filter.Heard);
        Assert.All(["From: <>", "Rcpt: <user@example.edu>", "IP: 192.0.2.25", "Helo: mx.example.edu"], line => Assert.Contains($"\r\n{line}\r\n", heard));
        Assert.DoesNotContain("Password", heard);
    }

    [Fact]
    public async Task Spamd_is_told_the_sender_as_a_mailbox_would_show_it()
    {
        using var filter = new LoopbackFilter("SPAMD/1.1 0 EX_OK\r\nSpam: True ; 7.5 / 5.0\r\n\r\n");
        var screened = await AskAsync(Spamd(filter.Port));
        Assert.Equal((MailCategory.Spam, "spamd", 7.5), (screened.Category, screened.Source, screened.Score));
        const string body = "Return-Path: <ann@example.org>\r\nFrom: ann@example.org\r\n\r\nthe end\r\n";
        Assert.Equal($"REPORT SPAMC/1.5\r\nContent-length: {body.Length}\r\n\r\n{body}", Assert.Single(filter.Heard));
    }

    [Fact]
    public async Task Two_filters_and_one_of_them_away_leave_the_others_verdict()
    {
        using var filter = new LoopbackFilter("SPAMD/1.1 0 EX_OK\r\nSpam: True ; 7.5 / 5.0\r\n\r\n");
        using var broken = new LoopbackFilter("");
        var options = Spamd(filter.Port);
        options.Rspamd.Url = $"http://127.0.0.1:{broken.Port}";
        var screened = await AskAsync(options);
        Assert.Equal("spamd", screened.Source);
        Assert.StartsWith("rspamd: ", Assert.Single(screened.Unavailable!), StringComparison.Ordinal);
    }
}
