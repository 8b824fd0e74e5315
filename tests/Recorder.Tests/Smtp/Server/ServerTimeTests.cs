using System.IO.Pipelines;
using Microsoft.Extensions.Time.Testing;
using Recorder.Smtp;
using Recorder.Smtp.Server;

namespace Recorder.Tests.Smtp.Server;

public class ServerTimeTests
{
    private readonly FakeTimeProvider time = new();
    private readonly RecordingHandler handler = new();
    private readonly TimeSpan started;

    public ServerTimeTests() => started = time.GetElapsedTime(0);

    [Fact]
    public async Task A_silent_peer_is_told_421_and_left()
    {
        var peer = new TestPeer(handler, time: time);
        time.Advance(TimeSpan.FromMinutes(4.9));
        Assert.StartsWith("250", await peer.AskAsync("NOOP\r\n"), StringComparison.Ordinal);
        time.Advance(TimeSpan.FromMinutes(4.9));
        Assert.Equal("", peer.Said());
        time.Advance(TimeSpan.FromMinutes(0.2));
        Assert.StartsWith("421 4.4.2", peer.Said(), StringComparison.Ordinal);
        await peer.Session;
        Assert.Equal(SmtpSessionEnd.TimedOut, peer.End);
    }

    [Fact]
    public async Task A_deadline_that_meets_a_connection_just_closed_ends_nothing_else()
    {
        var (input, output) = (new Pipe(), PipeWriter.Create(new MemoryStream()));
        await using var wire = new Wire(
            new Duplex(input.Reader, output), new SmtpServerOptions { Hostname = "mx.test" }, time, new Confirmations(_ => { }), CancellationToken.None, CancellationToken.None);
        var waiting = wire.ReadAsync(wire.In(TimeSpan.FromMinutes(1)), interruptible: false).AsTask();
        await output.CompleteAsync();

        // A timer's own exceptions end the process.
        time.Advance(TimeSpan.FromMinutes(1));

        Assert.Equal(SmtpSessionEnd.TimedOut, (await Assert.ThrowsAsync<SessionEndedException>(() => waiting)).Reason);
    }

    private sealed record Duplex(PipeReader Input, PipeWriter Output) : IDuplexPipe;

    [Fact]
    public async Task A_command_that_drips_does_not_extend_its_time()
    {
        var peer = new TestPeer(handler, time: time);
        peer.Said();
        for (var minute = 0; minute < 5; minute++)
        {
            await peer.SendAsync("x");
            time.Advance(TimeSpan.FromMinutes(1.01));
        }
        Assert.StartsWith("421 4.4.2", peer.Said(), StringComparison.Ordinal);
        await peer.Session;
    }

    [Fact]
    public async Task Data_may_take_long_but_not_stand_still()
    {
        var peer = new TestPeer(handler, time: time);
        handler.Extensions = new SmtpExtensions(0);
        await peer.StartDataAsync();
        for (var block = 0; block < 10; block++)
        {
            Assert.Equal("", await peer.AskAsync(new string('x', 60_000) + "\r\n"));
            time.Advance(TimeSpan.FromMinutes(2.9));
        }
        time.Advance(TimeSpan.FromMinutes(0.2));
        Assert.StartsWith("421 4.4.2", peer.Said(), StringComparison.Ordinal);
        await peer.Session;
        Assert.Equal(1, Assert.Single(handler.Messages).DisposeCount);
    }

    [Fact]
    public async Task Data_that_drips_is_left_when_its_grace_is_used_up()
    {
        var peer = new TestPeer(handler, time: time);
        await peer.StartDataAsync();
        var said = "";
        for (var second = 0; said.Length == 0 && second < 1_000; second++)
        {
            await peer.SendAsync("x");
            time.Advance(TimeSpan.FromSeconds(1));
            said = peer.Said();
        }
        Assert.StartsWith("421 4.4.2", said, StringComparison.Ordinal);
        await peer.Session;
        Assert.Equal(TimeSpan.FromSeconds(302), time.GetElapsedTime(0) - started);
        Assert.Equal(1, Assert.Single(handler.Messages).DisposeCount);
    }

