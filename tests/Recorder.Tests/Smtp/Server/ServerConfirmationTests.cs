using Microsoft.Extensions.Time.Testing;
using Recorder.Smtp;
using Recorder.Smtp.Server;

namespace Recorder.Tests.Smtp.Server;

public class ServerConfirmationTests
{
    private readonly FakeTimeProvider time = new();
    private readonly RecordingHandler handler = new();

    private IncomingMessage Message => Assert.Single(handler.Messages);

    [Theory]
    [InlineData("NOOP\r\n")]
    [InlineData("QUIT\r\n")]
    [InlineData("x")]
    public async Task Anything_said_after_the_replies_left_confirms_them(string more)
    {
        var peer = await AcceptedAsync();
        Assert.False(Message.IsConfirmed);
        await peer.SendAsync(more);
        Assert.True(Message.IsConfirmed);
        Assert.Equal(1, Message.DisposeCount);
    }

    /// <summary>A sender on the same machine: its QUIT is there before the flush of the reply returns.</summary>
    [Fact]
    public async Task A_QUIT_that_answers_the_reply_at_once_confirms_it_and_is_answered_at_once()
    {
        var peer = new TestPeer(handler, time: time);
        await peer.StartDataAsync();
        var answering = QuitAtReplyAsync(peer);
        await peer.SendAsync("x\r\n.\r\n");
        await answering;
        Assert.StartsWith("221", peer.Said(), StringComparison.Ordinal);
        Assert.True(Message.IsConfirmed);
        Assert.Equal(SmtpSessionEnd.Quit, peer.End);
    }

    [Fact]
    public async Task A_clean_close_confirms()
    {
        var peer = await AcceptedAsync();
        await peer.FinishAsync();
        Assert.True(Message.IsConfirmed);
        Assert.Equal(SmtpSessionEnd.PeerClosed, peer.End);
    }

    [Fact]
    public async Task A_reset_does_not_confirm()
    {
        var peer = await AcceptedAsync();
        await peer.BreakAsync();
        await peer.Session;
        AssertUnconfirmed();
        Assert.Equal(SmtpSessionEnd.PeerReset, peer.End);
    }

    [Fact]
    public async Task A_reset_while_the_message_is_being_recorded_is_a_reset_and_no_failure_of_ours()
    {
        var recorded = new TaskCompletionSource<IReadOnlyList<SmtpReply>>();
        handler.Complete = _ => recorded.Task;
        var peer = new TestPeer(handler, time: time);
        await peer.StartDataAsync();
        await peer.SendAsync("body\r\n.\r\n");
        await peer.BreakAsync();
        recorded.SetResult([new SmtpReply(250, "2.0.0", "kept")]);
        await peer.Session;
        AssertUnconfirmed();
        Assert.Equal(SmtpSessionEnd.PeerReset, peer.End);
        Assert.Empty(peer.Failures);
    }

    [Fact]
    public async Task A_reset_after_a_shutdown_was_announced_ends_the_session_quietly()
    {
        using var shutdown = new CancellationTokenSource();
        var recorded = new TaskCompletionSource<IReadOnlyList<SmtpReply>>();
        handler.Complete = _ => recorded.Task;
        var peer = new TestPeer(handler, time: time, shutdown: shutdown.Token);
        await peer.StartDataAsync();
        await peer.SendAsync("body\r\n.\r\n");
        await shutdown.CancelAsync();
        await peer.BreakAsync();
        recorded.SetResult([new SmtpReply(250, "2.0.0", "kept")]);
        await peer.Session;
        AssertUnconfirmed();
        Assert.Empty(peer.Failures);
    }

    [Fact]
    public async Task A_timeout_does_not_confirm()
    {
        var peer = await AcceptedAsync();
        time.Advance(TimeSpan.FromMinutes(6));
        await peer.Session;
        AssertUnconfirmed();
    }

