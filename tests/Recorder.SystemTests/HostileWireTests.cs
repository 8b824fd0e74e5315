using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Recorder.Smtp;
using Recorder.SystemTests.Peers;

namespace Recorder.SystemTests;

/// <summary>Hostile peers at the real process, where sockets matter.</summary>
public sealed class HostileWireTests(ITestOutputHelper output)
{
    private const string Envelope = "EHLO c.test\r\nMAIL FROM:<a@evil.example>\r\nRCPT TO:<u@example.edu>\r\nDATA\r\n";

    [Theory]
    [InlineData("\n.\n"), InlineData("\n.\r\n"), InlineData("\r\n.\n"), InlineData("\r.\r"), InlineData("\r\n.\r"), InlineData("\r.\r\n"), InlineData("\r\n.\0\r\n"), InlineData("\r\n.\r\r\n")]
    public async Task Nothing_smuggled_behind_a_false_end_leaves_as_a_message_of_its_own(string falseEnd)
    {
        using var scratch = new Scratch();
        await using var hop = new ScriptedHop(SmtpProtocol.Smtp);
        await using var recorder = new RecorderProcess(
            scratch.Folder("data"), "Smtp:KeepBareLineFeeds=true", "NextHop:Host=127.0.0.1", $"NextHop:Port={hop.Port}", "NextHop:Protocol=smtp");
        await recorder.StartAsync();
        using var peer = await RawPeer.ConnectAsync(recorder.SmtpPort);
        var smuggled = $"Subject: outer\r\n\r\nx{falseEnd}MAIL FROM:<admin@example.edu>\r\nRCPT TO:<v@example.edu>\r\nDATA\r\nSubject: inner\r\n\r\ny\r\n";
        // In two packets, cut inside the false end.
        var all = Encoding.Latin1.GetBytes(smuggled + ".\r\nQUIT\r\n");
        await peer.SendAsync(Envelope);
        await peer.UntilAsync("354");
        await peer.SendAsync(all[..23]);
        await peer.SendAsync(all[23..]);
        var said = await peer.ToEndAsync();
        Assert.Contains("\r\n250 2.0.0", "\r\n" + said, StringComparison.Ordinal);
        Assert.Equal(2, said.Split("354 Send").Length);
        await Machine.UntilAsync("the one message to leave", () => Task.FromResult(hop.Attempts.Count > 0), 20);
        var left = Assert.Single(hop.Attempts);
        Assert.Equal("u@example.edu", left.Recipient);
        Assert.NotNull(Wire.FieldsBefore(Encoding.Latin1.GetBytes(smuggled.Replace("\r\n.", "\r\n", StringComparison.Ordinal)), left.Bytes));
    }

    [Fact]
    public async Task Strangers_and_crowds_keep_nobody_out_and_leave_nothing_behind()
    {
        const int Crowd = 3_000;
        using var scratch = new Scratch();
        await using var recorder = new RecorderProcess(
            scratch.Folder("data"), "Smtp:TrustedNetworks:0=127.0.0.0/30", "Smtp:MaxConnections=150", "Smtp:MaxConnectionsPerPeer=100", "Smtp:CommandTimeoutSeconds=60");
        await recorder.StartAsync();
        var handles = Handles(recorder.Id);
        var (strangers, crowd) = (new List<Socket>(), new List<Socket>());
        for (var i = 0; i < Crowd / 2; i++)
        {
            strangers.Add(await ConnectAsync(recorder.SmtpPort, "127.0.0.9"));
            crowd.Add(await ConnectAsync(recorder.SmtpPort, "127.0.0.2"));
        }

        var greetings = (await Task.WhenAll(crowd.Select(GreetingAsync))).CountBy(code => code).ToDictionary();
        Assert.Equal(100, greetings["220"]);
        Assert.Equal(Crowd / 2 - 100, greetings["421"]);
        Assert.All(await Task.WhenAll(strangers.Select(GreetingAsync)), code => Assert.Equal("554", code));
        var watch = Stopwatch.StartNew();
        using (var trusted = await RawPeer.ConnectAsync(recorder.SmtpPort))
        {
            await trusted.SendAsync(Envelope);
            await trusted.UntilAsync("354");
            await trusted.SendAsync("Subject: served\r\n\r\nx\r\n.\r\nQUIT\r\n");
            Assert.Contains("recorded", await trusted.ToEndAsync(), StringComparison.Ordinal);
        }

        output.WriteLine($"a trusted peer was served in {watch.ElapsedMilliseconds} ms beside {Crowd} connections; resident {Resident(recorder.Id) >> 20} MiB");
        Assert.InRange(Resident(recorder.Id), 0, 600L << 20);
        strangers.Concat(crowd).ToList().ForEach(socket => socket.Dispose());
        await Machine.UntilAsync("the handles to return", () => Task.FromResult(Handles(recorder.Id) <= handles + 20), 30);
        // Thousands of refusals, few lines.
        Assert.InRange(recorder.Output.Split('\n').Count(line => line.Contains("refused with", StringComparison.Ordinal)), 1, 120);
    }