    [Fact]
    public async Task A_slow_but_steady_line_brings_its_message_home()
    {
        handler.Extensions = new SmtpExtensions(0);
        var peer = new TestPeer(handler, time: time);
        await peer.StartDataAsync();
        for (var block = 0; block < 3_000; block++)
        {
            Assert.Equal("", await peer.AskAsync(new string('x', 298) + "\r\n"));
            time.Advance(TimeSpan.FromSeconds(1));
        }
        Assert.StartsWith("250 2.0.0 900000", await peer.AskAsync(".\r\n"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Chunks_that_drip_one_byte_each_end_with_the_time_for_commands()
    {
        var peer = new TestPeer(handler, time: time);
        await peer.AskAsync("EHLO c.test\r\nMAIL FROM:<a@a.test>\r\nRCPT TO:<b@b.test>\r\n");
        var said = "250";
        for (var minute = 0; !said.Contains("421 4.4.2", StringComparison.Ordinal) && minute < 100; minute++)
        {
            time.Advance(TimeSpan.FromMinutes(2));
            await peer.SendAsync("BDAT 1\r\nx");
            said = peer.Said();
        }
        Assert.Equal(TimeSpan.FromMinutes(30), time.GetElapsedTime(0) - started);
        await peer.Session;
    }

    [Fact]
    public async Task A_chunk_that_drips_is_left_too()
    {
        var peer = new TestPeer(handler, time: time);
        await peer.AskAsync("EHLO c.test\r\nMAIL FROM:<a@a.test>\r\nRCPT TO:<b@b.test>\r\nBDAT 4000\r\n");
        var said = "";
        for (var second = 0; said.Length == 0 && second < 1_000; second++)
        {
            await peer.SendAsync("x");
            time.Advance(TimeSpan.FromSeconds(1));
            said = peer.Said();
        }
        Assert.StartsWith("421 4.4.2", said, StringComparison.Ordinal);
        await peer.Session;
    }

    [Theory]
    [InlineData("")]
    [InlineData("EHLO c.test\r\n")]
    [InlineData("EHLO c.test\r\nMAIL FROM:<a@a.test>\r\n")]
    [InlineData("EHLO c.test\r\nMAIL FROM:<a@a.test>\r\nRCPT TO:<b@b.test>\r\n")]
    [InlineData("EHLO c.test\r\nMAIL FROM:<a@a.test>\r\nRCPT TO:<b@b.test>\r\nBDAT 1\r\nx")]
    [InlineData("EHLO c.test\r\nMAIL FROM:<a@a.test>\r\nRCPT TO:<b@b.test>\r\nBDAT 2\r\nx")]
    [InlineData("EHLO c.test\r\nMAIL FROM:<a@a.test>\r\nRCPT TO:<b@b.test>\r\nDATA\r\n")]
    [InlineData("EHLO c.test\r\nMAIL FROM:<a@a.test>\r\nRCPT TO:<b@b.test>\r\nDATA\r\nx\r\n.")]
    [InlineData("EHLO c.test\r\nMAIL FROM:<a@a.test>\r\nRCPT TO:<b@b.test>\r\nDATA\r\nx\r\n.\r\n")]
    [InlineData("EHLO c.test\r\nNO")]
    public async Task Silence_ends_the_session_wherever_it_begins(string before)
    {
        var peer = new TestPeer(handler, time: time);
        await peer.AskAsync(before);
        time.Advance(TimeSpan.FromMinutes(5.1));
        Assert.StartsWith("421 4.4.2", peer.Said(), StringComparison.Ordinal);
        await peer.Session;
        Assert.All(handler.Messages, message => Assert.Equal(1, message.DisposeCount));
    }

    [Fact]
    public async Task NOOP_for_ever_is_left_and_a_session_with_messages_stays()
    {
        var busy = new TestPeer(handler, time: time);
        var idle = new TestPeer(handler, time: time);
        for (var minute = 0; minute < 50; minute++)
        {
            await idle.SendAsync("NOOP\r\n");
            if (minute % 20 == 0) await busy.SendAsync("EHLO c.test\r\nMAIL FROM:<a@a.test>\r\nRCPT TO:<b@b.test>\r\nDATA\r\n.\r\n");
            await busy.SendAsync("NOOP\r\n");
            time.Advance(TimeSpan.FromMinutes(1));
        }
        Assert.Equal(SmtpSessionEnd.TimedOut, idle.End);
        Assert.Null(busy.End);
    }

    [Fact]
    public async Task Our_own_time_counts_for_nobody()
    {
        var recorded = new TaskCompletionSource<IReadOnlyList<SmtpReply>>();
        handler.Complete = _ => recorded.Task;
        var peer = new TestPeer(handler, time: time);
        await peer.StartDataAsync();
        await peer.SendAsync(".\r\n");
        time.Advance(TimeSpan.FromMinutes(40));
        recorded.SetResult([new SmtpReply(250, "2.0.0", "done")]);
        Assert.StartsWith("250", await peer.AskAsync("NOOP\r\n"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_handler_may_take_longer_than_any_timeout_of_the_session()
    {
        var recorded = new TaskCompletionSource<IReadOnlyList<SmtpReply>>();
        handler.Complete = _ => recorded.Task;
        var peer = new TestPeer(handler, time: time);
        await peer.StartDataAsync();
        Assert.Equal("", await peer.AskAsync(".\r\n"));
        time.Advance(TimeSpan.FromMinutes(9));
        recorded.SetResult([new SmtpReply(250, "2.0.0", "done")]);
        Assert.Equal("250 2.0.0 done\r\n", peer.Said());
        Assert.StartsWith("250", await peer.AskAsync("NOOP\r\n"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_peer_that_does_not_read_is_left_after_a_while()
    {
        var peer = new TestPeer(handler, time: time, outputBytes: 10);
        Assert.False(peer.Session.IsCompleted);
        time.Advance(TimeSpan.FromMinutes(6));
        await peer.SendAsync("NOOP\r\n");
        time.Advance(TimeSpan.FromMinutes(6));
        await peer.Session;
        Assert.Equal(SmtpSessionEnd.TimedOut, peer.End);
    }

    [Fact]
    public async Task At_shutdown_a_waiting_session_says_421()
    {
        using var shutdown = new CancellationTokenSource();
        var peer = new TestPeer(handler, time: time, shutdown: shutdown.Token);
        await peer.AskAsync("EHLO c.test\r\nMAIL FROM:<a@a.test>\r\n");
        await shutdown.CancelAsync();
        Assert.StartsWith("421 4.3.2", peer.Said(), StringComparison.Ordinal);
        await peer.Session;
        Assert.Equal(SmtpSessionEnd.ShuttingDown, peer.End);
    }

    [Fact]
    public async Task At_shutdown_a_message_in_flight_arrives_and_then_421_follows()
    {
        using var shutdown = new CancellationTokenSource();
        var peer = new TestPeer(handler, time: time, shutdown: shutdown.Token);
        await peer.StartDataAsync();
        await shutdown.CancelAsync();
        time.Advance(TimeSpan.FromSeconds(20));
        Assert.Equal("", await peer.AskAsync("x\r\n"));
        var said = await peer.AskAsync(".\r\n");
        Assert.StartsWith("250 2.0.0 3 recorded\r\n421 4.3.2", said, StringComparison.Ordinal);
        time.Advance(TimeSpan.FromSeconds(6));
        await peer.Session;
        Assert.False(Assert.Single(handler.Messages).IsConfirmed);
    }

    [Fact]
    public async Task At_shutdown_a_peer_that_closes_after_the_421_confirms_its_last_message()
    {
        using var shutdown = new CancellationTokenSource();
        var peer = new TestPeer(handler, time: time, shutdown: shutdown.Token);
        await peer.StartDataAsync();
        await peer.SendAsync("x\r\n.\r\n");
        await shutdown.CancelAsync();
        Assert.Contains("421 4.3.2", peer.Said(), StringComparison.Ordinal);
        Assert.False(Assert.Single(handler.Messages).IsConfirmed);

        await peer.FinishAsync();

        Assert.True(Assert.Single(handler.Messages).IsConfirmed);
        Assert.Equal(SmtpSessionEnd.ShuttingDown, peer.End);
    }

    [Fact]
    public async Task At_shutdown_chunks_under_way_may_end()
    {
        using var shutdown = new CancellationTokenSource();
        var peer = new TestPeer(handler, time: time, shutdown: shutdown.Token);
        await peer.AskAsync("EHLO c.test\r\nMAIL FROM:<a@a.test>\r\nRCPT TO:<b@b.test>\r\nBDAT 3\r\nx\r\n");
        await shutdown.CancelAsync();
        Assert.StartsWith("250 2.0.0 3 recorded\r\n421 4.3.2", await peer.AskAsync("BDAT 0 LAST\r\n"), StringComparison.Ordinal);
        time.Advance(TimeSpan.FromSeconds(6));
        await peer.Session;
    }

    [Fact]
    public async Task After_the_grace_a_message_in_flight_is_dropped()
    {
        using var shutdown = new CancellationTokenSource();
        var peer = new TestPeer(handler, time: time, shutdown: shutdown.Token);
        await peer.StartDataAsync();
        await shutdown.CancelAsync();
        time.Advance(TimeSpan.FromSeconds(31));
        Assert.StartsWith("421 4.3.2", peer.Said(), StringComparison.Ordinal);
        await peer.Session;
        Assert.Equal(1, Assert.Single(handler.Messages).DisposeCount);
        Assert.Null(handler.Messages[0].Shape);
    }

    [Fact]
    public async Task An_abort_ends_the_session_without_words()
    {
        using var abort = new CancellationTokenSource();
        var peer = new TestPeer(handler, time: time, abort: abort.Token);
        await peer.StartDataAsync();
        await abort.CancelAsync();
        await peer.Session;
        Assert.Equal("", peer.Said());
        Assert.Equal(SmtpSessionEnd.Aborted, peer.End);
        Assert.Equal(1, Assert.Single(handler.Messages).DisposeCount);
    }
}
