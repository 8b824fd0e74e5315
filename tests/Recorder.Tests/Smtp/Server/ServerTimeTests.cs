using Microsoft.Extensions.Time.Testing;
using Recorder.Smtp;
using Recorder.Smtp.Server;

namespace Recorder.Tests.Smtp.Server;

public class ServerTimeTests
{
    private readonly FakeTimeProvider time = new();
    private readonly RecordingHandler handler = new();

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
        await peer.StartDataAsync();
        for (var block = 0; block < 10; block++)
        {
            Assert.Equal("", await peer.AskAsync("line\r\n"));
            time.Advance(TimeSpan.FromMinutes(2.9));
        }
        time.Advance(TimeSpan.FromMinutes(0.2));
        Assert.StartsWith("421 4.4.2", peer.Said(), StringComparison.Ordinal);
        await peer.Session;
        Assert.Equal(1, Assert.Single(handler.Messages).DisposeCount);
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
