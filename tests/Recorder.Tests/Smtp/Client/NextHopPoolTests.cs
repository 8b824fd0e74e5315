using System.Net;
using System.Net.Sockets;
using System.Text;
using CsCheck;
using Microsoft.Extensions.Time.Testing;
using Recorder.Smtp;
using Recorder.Smtp.Client;
using Recorder.Tests.Smtp.Client.Peers;

namespace Recorder.Tests.Smtp.Client;

public sealed class NextHopPoolTests
{
    [Fact]
    public async Task Messages_share_a_session_over_TCP()
    {
        await using var hop = new ToyHop { Extensions = ["PIPELINING", "SIZE 1000000", "CHUNKING"] }.Listen();
        await using var pool = Pool(hop);
        Assert.Null(pool.Capabilities);
        for (int i = 0; i < 5; i++)
            Assert.Equal([DeliveryOutcome.Accepted], (await pool.SendAsync(Samples.Message(), null, default)).Outcomes());
        Assert.Equal((1, 5), (hop.Connections, hop.Messages.Count));
        Assert.Equal(new NextHopCapabilities(1000000, false, false, false, true, true, false), pool.Capabilities);
    }

    [Fact]
    public async Task A_kept_session_that_died_is_replaced_without_a_trace()
    {
        foreach (bool reset in (bool[])[false, true])
        {
            await using var hop = new ToyHop().Listen();
            await using var pool = Pool(hop);
            await pool.SendAsync(Samples.Message(), null, default);
            hop.CutConnections(reset);
            Assert.Equal([DeliveryOutcome.Accepted], (await pool.SendAsync(Samples.Message(), null, default)).Outcomes());
            Assert.Equal((2, 2), (hop.Connections, hop.Messages.Count));
        }
    }

    [Fact]
    public async Task A_kept_session_whose_greeting_offered_too_little_is_replaced()
    {
        await using var hop = new ToyHop().Listen();
        await using var pool = Pool(hop);
        var message = Samples.Message("x", []).With(new MailParameters(Body: BodyType.EightBitMime));
        Assert.Equal([DeliveryOutcome.TransientFailure], (await pool.SendAsync(message, null, default)).Outcomes());
        hop.Extensions = ["8BITMIME"];
        Assert.Equal([DeliveryOutcome.Accepted], (await pool.SendAsync(message, null, default)).Outcomes());
        Assert.Equal([DeliveryOutcome.Accepted], (await pool.SendAsync(message, null, default)).Outcomes());
        Assert.Equal((2, 2), (hop.Connections, hop.Messages.Count));
    }

    [Fact]
    public async Task A_kept_session_that_says_421_to_MAIL_is_replaced()
    {
        int mails = 0;
        var hop = new ToyHop { Answer = line => line.StartsWith("MAIL") && ++mails == 2 ? "421 4.4.2 idle too long" : null };
        await using var pool = Pool(hop);
        await pool.SendAsync(Samples.Message(), null, default);
        Assert.Equal([DeliveryOutcome.Accepted], (await pool.SendAsync(Samples.Message(), null, default)).Outcomes());
        Assert.Equal((2, 3), (hop.Connections, mails));
    }

    [Fact]
    public async Task A_fresh_session_that_says_421_to_MAIL_is_not_replaced()
    {
        var hop = new ToyHop { Answer = line => line.StartsWith("MAIL") ? "421 busy" : null };
        await using var pool = Pool(hop);
        Assert.Equal([DeliveryOutcome.TransientFailure], (await pool.SendAsync(Samples.Message(), null, default)).Outcomes());
        Assert.Equal(1, hop.Connections);
    }

    [Fact]
    public async Task After_MAIL_was_accepted_a_kept_session_is_not_replaced()
    {
        var first = new ToyHop();
        var stream = first.Connect();
        int connects = 0, messages = 0;
        await using var pool = new NextHopPool(Samples.Smtp, Samples.Options, TimeProvider.System, _ =>
        {
            connects++;
            return ValueTask.FromResult(stream);
        });
        await pool.SendAsync(Samples.Message(), null, default);
        var report = await pool.SendAsync(Samples.Message(), _ =>
        {
            messages++;
            stream.Dispose();
            return ValueTask.CompletedTask;
        }, default);
        Assert.Equal([DeliveryOutcome.TransientFailure], report.Outcomes());
        Assert.Equal((1, 1, 1), (connects, messages, first.Messages.Count));
    }

