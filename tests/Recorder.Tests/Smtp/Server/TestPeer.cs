using System.Buffers;
using System.IO.Pipelines;
using System.Net;
using System.Text;
using Recorder.Smtp;
using Recorder.Smtp.Server;

namespace Recorder.Tests.Smtp.Server;

/// <summary>
/// The other end of a session, in memory. Pipes run their continuations inline: when a send returns, the session
/// has done all it can, so what it said is there to read without waiting.
/// </summary>
internal sealed class TestPeer : IDuplexPipe, ISmtpServerObserver
{
    private readonly Pipe toServer;
    private readonly Pipe toPeer;

    private readonly SmtpServerOptions options;

    /// <param name="outputBytes">How much the session may say before the peer reads; 0: any.</param>
    public TestPeer(
        ISmtpServerHandler handler, SmtpServerOptions? options = null, TimeProvider? time = null,
        string remote = "127.0.0.1", CancellationToken shutdown = default, CancellationToken abort = default,
        PipeScheduler? scheduler = null, long outputBytes = 0, MemoryPool<byte>? inputMemory = null)
    {
        scheduler ??= PipeScheduler.Inline;
        toServer = new Pipe(new PipeOptions(inputMemory, scheduler, scheduler, pauseWriterThreshold: 0, useSynchronizationContext: false));
        toPeer = new Pipe(new PipeOptions(null, scheduler, scheduler, outputBytes, outputBytes / 2, useSynchronizationContext: false));
        var endpoint = new IPEndPoint(IPAddress.Parse(remote), 40000);
        this.options = options ?? Smtp();
        var session = new SmtpServerSession(this, endpoint, this.options, handler, time ?? TimeProvider.System, this, shutdown);
        Session = session.RunAsync(abort);
    }

    public Task Session { get; }

    public SmtpSessionEnd? End { get; private set; }

    public List<(string Verb, SmtpReply Reply)> Refused { get; } = [];

    public List<Exception> Failures { get; } = [];

    public List<(Envelope Envelope, WireShape Shape, IReadOnlyList<SmtpReply> Replies)> Ended { get; } = [];

    PipeReader IDuplexPipe.Input => toServer.Reader;

    PipeWriter IDuplexPipe.Output => toPeer.Writer;

    /// <summary>The peer's side of the connection, for a TLS client.</summary>
    public PipeReader Reader => toPeer.Reader;

    public PipeWriter Writer => toServer.Writer;

    public static SmtpServerOptions Smtp() => new() { Hostname = "mx.test", Protocol = SmtpProtocol.Smtp };

    public static SmtpServerOptions Lmtp() => new() { Hostname = "mx.test", Protocol = SmtpProtocol.Lmtp };

    public async Task SendAsync(byte[] bytes) => await toServer.Writer.WriteAsync(bytes);

    public Task SendAsync(string text) => SendAsync(Encoding.UTF8.GetBytes(text));

    /// <summary>Sends and returns what the session answered.</summary>
    public async Task<string> AskAsync(string text)
    {
        Said();
        await SendAsync(text);
        return Said();
    }

    /// <summary>Greets and opens a transaction with the given recipients, up to the 354.</summary>
    public async Task StartDataAsync(params string[] recipients)
    {
        var hello = options.Protocol == SmtpProtocol.Lmtp ? "LHLO" : "EHLO";
        var names = recipients.Length == 0 ? ["b@b.test"] : recipients;
        var said = await AskAsync($"{hello} client.test\r\nMAIL FROM:<a@a.test>\r\n{string.Concat(names.Select(one => $"RCPT TO:<{one}>\r\n"))}DATA\r\n");
        Assert.EndsWith("354 Send the message, end with <CRLF>.<CRLF>\r\n", said, StringComparison.Ordinal);
    }

    public async Task SendChoppedAsync(byte[] bytes, IEnumerable<int> cuts)
    {
        var from = 0;
        foreach (var to in cuts.Append(bytes.Length))
        {
            if (to <= from || to > bytes.Length) continue;
            await toServer.Writer.WriteAsync(bytes.AsMemory(from, to - from));
            from = to;
        }
    }

    public ValueTask CloseAsync() => toServer.Writer.CompleteAsync();

    public ValueTask BreakAsync() => toServer.Writer.CompleteAsync(new IOException("reset"));

    /// <summary>Closes, waits for the end, and returns all that was said since the last look.</summary>
    public async Task<string> FinishAsync()
    {
        await CloseAsync();
        await Session;
        return Said();
    }

    /// <summary>What the session said since the last look.</summary>
    public string Said()
    {
        if (!toPeer.Reader.TryRead(out var result)) return "";
        var text = Encoding.UTF8.GetString(result.Buffer);
        toPeer.Reader.AdvanceTo(result.Buffer.End);
        return text;
    }

    void ISmtpServerObserver.CommandRefused(IPEndPoint remote, string verb, SmtpReply reply) => Refused.Add((verb, reply));

    void ISmtpServerObserver.TransactionEnded(PeerFacts peer, Envelope envelope, WireShape shape, IReadOnlyList<SmtpReply> replies) =>
        Ended.Add((envelope, shape, replies));

    void ISmtpServerObserver.Failed(IPEndPoint remote, Exception error) => Failures.Add(error);

    void ISmtpServerObserver.ConnectionEnded(IPEndPoint remote, SmtpSessionEnd reason, Exception? cause) => End = reason;
}