    [Fact]
    public async Task Slow_peers_are_left_in_every_state()
    {
        using var scratch = new Scratch();
        await using var recorder = new RecorderProcess(
            scratch.Folder("data"), ["Smtp:CommandTimeoutSeconds=10", "Smtp:DataTimeoutSeconds=10", "Smtp:SlowDataGraceSeconds=10", "Smtp:TlsTimeoutSeconds=5", .. Certificates.Settings(scratch)]);
        await recorder.StartAsync();
        string[] states =
        [
            "", "EH", "EHLO c.test\r\n", "EHLO c.test\r\nMAIL FROM:<a@evil.example>\r\n", "EHLO c.test\r\nMAIL FROM:<a@evil.example>\r\nRCPT TO:<u@example.edu>\r\nBDAT 100\r\nx",
            Envelope, Envelope + "x\r\n.\r", "EHLO c.test\r\nSTARTTLS\r\n", "EHLO c.test\r\n" + "NOOP ",
        ];
        var watch = Stopwatch.StartNew();
        await Task.WhenAll(states.Select(state => DripAsync(recorder.SmtpPort, state)));
        output.WriteLine($"all {states.Length} left after {watch.Elapsed.TotalSeconds:0.0} s");
        Assert.InRange(watch.Elapsed.TotalSeconds, 0, 45);
    }

    [Fact]
    public async Task What_is_sent_behind_STARTTLS_is_refused_and_a_stranger_has_no_XFORWARD()
    {
        using var scratch = new Scratch();
        await using var recorder = new RecorderProcess(scratch.Folder("data"), ["Smtp:TrustedNetworks:0=127.0.0.1/32", .. Certificates.Settings(scratch)]);
        await recorder.StartAsync();
        using var peer = await RawPeer.ConnectAsync(recorder.SmtpPort);
        await peer.SendAsync("EHLO c.test\r\n");
        await peer.UntilAsync("250 XFORWARD");
        await peer.SendAsync("STARTTLS\r\nMAIL FROM:<evil@evil.example>\r\n");
        await peer.UntilAsync("501 5.5.1");
        await peer.SendAsync("QUIT\r\n");
        Assert.DoesNotContain("220 2.0.0", await peer.ToEndAsync(), StringComparison.Ordinal);
        using var stranger = await RawPeer.ConnectAsync(recorder.SmtpPort, "127.0.0.9");
        Assert.StartsWith("554 5.7.1", await stranger.ToEndAsync(), StringComparison.Ordinal);
    }

    /// <summary>A byte a second, until the server has had enough.</summary>
    private static async Task DripAsync(int port, string before)
    {
        using var peer = await RawPeer.ConnectAsync(port);
        await peer.SendAsync(before);
        for (var second = 0; second < 60; second++)
        {
            await Task.Delay(1_000);
            if (peer.HasEnded || !await peer.TrySendAsync("x")) return;
        }

        Assert.Fail($"still there after «{before}»: {peer.Said}");
    }

    private static async Task<Socket> ConnectAsync(int port, string from)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Parse(from), 0));
        await socket.ConnectAsync(new IPEndPoint(IPAddress.Loopback, port));
        return socket;
    }

    private static async Task<string> GreetingAsync(Socket socket)
    {
        var buffer = new byte[3];
        var length = 0;
        while (length < 3)
        {
            var read = await socket.ReceiveAsync(buffer.AsMemory(length)).AsTask().WaitAsync(TimeSpan.FromSeconds(60));
            if (read == 0) break;
            length += read;
        }

        return Encoding.ASCII.GetString(buffer, 0, length);
    }

    private static int Handles(int process) => Directory.GetFileSystemEntries($"/proc/{process}/fd").Length;

    private static long Resident(int process) =>
        long.Parse(File.ReadLines($"/proc/{process}/status").First(line => line.StartsWith("VmRSS:", StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[1]) << 10;
}