    [Fact]
    public async Task A_session_that_answers_once_too_often_is_not_used_again()
    {
        var hop = new ToyHop { Answer = line => line == "." ? "250 kept\r\n250 and again" : null };
        await using var pool = Pool(hop);
        await pool.SendAsync(Samples.Message(), null, default);
        Assert.Equal([DeliveryOutcome.Accepted], (await pool.SendAsync(Samples.Message(), null, default)).Outcomes());
        Assert.Equal((2, 2), (hop.Connections, hop.Messages.Count));
    }

    [Fact]
    public async Task A_session_that_waited_is_asked_before_it_is_used()
    {
        var time = new FakeTimeProvider();
        var hop = new ToyHop();
        await using var pool = Pool(hop, time: time);
        await pool.SendAsync(Samples.Message(), null, default);
        time.Advance(TimeSpan.FromSeconds(6));
        await pool.SendAsync(Samples.Message(), null, default);
        Assert.Equal(["NOOP"], hop.Commands.Where(c => c == "NOOP"));
        Assert.Equal(1, hop.Connections);
    }

    [Fact]
    public async Task An_unused_session_is_closed_with_QUIT()
    {
        var time = new FakeTimeProvider();
        var quit = new TaskCompletionSource();
        var hop = new ToyHop { Before = line => line == "QUIT" ? Task.Run(quit.SetResult) : Task.CompletedTask };
        await using var pool = Pool(hop, time: time);
        await pool.SendAsync(Samples.Message(), null, default);
        time.Advance(TimeSpan.FromSeconds(31));
        await quit.Task.WaitAsync(TimeSpan.FromSeconds(10));
        await pool.SendAsync(Samples.Message(), null, default);
        Assert.Equal(2, hop.Connections);
    }

    [Fact]
    public async Task A_session_ends_after_its_share_of_transactions()
    {
        var hop = new ToyHop();
        await using (var pool = Pool(hop, Samples.Options with { MaxTransactionsPerSession = 3 }))
            for (int i = 0; i < 7; i++) await pool.SendAsync(Samples.Message(), null, default);
        Assert.Equal((3, 7), (hop.Connections, hop.Messages.Count));
    }

    [Fact]
    public async Task After_a_refusal_the_session_goes_on()
    {
        var hop = new ToyHop { Answer = line => line.Contains("nobody") ? "550 5.1.1 no" : null };
        await using var pool = Pool(hop);
        await pool.SendAsync(Samples.Message("nobody@x"), null, default);
        Assert.Equal([DeliveryOutcome.Accepted], (await pool.SendAsync(Samples.Message(), null, default)).Outcomes());
        Assert.Equal(1, hop.Connections);
    }

    [Fact]
    public async Task Senders_share_at_most_MaxSessions_and_all_are_served()
    {
        await using var hop = new ToyHop { Extensions = ["PIPELINING"] }.Listen();
        await using var pool = Pool(hop, Samples.Options with { MaxSessions = 3 });
        int busy = 0, busiest = 0;
        var reports = await Task.WhenAll(Enumerable.Range(0, 60).Select(_ => pool.SendAsync(Samples.Message(), async _ =>
        {
            int now = Interlocked.Increment(ref busy);
            InterlockedMax(ref busiest, now);
            await Task.Yield();
            Interlocked.Decrement(ref busy);
        }, default)));
        Assert.All(reports, r => Assert.Equal([DeliveryOutcome.Accepted], r.Outcomes()));
        Assert.InRange(busiest, 1, 3);
        Assert.InRange(hop.Connections, 1, 3);
        Assert.Equal(60, hop.Messages.Count);
    }

    [Fact]
    public async Task A_sender_that_finds_all_sessions_busy_for_too_long_tries_later()
    {
        var time = new FakeTimeProvider();
        var release = new TaskCompletionSource();
        var hop = new ToyHop();
        await using var pool = Pool(hop, Samples.Options with { MaxSessions = 1 }, time);
        var inside = new TaskCompletionSource();
        var first = pool.SendAsync(Samples.Message(), async _ =>
        {
            inside.SetResult();
            await release.Task;
        }, default);
        await inside.Task;
        var second = pool.SendAsync(Samples.Message(), null, default);
        time.Advance(TimeSpan.FromSeconds(61));
        var result = Assert.Single((await second).Recipients);
        Assert.Equal(DeliveryOutcome.TransientFailure, result.Outcome);
        Assert.Contains("busy", result.Error);
        release.SetResult();
        Assert.Equal([DeliveryOutcome.Accepted], (await first).Outcomes());
    }

