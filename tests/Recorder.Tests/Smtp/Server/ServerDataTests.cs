using System.Buffers;
using System.Text;
using CsCheck;
using Recorder.Smtp;
using Recorder.Smtp.Server;

namespace Recorder.Tests.Smtp.Server;

public class ServerDataTests
{
    /// <summary>Rich in what the end of data is made of.</summary>
    private static readonly Gen<string> Hostile = Gen.Char["\r\n..a\0\u00e9"].Array[0, 60].Select(chars => new string(chars));

    private static readonly SmtpServerOptions Keeping = TestPeer.Smtp() with { BareLineEnds = BareLineEnds.Keep };

    [Theory]
    [InlineData("\n.\n")]
    [InlineData("\n.\r\n")]
    [InlineData("\r\n.\n")]
    [InlineData("\r.\r")]
    [InlineData("\r\n.\r")]
    [InlineData("\r.\r\n")]
    [InlineData("\n.\r")]
    [InlineData("\r\n.\r\r\n")]
    [InlineData("\r\n.\0\r\n")]
    [InlineData("\r\n..\r\n")]
    [InlineData("\r\r\n.\n")]
    public async Task Only_CRLF_dot_CRLF_ends_the_data(string notTheEnd)
    {
        var handler = new RecordingHandler();
        var peer = new TestPeer(handler, Keeping);
        await peer.StartDataAsync();
        Assert.Equal("", await peer.AskAsync($"x{notTheEnd}MAIL FROM:<evil@a.test>\r\n"));
        Assert.StartsWith("250 2.0.0", await peer.AskAsync(".\r\n"), StringComparison.Ordinal);
        var (text, _) = Reference($"x{notTheEnd}MAIL FROM:<evil@a.test>\r\n.\r\n");
        Assert.Equal(text, Assert.Single(handler.Messages).Text);
        Assert.Single(handler.Mails);
    }

    [Theory]
    [InlineData("x\ny\r\n", false)]
    [InlineData("x\r\n.\n\r\n", false)]
    [InlineData("\n\r\n", false)]
    [InlineData("x\ry\r\n", true)]
    [InlineData("x\r\r\n", true)]
    [InlineData("plain\r\n", true)]
    public async Task A_bare_LF_is_refused_and_a_bare_CR_is_kept(string message, bool kept)
    {
        var handler = new RecordingHandler();
        var peer = new TestPeer(handler);
        await peer.StartDataAsync();
        var reply = await peer.AskAsync(message + ".\r\n");
        Assert.StartsWith(kept ? "250 2.0.0" : "550 5.6.0", reply, StringComparison.Ordinal);
        var received = Assert.Single(handler.Messages);
        Assert.Equal(kept, received.Shape is not null);
        Assert.Equal(kept ? 0 : 1, received.DisposeCount);
        Assert.StartsWith("250", await peer.AskAsync("NOOP\r\n"), StringComparison.Ordinal);
    }

    [Fact]
    public Task Any_message_comes_out_of_any_cutting_as_it_went_in() =>
        Gen.Select(Hostile, Cuts).SampleAsync(async (message, cuts) =>
        {
            var complete = message.Length == 0 || message.EndsWith("\r\n", StringComparison.Ordinal) ? message : message + "\r\n";
            var handler = new RecordingHandler();
            var peer = new TestPeer(handler, Keeping);
            await peer.StartDataAsync();
            await peer.SendChoppedAsync(Encoding.Latin1.GetBytes(Stuffed(complete) + ".\r\nNOOP\r\n"), cuts);
            Assert.Equal($"250 2.0.0 {complete.Length} recorded\r\n250 2.0.0 OK\r\n", peer.Said());
            var received = Assert.Single(handler.Messages);
            Assert.Equal(complete, received.Text);
            Assert.Equal(Shape(complete), received.Shape);
        });

    [Fact]
    public void What_comes_behind_DATA_is_read_alike_however_it_is_cut() =>
        Gen.Select(Hostile, Cuts).Sample((wire, cuts) =>
        {
            var (text, taken) = Reference(wire);
            var reader = new DotReader();
            var found = new StringBuilder();
            var chain = new SegmentChain();
            var rest = Sequence(Encoding.Latin1.GetBytes(wire), cuts);
            while (!rest.IsEmpty && !reader.Ended)
            {
                chain.Clear();
                rest = reader.Read(rest, chain);
                found.Append(Encoding.Latin1.GetString(chain.Sequence));
            }
            Assert.Equal(taken >= 0, reader.Ended);
            if (reader.Ended) Assert.Equal(wire.Length - taken, rest.Length);
            if (reader.Ended) Assert.Equal(text, found.ToString());
        }, iter: 20_000);

    [Fact]
    public async Task A_message_of_nothing_but_dots_arrives_whole()
    {
        var message = string.Concat(Enumerable.Repeat(".\r\n", 100_000));
        var handler = new RecordingHandler { Extensions = new SmtpExtensions(0) };
        var peer = new TestPeer(handler);
        await peer.StartDataAsync();
        await peer.SendAsync(Stuffed(message) + ".\r\n");
        Assert.Equal(message, Assert.Single(handler.Messages).Text);
        Assert.InRange(handler.Messages[0].WriteCount, 1, 2000);
    }