    [Fact]
    public async Task A_close_that_came_before_the_replies_does_not_confirm_and_the_message_still_completes()
    {
        var recorded = new TaskCompletionSource<IReadOnlyList<SmtpReply>>();
        handler.Complete = _ => recorded.Task;
        var peer = new TestPeer(handler, time: time);
        await peer.StartDataAsync();
        await peer.SendAsync("x\r\n.\r\n");
        await peer.CloseAsync();
        Assert.False(Message.CompleteToken.IsCancellationRequested);
        Assert.False(peer.Session.IsCompleted);
        recorded.SetResult([new SmtpReply(250, "2.0.0", "late")]);
        await peer.Session;
        Assert.Contains("250 2.0.0 late", peer.Said(), StringComparison.Ordinal);
        AssertUnconfirmed();
    }

    [Fact]
    public async Task A_QUIT_behind_the_final_dot_confirms_only_with_the_clean_close_that_follows()
    {
        var peer = await QuitBehindDotAsync();
        Assert.DoesNotContain("221", peer.Said(), StringComparison.Ordinal);
        Assert.False(Message.IsConfirmed);
        await peer.FinishAsync();
        Assert.True(Message.IsConfirmed);
    }

    [Fact]
    public async Task A_peer_that_waits_for_the_221_behind_a_pipelined_QUIT_gets_it()
    {
        var peer = await QuitBehindDotAsync();
        peer.Said();
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.StartsWith("221", peer.Said(), StringComparison.Ordinal);
        Assert.False(Message.IsConfirmed);
        await peer.FinishAsync();
        Assert.True(Message.IsConfirmed);
        Assert.Equal(SmtpSessionEnd.Quit, peer.End);
    }

    [Fact]
    public async Task A_reset_behind_a_pipelined_QUIT_does_not_confirm()
    {
        var peer = await QuitBehindDotAsync();
        await peer.BreakAsync();
        await peer.Session;
        AssertUnconfirmed();
    }

    [Fact]
    public async Task A_peer_that_keeps_the_connection_open_after_221_is_not_waited_for_long()
    {
        var peer = await QuitBehindDotAsync();
        time.Advance(TimeSpan.FromSeconds(1));
        time.Advance(TimeSpan.FromSeconds(10));
        await peer.Session;
        AssertUnconfirmed();
    }

    [Fact]
    public async Task Messages_pipelined_behind_one_another_are_confirmed_together()
    {
        var peer = new TestPeer(handler, time: time);
        const string Message = "MAIL FROM:<a@a.test>\r\nRCPT TO:<b@b.test>\r\nBDAT 3 LAST\r\nx\r\n";
        await peer.SendAsync("EHLO c.test\r\n" + Message + Message);
        Assert.Equal([false, false], handler.Messages.Select(one => one.IsConfirmed));
        await peer.SendAsync("NOOP\r\n");
        Assert.Equal([true, true], handler.Messages.Select(one => one.IsConfirmed));
    }

    [Fact]
    public async Task A_message_whose_completion_failed_is_not_confirmed()
    {
        handler.Complete = _ => throw new SmtpRefusedException(new SmtpReply(452, "4.3.1", "disk full"));
        var peer = new TestPeer(handler, time: time);
        await peer.StartDataAsync();
        Assert.Equal("452 4.3.1 disk full\r\n", await peer.AskAsync(".\r\n"));
        Assert.StartsWith("250", await peer.AskAsync("NOOP\r\n"), StringComparison.Ordinal);
        AssertUnconfirmed();
    }

    private void AssertUnconfirmed()
    {
        Assert.False(Message.IsConfirmed);
        Assert.Equal(1, Message.DisposeCount);
    }

    private async Task<TestPeer> AcceptedAsync()
    {
        var peer = new TestPeer(handler, time: time);
        await peer.StartDataAsync();
        Assert.StartsWith("250", await peer.AskAsync("x\r\n.\r\n"), StringComparison.Ordinal);
        return peer;
    }

    private static async Task QuitAtReplyAsync(TestPeer peer)
    {
        var reply = await peer.Reader.ReadAsync(TestContext.Current.CancellationToken);
        peer.Reader.AdvanceTo(reply.Buffer.End);
        await peer.SendAsync("QUIT\r\n");
    }

    private async Task<TestPeer> QuitBehindDotAsync()
    {
        var peer = new TestPeer(handler, time: time);
        await peer.StartDataAsync();
        await peer.SendAsync("x\r\n.\r\nQUIT\r\n");
        return peer;
    }
}