    [Fact]
    public async Task A_hop_that_is_down_is_a_transient_failure_and_a_failed_probe()
    {
        int port;
        await using (var gone = new ToyHop().Listen()) port = gone.Port;
        await using var pool = new NextHopPool(new("127.0.0.1", port, SmtpProtocol.Smtp), Samples.Options, TimeProvider.System);
        var result = Assert.Single((await pool.SendAsync(Samples.Message(), null, default)).Recipients);
        Assert.Equal((DeliveryOutcome.TransientFailure, (SmtpReply?)null), (result.Outcome, result.Reply));
        Assert.Contains("no connection to smtp://127.0.0.1", result.Error);
        Assert.False(await pool.ProbeAsync(default));
        Assert.Null(pool.Capabilities);
    }

    [Fact]
    public async Task A_probe_opens_a_session_that_the_next_message_uses()
    {
        var hop = new ToyHop { Extensions = ["DSN"] };
        await using var pool = Pool(hop);
        Assert.True(await pool.ProbeAsync(default));
        Assert.True(pool.Capabilities!.Dsn);
        Assert.True(await pool.ProbeAsync(default));
        await pool.SendAsync(Samples.Message(), null, default);
        Assert.Equal(["EHLO us.example", "NOOP"], hop.Commands.Take(2));
        Assert.Equal(1, hop.Connections);
    }

    [Fact]
    public async Task A_host_name_is_tried_at_each_of_its_addresses()
    {
        await using var hop = new ToyHop().Listen(); // IPv4 only; localhost may mean ::1 first
        await using var pool = new NextHopPool(new("localhost", hop.Port, SmtpProtocol.Smtp), Samples.Options, TimeProvider.System);
        Assert.True(await pool.ProbeAsync(default));
    }

