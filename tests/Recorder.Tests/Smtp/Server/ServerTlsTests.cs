using System.IO.Pipelines;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Microsoft.Extensions.Time.Testing;
using Recorder.Smtp;
using Recorder.Smtp.Server;

namespace Recorder.Tests.Smtp.Server;

public class ServerTlsTests
{
    private static readonly X509Certificate2 Certificate = MakeCertificate();
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly RecordingHandler handler = new();

    private static SmtpServerOptions WithTls => TestPeer.Smtp() with
    {
        Tls = () => new SslServerAuthenticationOptions { ServerCertificate = Certificate },
    };

    [Fact]
    public async Task After_STARTTLS_the_session_starts_anew_and_knows_the_protocol_and_the_cipher()
    {
        var peer = new TestPeer(handler, WithTls, scheduler: PipeScheduler.ThreadPool);
        await using var client = await StartTlsAsync(peer, "EHLO c.test\r\nXFORWARD NAME=before.test\r\n");
        Assert.StartsWith("503 5.5.1", await AskAsync(client, "MAIL FROM:<a@a.test>\r\n"), StringComparison.Ordinal);
        Assert.DoesNotContain("STARTTLS", await AskAsync(client, "EHLO c.test\r\n"), StringComparison.Ordinal);
        Assert.StartsWith("503 5.5.1", await AskAsync(client, "STARTTLS\r\n"), StringComparison.Ordinal);
        await AskAsync(client, "MAIL FROM:<a@a.test>\r\n");
        await AskAsync(client, "RCPT TO:<b@b.test>\r\n");
        await AskAsync(client, "DATA\r\n");
        var message = string.Concat(Enumerable.Repeat("0123456789\r\n", 400));
        Assert.StartsWith("250 2.0.0 4800", await AskAsync(client, message + ".\r\n"), StringComparison.Ordinal);
        Assert.StartsWith("221", await AskAsync(client, "QUIT\r\n"), StringComparison.Ordinal);
        Assert.Equal(0, await client.ReadAsync(new byte[1]).AsTask().WaitAsync(Patience));
        await peer.Session.WaitAsync(Patience);

        var received = Assert.Single(handler.Messages);
        Assert.Equal(message, received.Text);
        Assert.Equal("ESMTPS", received.Peer.ProtocolName);
        Assert.StartsWith("TLSv1.", received.Peer.TlsProtocol, StringComparison.Ordinal);
        Assert.StartsWith("TLS_", received.Peer.TlsCipher, StringComparison.Ordinal);
        Assert.Null(received.Peer.XForward);
    }

    // Under TLS a command that is there before the reply's flush returns might have been sent with the message. So a peer as near as
    // this one confirms in most sessions, not in each.
    [Fact]
    public async Task A_command_behind_the_reply_confirms_under_TLS()
    {
        for (var session = 0; session < 50 && !handler.Messages.Any(message => message.IsConfirmed); session++)
        {
            var peer = new TestPeer(handler, WithTls, scheduler: PipeScheduler.ThreadPool);
            await using var client = await StartTlsAsync(peer, "EHLO c.test\r\n");
            foreach (var command in (string[])["EHLO c.test\r\n", "MAIL FROM:<a@a.test>\r\n", "RCPT TO:<b@b.test>\r\n", "DATA\r\n", "text\r\n.\r\n", "QUIT\r\n"])
                await AskAsync(client, command);
            await peer.Session.WaitAsync(Patience);
        }
        Assert.Contains(handler.Messages, message => message.IsConfirmed);
    }

    [Theory]
    [InlineData("MAIL FROM:<evil@a.test>\r\n")]
    [InlineData("x")]
    public async Task Bytes_pipelined_behind_STARTTLS_have_it_refused(string injected)
    {
        var peer = new TestPeer(handler, WithTls);
        Assert.Contains("250-STARTTLS", await peer.AskAsync("EHLO c.test\r\n"), StringComparison.Ordinal);
        Assert.StartsWith("501 5.5.1", await peer.AskAsync("STARTTLS\r\n" + injected), StringComparison.Ordinal);
        Assert.Null(peer.End);
        await peer.FinishAsync();
    }

    [Fact]
    public async Task Clear_text_sent_into_the_handshake_ends_the_session()
    {
        var peer = new TestPeer(handler, WithTls);
        await peer.AskAsync("EHLO c.test\r\n");
        Assert.StartsWith("220", await peer.AskAsync("STARTTLS\r\n"), StringComparison.Ordinal);
        await peer.SendAsync("MAIL FROM:<evil@a.test>\r\n");
        await peer.Session.WaitAsync(Patience);
        Assert.Equal(SmtpSessionEnd.TlsFailed, peer.End);
        Assert.Empty(handler.Mails);
    }

