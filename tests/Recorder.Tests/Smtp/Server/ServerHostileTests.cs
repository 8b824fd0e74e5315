using System.Text;
using Recorder.Smtp;
using Recorder.Smtp.Server;

namespace Recorder.Tests.Smtp.Server;

/// <summary>What no honest client sends.</summary>
public class ServerHostileTests
{
    private static readonly SmtpServerOptions Keeping = TestPeer.Smtp() with { BareLineEnds = BareLineEnds.Keep };
    private readonly RecordingHandler handler = new();

    public static TheoryData<string, string> Ends() => new()
    {
        // What follows DATA, and what it means: only the last five bytes of each end it.
        { "\r\n.\r\n", "\r\n" }, { ".\r\n", "" }, { "..\r\n.\r\n", ".\r\n" }, { ".x\r\n.\r\n", "x\r\n" }, { "...\r\n.\r\n", "..\r\n" },
        { "x\n.\n\r\n.\r\n", "x\n.\n\r\n" }, { "x\r.\r\r\n.\r\n", "x\r.\r\r\n" }, { "x\r\n.\n\r\n.\r\n", "x\r\n\n\r\n" }, { "x\n.\r\n\r\n.\r\n", "x\n.\r\n\r\n" },
        { "x\r\n.\r\r\n.\r\n", "x\r\n\r\r\n" }, { "x\r\r\n.\r\n", "x\r\r\n" }, { ".\n\r\n.\r\n", "\n\r\n" }, { ".\r\r\n.\r\n", "\r\r\n" }, { ".\0\r\n.\r\n", "\0\r\n" },
        { "x\r\n.\0\r\n.\r\n", "x\r\n\0\r\n" }, { "\n\r.\r\n\r\n.\r\n", "\n\r.\r\n\r\n" }, { "MAIL FROM:<x@x.test>\r\nQUIT\r\n.\r\n", "MAIL FROM:<x@x.test>\r\nQUIT\r\n" },
    };

    [Theory, MemberData(nameof(Ends))]
    public async Task The_end_of_data_is_the_same_wherever_the_packets_are_cut(string wire, string message)
    {
        for (var cut = 0; cut <= wire.Length; cut++)
        {
            for (var second = cut; second <= wire.Length; second++)
            {
                var taker = new RecordingHandler();
                var peer = new TestPeer(taker, Keeping);
                await peer.StartDataAsync();
                await peer.SendAsync(wire[..cut]);
                await peer.SendAsync(wire[cut..second]);
                await peer.SendAsync(wire[second..] + "NOOP\r\n");
                Assert.Equal($"250 2.0.0 {message.Length} recorded\r\n250 2.0.0 OK\r\n", peer.Said());
                Assert.Equal(message, Assert.Single(taker.Messages).Text);
                Assert.Single(taker.Mails);
            }
        }
    }

    [Fact]
    public async Task Dots_are_taken_out_wherever_a_buffer_of_the_transport_ends()
    {
        for (var before = 4080; before <= 4110; before++)
        {
            var message = new string('x', before) + "\r\n.\r\n..y\r\n" + new string('z', 4096 - 9) + "\r\n.\r\n";
            var taker = new RecordingHandler { Extensions = new SmtpExtensions(0) };
            var peer = new TestPeer(taker);
            await peer.StartDataAsync();
            await peer.SendAsync(message.Replace("\r\n.", "\r\n..", StringComparison.Ordinal) + ".\r\n");
            Assert.Equal(message, Assert.Single(taker.Messages).Text);
        }
    }

    [Fact]
    public async Task What_is_over_long_in_the_text_is_kept()
    {
        var message = new string('x', 100_000) + "\r\n\0" + new string('é', 3) + "\r\n";
        handler.Extensions = new SmtpExtensions(0);
        var peer = new TestPeer(handler);
        await peer.StartDataAsync();
        Assert.StartsWith("250", await peer.AskAsync(message + ".\r\n"), StringComparison.Ordinal);
        Assert.Equal(message, Encoding.UTF8.GetString(Assert.Single(handler.Messages).Bytes));
        Assert.Equal(new WireShape(100_011, false, false, true, true, 100_000), handler.Messages[0].Shape);
    }

    public static TheoryData<string, string> OverLong() => new()
    {
        { "MAIL FROM:<" + new string('a', 257) + "@a.test>", "501 5.1.7" }, { "MAIL FROM:<a@" + new string('b', 256) + ">", "501 5.1.7" },
        { "MAIL FROM:<" + string.Concat(Enumerable.Repeat("@r.test,", 150)) + "@r.test:a@a.test>", "501 5.1.7" },
        { "MAIL FROM:<a@a.test> " + string.Concat(Enumerable.Range(0, 300).Select(i => $"X{i} ")), "555 5.5.4" },
        { "MAIL FROM:<a@a.test> " + string.Concat(Enumerable.Repeat("SIZE=1 ", 200)), "501 5.5.4" },
        { "MAIL FROM:<a@a.test> ENVID=" + new string('e', 101), "501 5.5.4" }, { "MAIL FROM:<a@a.test> SIZE=" + new string('1', 21), "501 5.5.4" },
        { "MAIL FROM:<a@a.test> " + new string('K', 1900) + "=1", "555 5.5.4" }, { "MAIL FROM:<a@a.test> SIZE=1 " + new string(' ', 2048), "500 5.5.2" },
        { "EHLO " + new string('h', 256), "501 5.5.4" }, { "XFORWARD NAME=" + new string('n', 2040), "500 5.5.2" }, { new string('V', 2000), "500 5.5.2" },
        { "MAIL FROM:<jos\u00e9@a.test>", "553 5.6.7" }, { "MAIL FROM:<a@a.test> ENVID=\u00e9", "501 5.5.4" }, { "M\u00e0IL FROM:<a@a.test>", "500 5.5.2" },
        { "XFORWARD HELO=+0D+0AMAIL", "250 2.0.0" }, { "XFORWARD HELO=+0", "501 5.5.4" }, { "XFORWARD HELO=a=b", "501 5.5.4" }, { "XFORWARD HELO=+gg", "501 5.5.4" },
    };