    [Fact]
    public async Task A_path_is_a_unix_socket()
    {
        string path = Path.Combine(Path.GetTempPath(), $"hop-{Environment.ProcessId}.sock");
        using var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            listener.Bind(new UnixDomainSocketEndPoint(path));
            listener.Listen();
            var peer = new ScriptedPeer("S: 220 hop\nC: LHLO us.example\nS: 250 hop\nC: QUIT\nS: 221 bye");
            var playing = Task.Run(async () => await peer.PlayAsync(new NetworkStream(await listener.AcceptAsync(), ownsSocket: true)));
            await using (var pool = new NextHopPool(new(path, 0, SmtpProtocol.Lmtp), Samples.Options, TimeProvider.System))
                Assert.True(await pool.ProbeAsync(default));
            await playing;
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public async Task A_reset_amid_the_data_is_transient_and_its_last_words_count()
    {
        // The peer refuses after a few bytes and closes while much is still to come.
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var serving = Task.Run(async () =>
        {
            using var socket = await listener.AcceptSocketAsync();
            var stream = new NetworkStream(socket);
            var peer = new ScriptedPeer("""
                S: 220 hop
                C: EHLO us.example
                S: 250 hop
                C: MAIL FROM:<a@example.org>
                S: 250 ok
                C: RCPT TO:<b@example.edu>
                S: 250 ok
                C: DATA
                S: 354 go
                S: 552 5.3.4 far too much
                """);
            await peer.PlayAsync(stream);
        });
        int port = ((IPEndPoint)listener.LocalEndpoint).Port;
        await using var pool = new NextHopPool(new("127.0.0.1", port, SmtpProtocol.Smtp), Samples.Options, TimeProvider.System);
        var message = Samples.Message() with { Content = new BytesContent(new byte[50_000_000]) };
        var result = Assert.Single((await pool.SendAsync(message, null, default)).Recipients);
        await serving;
        // A reset may overtake the words; it is never more than transient then.
        Assert.True(result is { Outcome: DeliveryOutcome.PermanentFailure, Reply.Code: 552 } or { Outcome: DeliveryOutcome.TransientFailure }, result.ToString());
    }

    [Fact]
    public async Task Many_recipients_pipelined_to_a_hop_that_answers_as_it_reads_do_not_block()
    {
        await using var hop = new ToyHop { Extensions = ["PIPELINING"], Answer = line => line.StartsWith("RCPT") ? "250 " + new string('x', 2000) : null }.Listen();
        await using var pool = Pool(hop);
        string[] recipients = [.. Enumerable.Range(0, 4000).Select(i => $"{new string('u', 60)}{i}@{new string('d', 200)}.example")];
        var report = await pool.SendAsync(Samples.Message(recipients), null, default);
        Assert.All(report.Outcomes(), o => Assert.Equal(DeliveryOutcome.Accepted, o));
        Assert.Equal(recipients, report.Recipients.Select(r => r.Recipient.Address));
    }

    [Fact]
    public async Task Any_message_arrives_byte_for_byte_by_BDAT_and_with_its_final_CRLF_by_DATA()
    {
        var bytes = Gen.Int[0, 4].Select(i => (byte)".\r\nx\u00ff"[i]).Array[0, 60];
        var samples = Gen.Select(bytes, Gen.Bool, Gen.Bool).Array[40];
        foreach (bool isLmtp in (bool[])[false, true])
            foreach (string extension in (string[])["CHUNKING", "HELP"])
            {
                var hop = new ToyHop { IsLmtp = isLmtp, Extensions = [extension, "PIPELINING"] };
                await using var pool = Pool(hop, endpoint: isLmtp ? Samples.Lmtp : Samples.Smtp);
                await samples.SampleAsync(async messages =>
                {
                    foreach (var (message, hasTrace, isTwo) in messages)
                    {
                        byte[] trace = hasTrace ? "Received: x\r\n"u8.ToArray() : [];
                        var outgoing = Samples.Message(isTwo ? ["b@x", "c@x"] : []) with { TraceFields = trace, Content = new BytesContent(message) };
                        var report = await pool.SendAsync(outgoing, null, default);
                        Assert.All(report.Outcomes(), o => Assert.Equal(DeliveryOutcome.Accepted, o));
                        byte[] whole = [.. trace, .. message];
                        if (extension == "HELP" && whole.Length > 0 && !whole.AsSpan().EndsWith("\r\n"u8)) whole = [.. whole, .. "\r\n"u8];
                        Assert.True(hop.Messages.TryDequeue(out byte[]? arrived));
                        Assert.Equal(whole, arrived);
                    }
                }, iter: 10, threads: 1);
            }
    }

    [Theory]
    [InlineData("HELP")]
    [InlineData("CHUNKING")]
    public async Task Large_content_crosses_block_borders_unharmed(string extension)
    {
        // Lines of ever changing length, all beginning with a dot, so that every kind of border is met.
        var text = new StringBuilder();
        for (int i = 0; text.Length < 1_400_000; i++) text.Append('.', 1 + i % 97).Append("\r\n");
        byte[] message = Encoding.Latin1.GetBytes(text.ToString());
        var hop = new ToyHop { Extensions = [extension, "PIPELINING"] };
        await using var pool = Pool(hop);
        await pool.SendAsync(Samples.Message() with { Content = new BytesContent(message) }, null, default);
        Assert.True(message.AsSpan().SequenceEqual(Assert.Single(hop.Messages)));
    }

    [Fact]
    public async Task A_disposed_pool_says_QUIT_and_takes_no_more()
    {
        var hop = new ToyHop();
        var pool = Pool(hop);
        await pool.SendAsync(Samples.Message(), null, default);
        await pool.DisposeAsync();
        await pool.DisposeAsync();
        Assert.Equal("QUIT", hop.Commands.Last());
        await Assert.ThrowsAsync<ObjectDisposedException>(() => pool.SendAsync(Samples.Message(), null, default));
    }

    private static NextHopPool Pool(ToyHop hop, NextHopOptions? options = null, TimeProvider? time = null, NextHopEndpoint? endpoint = null) =>
        hop.IsListening
            ? new(new("127.0.0.1", hop.Port, SmtpProtocol.Smtp), options ?? Samples.Options, time ?? TimeProvider.System)
            : new(endpoint ?? Samples.Smtp, options ?? Samples.Options, time ?? TimeProvider.System, _ => ValueTask.FromResult(hop.Connect()));

    private static void InterlockedMax(ref int target, int value)
    {
        for (int seen = target; value > seen; seen = target)
            if (Interlocked.CompareExchange(ref target, value, seen) == seen) return;
    }
}
