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
    private static readonly PipeOptions Inline = new(
        readerScheduler: PipeScheduler.Inline, writerScheduler: PipeScheduler.Inline,
        pauseWriterThreshold: 0, useSynchronizationContext: false);

    private readonly Pipe toServer = new(Inline);
    private readonly Pipe toPeer = new(Inline);
    private readonly StringBuilder transcript = new();

    public TestPeer(
        ISmtpServerHandler handler, SmtpServerOptions? options = null, TimeProvider? time = null,
        string remote = "127.0.0.1", CancellationToken shutdown = default, CancellationToken abort = default)
    {
        var endpoint = new IPEndPoint(IPAddress.Parse(remote), 40000);
        var session = new SmtpServerSession(this, endpoint, options ?? Smtp(), handler, time ?? TimeProvider.System, this, shutdown);
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
        transcript.Append(text);
        return text;
    }

    void ISmtpServerObserver.CommandRefused(IPEndPoint remote, string verb, SmtpReply reply) => Refused.Add((verb, reply));

    void ISmtpServerObserver.TransactionEnded(PeerFacts peer, Envelope envelope, WireShape shape, IReadOnlyList<SmtpReply> replies) =>
        Ended.Add((envelope, shape, replies));

    void ISmtpServerObserver.Failed(IPEndPoint remote, Exception error) => Failures.Add(error);

    void ISmtpServerObserver.ConnectionEnded(IPEndPoint remote, SmtpSessionEnd reason, Exception? cause) => End = reason;
}