    [Fact]
    public async Task STARTTLS_takes_no_argument_and_no_open_transaction()
    {
        var peer = new TestPeer(handler, WithTls);
        await peer.AskAsync("EHLO c.test\r\nMAIL FROM:<>\r\n");
        Assert.StartsWith("501", await peer.AskAsync("STARTTLS now\r\n"), StringComparison.Ordinal);
        Assert.StartsWith("503", await peer.AskAsync("STARTTLS\r\n"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_message_in_flight_over_TLS_survives_the_shutdown()
    {
        using var shutdown = new CancellationTokenSource();
        var peer = new TestPeer(handler, WithTls, scheduler: PipeScheduler.ThreadPool, shutdown: shutdown.Token);
        await using var client = await StartTlsAsync(peer, "EHLO c.test\r\n");
        await AskAsync(client, "EHLO c.test\r\n");
        await AskAsync(client, "MAIL FROM:<a@a.test>\r\n");
        await AskAsync(client, "RCPT TO:<b@b.test>\r\n");
        await AskAsync(client, "DATA\r\n");
        await client.WriteAsync("one\r\n"u8.ToArray());
        await shutdown.CancelAsync();
        await client.WriteAsync("two\r\n"u8.ToArray());
        Assert.StartsWith("250 2.0.0 10", await AskAsync(client, ".\r\n"), StringComparison.Ordinal);
        await peer.Session.WaitAsync(Patience);
        Assert.Equal(SmtpSessionEnd.ShuttingDown, peer.End);
    }

    [Fact]
    public async Task A_reply_over_TLS_that_took_longer_than_any_wait_before_it_arrives_once_and_whole()
    {
        var recorded = new TaskCompletionSource<IReadOnlyList<SmtpReply>>(TaskCreationOptions.RunContinuationsAsynchronously);
        var completing = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        handler.Complete = _ =>
        {
            completing.TrySetResult();
            return recorded.Task;
        };
        var time = new FakeTimeProvider();
        var peer = new TestPeer(handler, WithTls, time, scheduler: PipeScheduler.ThreadPool);
        await using var client = await StartTlsAsync(peer, "EHLO c.test\r\n");
        foreach (var command in new[] { "EHLO c.test", "MAIL FROM:<a@a.test>", "RCPT TO:<b@b.test>", "DATA" }) await AskAsync(client, command + "\r\n");
        await client.WriteAsync("one\r\n.\r\n"u8.ToArray());
        await completing.Task.WaitAsync(Patience);
        time.Advance(TimeSpan.FromMinutes(9));
        recorded.SetResult([new SmtpReply(250, "2.0.0", "done")]);
        Assert.Equal("250 2.0.0 done\r\n", await AskAsync(client, ""));
        Assert.Equal("250 2.0.0 OK\r\n", await AskAsync(client, "NOOP\r\n"));
        Assert.StartsWith("221", await AskAsync(client, "QUIT\r\n"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_QUIT_in_a_record_of_its_own_behind_the_final_dot_confirms_nothing()
    {
        var recorded = new TaskCompletionSource<IReadOnlyList<SmtpReply>>(TaskCreationOptions.RunContinuationsAsynchronously);
        var completing = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        handler.Complete = _ =>
        {
            completing.SetResult();
            return recorded.Task;
        };
        var time = new FakeTimeProvider();
        var peer = new TestPeer(handler, WithTls, time, scheduler: PipeScheduler.ThreadPool);
        await using var client = await StartTlsAsync(peer, "EHLO c.test\r\n");
        foreach (var command in new[] { "EHLO c.test", "MAIL FROM:<a@a.test>", "RCPT TO:<b@b.test>", "DATA" }) await AskAsync(client, command + "\r\n");
        await client.WriteAsync(".\r\n"u8.ToArray());
        await completing.Task.WaitAsync(Patience);
        await client.WriteAsync("QUIT\r\n"u8.ToArray());
        recorded.SetResult([new SmtpReply(250, "2.0.0", "done")]);
        Assert.Equal("250 2.0.0 done\r\n", await AskAsync(client, ""));
        await peer.BreakAsync();
        await peer.Session.WaitAsync(Patience);
        Assert.False(Assert.Single(handler.Messages).IsConfirmed);
    }

    private static async Task<SslStream> StartTlsAsync(TestPeer peer, string before)
    {
        var plain = new DuplexPipeStream(peer.Reader, peer.Writer);
        await AskAsync(plain, before, until: before.Contains("XFORWARD", StringComparison.Ordinal) ? "250 2.0.0 OK\r\n" : "SOURCE\r\n");
        Assert.StartsWith("220", await AskAsync(plain, "STARTTLS\r\n"), StringComparison.Ordinal);
        var client = new SslStream(plain, leaveInnerStreamOpen: true);
        await client.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
        {
            TargetHost = "mx.test",
            RemoteCertificateValidationCallback = (_, _, _, _) => true,
        }).WaitAsync(Patience);
        return client;
    }

    /// <summary>Sends, and reads until the last line of a reply.</summary>
    private static async Task<string> AskAsync(Stream stream, string text, string? until = null)
    {
        if (text.Length > 0) await stream.WriteAsync(Encoding.ASCII.GetBytes(text));
        var said = "";
        var buffer = new byte[4096];
        while (!(until is null ? IsComplete(said) : said.EndsWith(until, StringComparison.Ordinal)))
        {
            var read = await stream.ReadAsync(buffer).AsTask().WaitAsync(Patience);
            Assert.NotEqual(0, read);
            said += Encoding.ASCII.GetString(buffer, 0, read);
        }
        return said;
    }

    private static bool IsComplete(string said) =>
        said.EndsWith("\r\n", StringComparison.Ordinal) && said.Split("\r\n")[^2] is { Length: > 3 } last && last[3] == ' ';

    private static X509Certificate2 MakeCertificate()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=mx.test", key, HashAlgorithmName.SHA256);
        return request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
    }
}