    [Theory, MemberData(nameof(OverLong))]
    public async Task Commands_beyond_their_bounds_are_refused_and_the_dialogue_goes_on(string command, string reply)
    {
        var peer = new TestPeer(handler);
        await peer.AskAsync("EHLO c.test\r\n");
        Assert.StartsWith(reply, await peer.AskAsync(command + "\r\n"), StringComparison.Ordinal);
        Assert.StartsWith("250", await peer.AskAsync("NOOP\r\n"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("BDAT -1"), InlineData("BDAT"), InlineData("BDAT x"), InlineData("BDAT +5 LAST"), InlineData("BDAT 0x10"), InlineData("BDAT 9223372036854775808 LAST"), InlineData("BDAT 1.0"), InlineData("BDAT LAST 1")]
    public async Task A_chunk_whose_bytes_cannot_be_counted_ends_the_session(string command)
    {
        var peer = new TestPeer(handler);
        await peer.AskAsync("EHLO c.test\r\nMAIL FROM:<a@a.test>\r\nRCPT TO:<b@b.test>\r\n");
        Assert.StartsWith("501 5.5.4", await peer.AskAsync(command + "\r\nMAIL FROM:<evil@a.test>\r\n"), StringComparison.Ordinal);
        await peer.Session;
        Assert.Equal(SmtpSessionEnd.Unframed, peer.End);
        Assert.Single(handler.Mails);
        Assert.Empty(handler.Messages);
    }

    [Theory]
    [InlineData("BDAT 9223372036854775807")]
    [InlineData("BDAT 9223372036854775807 LAST")]
    public async Task A_chunk_without_end_takes_no_memory_and_ends_after_a_while(string command)
    {
        var peer = new TestPeer(handler, TestPeer.Smtp() with { MaxDroppedBytes = 100_000 });
        await peer.AskAsync("EHLO c.test\r\nMAIL FROM:<a@a.test>\r\nRCPT TO:<b@b.test>\r\n" + command + "\r\n");
        await FloodAsync(peer);
        Assert.Contains("552 5.3.4", peer.Said(), StringComparison.Ordinal);
        Assert.Equal(SmtpSessionEnd.Flooded, peer.End);
        Assert.InRange(Assert.Single(handler.Messages).Bytes.Length, 0, 5000);
    }

    [Fact]
    public async Task A_refused_chunk_without_end_ends_after_a_while()
    {
        var peer = new TestPeer(handler, TestPeer.Smtp() with { MaxDroppedBytes = 100_000 });
        await peer.AskAsync("BDAT 9223372036854775807\r\n");
        await FloodAsync(peer);
        Assert.Contains("421 4.7.0", peer.Said(), StringComparison.Ordinal);
        Assert.Equal(SmtpSessionEnd.Flooded, peer.End);
    }

    [Fact]
    public async Task Data_without_end_ends_with_its_refusal_after_a_while()
    {
        var peer = new TestPeer(handler, TestPeer.Smtp() with { MaxDroppedBytes = 100_000 });
        await peer.StartDataAsync();
        await FloodAsync(peer);
        Assert.StartsWith("552 5.3.4", peer.Said(), StringComparison.Ordinal);
        Assert.Equal(SmtpSessionEnd.Flooded, peer.End);
        Assert.Equal(1, Assert.Single(handler.Messages).DisposeCount);
    }

    [Fact]
    public async Task Garbage_in_a_stream_is_answered_a_few_times_and_left()
    {
        var peer = new TestPeer(handler);
        await peer.SendAsync(new Random(3).GetItems(Enumerable.Range(0, 256).Select(i => (byte)i).ToArray(), 300_000));
        await peer.FinishAsync();
        Assert.InRange(peer.Refused.Count, 1, TestPeer.Smtp().MaxErrorsBeforeClose);
        Assert.Empty(handler.Mails);
        Assert.Empty(peer.Failures);
    }

    /// <summary>What a browser makes of a link to our port: its header is full of lines, its body may hold commands.</summary>
    [Fact]
    public async Task An_HTTP_request_with_mail_in_its_body_sends_nothing()
    {
        var peer = new TestPeer(handler);
        var headers = string.Concat(Enumerable.Range(0, 18).Select(i => $"X-H{i}: v\r\n"));
        await peer.SendAsync($"POST / HTTP/1.1\r\nHost: x\r\n{headers}\r\nEHLO a\r\nMAIL FROM:<a@a.test>\r\nRCPT TO:<b@b.test>\r\nDATA\r\nx\r\n.\r\n");
        await peer.Session;
        Assert.Equal(SmtpSessionEnd.TooManyErrors, peer.End);
        Assert.Empty(handler.Mails);
    }

    private static async Task FloodAsync(TestPeer peer)
    {
        var block = new byte[10_000];
        for (var sent = 0; sent < 100 && peer.End is null; sent++) await peer.SendAsync(block);
        await peer.Session;
    }
}