    [Theory]
    [InlineData(5000, "250 2.0.0")]
    [InlineData(5001, "552 5.3.4")]
    public async Task The_size_limit_is_that_of_the_bytes_without_the_stuffing(int size, string reply)
    {
        var message = "." + new string('x', size - 3) + "\r\n";
        var handler = new RecordingHandler();
        var peer = new TestPeer(handler);
        await peer.StartDataAsync();
        Assert.StartsWith(reply, await peer.AskAsync(Stuffed(message) + ".\r\n"), StringComparison.Ordinal);
        Assert.Equal(size, Assert.Single(peer.Ended).Shape.SizeBytes);
    }

    [Fact]
    public async Task Beyond_the_size_limit_nothing_reaches_the_handler_and_the_data_is_read_to_its_end()
    {
        var handler = new RecordingHandler();
        var peer = new TestPeer(handler);
        await peer.StartDataAsync();
        await peer.SendAsync("first\r\n");
        for (var i = 0; i < 100; i++) Assert.Equal("", await peer.AskAsync(new string('x', 1000) + "\r\nQUIT\r\n"));
        Assert.StartsWith("552 5.3.4 Message too large. The limit is 5000 bytes.", await peer.AskAsync(".\r\n"), StringComparison.Ordinal);
        var message = Assert.Single(handler.Messages);
        Assert.InRange(message.Bytes.Length, 1, 5000);
        Assert.Equal(1, message.DisposeCount);
        Assert.Null(message.Shape);
    }

    [Theory]
    [InlineData("Subject: x\r\n\r\n", 100, "250")]
    [InlineData("Subject: 0123456789\r\n\r\n", 0, "552 5.3.4 Message header")]
    [InlineData("A: 1\r\n\r\n0123456789 0123456789 0123456789", 2, "552 5.3.4 A line")]
    public async Task Header_and_line_limits_are_kept_when_set(string message, int bodyLines, string reply)
    {
        var handler = new RecordingHandler();
        var peer = new TestPeer(handler, TestPeer.Smtp() with { MaxHeaderBytes = 20, MaxTextLineBytes = 30 });
        await peer.StartDataAsync();
        var body = string.Concat(Enumerable.Repeat("body\r\n", bodyLines));
        Assert.StartsWith(reply, await peer.AskAsync($"{message}{body}.\r\n"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Chunks_are_taken_as_they_are()
    {
        var handler = new RecordingHandler();
        var peer = new TestPeer(handler, Keeping);
        await peer.SendAsync("EHLO client.test\r\nMAIL FROM:<a@a.test>\r\nRCPT TO:<b@b.test>\r\n");
        await peer.SendAsync("BDAT 8\r\n..\r\n.\r\n\rBDAT 4 LAST\r\n\n\0\r\n");
        await peer.FinishAsync();
        var message = Assert.Single(handler.Messages);
        Assert.Equal("..\r\n.\r\n\r\n\0\r\n", message.Text);
        Assert.Equal(new WireShape(12, false, false, true, false, 2), message.Shape);
    }

    [Fact]
    public void The_shape_is_that_of_the_whole_however_it_is_cut() =>
        Gen.Select(Hostile, Cuts).Sample((message, cuts) =>
        {
            var meter = new WireMeter();
            meter.Add(Sequence(Encoding.Latin1.GetBytes(message), cuts));
            Assert.Equal(Shape(message), meter.Shape);
            var header = message.StartsWith("\r\n", StringComparison.Ordinal) ? 2 : message.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4;
            Assert.Equal(header == 3 ? message.Length : header, meter.HeaderBytes);
        }, iter: 20_000);

    private static readonly Gen<int[]> Cuts = Gen.Int[1, 70].Array[0, 8].Select(cuts => cuts.Order().ToArray());

    private static string Stuffed(string message) =>
        (message.StartsWith('.') ? "." : "") + message.Replace("\r\n.", "\r\n..", StringComparison.Ordinal);

    /// <summary>The plain reading of RFC 5321 §4.5.2, by lines that end with CRLF.</summary>
    /// <returns>Taken: bytes up to and with the end of data; -1 when it does not end.</returns>
    private static (string Text, int Taken) Reference(string wire)
    {
        var text = "";
        for (var at = 0; ;)
        {
            var end = wire.IndexOf("\r\n", at, StringComparison.Ordinal);
            if (end < 0) return (text, -1);
            var line = wire[at..(end + 2)];
            at = end + 2;
            if (line == ".\r\n") return (text, at);
            text += line[0] == '.' ? line[1..] : line;
        }
    }

    private static WireShape Shape(string message)
    {
        var lines = message.Split("\r\n");
        return new WireShape(
            message.Length, lines.Any(line => line.Contains('\r')), lines.Any(line => line.Contains('\n')),
            message.Contains('\0'), message.Any(c => c > 127), lines.Max(line => line.Length));
    }

    private static ReadOnlySequence<byte> Sequence(byte[] bytes, int[] cuts)
    {
        var from = 0;
        Block? first = null, last = null;
        foreach (var to in cuts.Where(cut => cut < bytes.Length).Append(bytes.Length))
        {
            last = new Block(bytes.AsMemory(from, to - from), last);
            first ??= last;
            from = to;
        }
        return new ReadOnlySequence<byte>(first!, 0, last!, last!.Memory.Length);
    }

    private sealed class Block : ReadOnlySequenceSegment<byte>
    {
        public Block(ReadOnlyMemory<byte> bytes, Block? previous)
        {
            Memory = bytes;
            RunningIndex = previous is null ? 0 : previous.RunningIndex + previous.Memory.Length;
            previous?.Next = this;
        }
    }
}
