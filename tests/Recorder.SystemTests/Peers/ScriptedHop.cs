using System.Buffers;
using System.IO.Pipelines;
using System.Net;
using System.Net.Sockets;
using Recorder.Smtp;
using Recorder.Smtp.Server;

namespace Recorder.SystemTests.Peers;

/// <summary>One recipient's copy as the hop answered it.</summary>
/// <param name="RecordId">From the trace field.</param>
internal sealed record HopAttempt(string Recipient, string? RecordId, byte[] Bytes, SmtpReply Reply);

/// <summary>A next hop that answers as told, remembers everything, and can die and come back on the same port.</summary>
internal sealed class ScriptedHop : ISmtpServerHandler, IAsyncDisposable
{
    private readonly List<HopAttempt> attempts = [];
    private readonly Dictionary<string, int> tries = [];
    private readonly Func<string, int, SmtpReply?> script;
    private readonly SmtpProtocol protocol;
    private TcpListener? listener;
    private CancellationTokenSource alive = new();

    /// <param name="script">Recipient and which try it is, from 1; null accepts.</param>
    public ScriptedHop(SmtpProtocol protocol, Func<string, int, SmtpReply?>? script = null)
    {
        (this.protocol, this.script) = (protocol, script ?? ((_, _) => null));
        Port = Machine.FreePort();
        Start();
    }

    public int Port { get; }

    public SmtpExtensions Extensions { get; } = new(64L << 20);

    public IReadOnlyList<HopAttempt> Attempts
    {
        get
        {
            lock (attempts)
            {
                return [.. attempts];
            }
        }
    }

    public void Start()
    {
        alive = new CancellationTokenSource();
        listener = new TcpListener(IPAddress.Loopback, Port);
        listener.Start();
        _ = AcceptAsync(listener, alive.Token);
    }

    /// <summary>Refuses connections and cuts those that are open, wherever they are.</summary>
    public void Die()
    {
        listener!.Stop();
        alive.Cancel();
    }

    public ValueTask<SmtpReply?> OnMailAsync(PeerFacts peer, string reversePath, MailParameters parameters, CancellationToken cancel) => default;

    public ValueTask<SmtpReply?> OnRecipientAsync(PeerFacts peer, Envelope soFar, EnvelopeRecipient recipient, CancellationToken cancel) => default;

    public ValueTask<IIncomingMessage> OnDataAsync(PeerFacts peer, Envelope envelope, CancellationToken cancel) =>
        ValueTask.FromResult<IIncomingMessage>(new Incoming(this, envelope));

    public ValueTask DisposeAsync()
    {
        Die();
        return default;
    }

    private async Task AcceptAsync(TcpListener accepting, CancellationToken end)
    {
        try
        {
            while (true)
            {
                _ = ServeAsync(await accepting.AcceptSocketAsync(end), end);
            }
        }
        catch (Exception over) when (over is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // Dead.
        }
    }

    private async Task ServeAsync(Socket socket, CancellationToken end)
    {
        // Closing under the session is what a crash looks like from outside.
        using var cut = end.Register(socket.Dispose);
        try
        {
            await using var stream = new NetworkStream(socket, ownsSocket: true);
            var session = new SmtpServerSession(
                new Pipes(PipeReader.Create(stream), PipeWriter.Create(stream)), (IPEndPoint)socket.RemoteEndPoint!,
                new SmtpServerOptions { Hostname = "hop.example.edu", Protocol = protocol, BareLineEnds = BareLineEnds.Keep }, this, TimeProvider.System);
            await session.RunAsync(end);
        }
        catch (Exception over) when (over is OperationCanceledException or IOException or SocketException or ObjectDisposedException)
        {
            // The peer or the hop went away.
        }
    }

    private SmtpReply Answer(string recipient, byte[] bytes)
    {
        lock (attempts)
        {
            var number = tries[recipient] = tries.GetValueOrDefault(recipient) + 1;
            var reply = script(recipient, number) ?? new SmtpReply(250, "2.0.0", $"kept for {recipient}");
            attempts.Add(new HopAttempt(recipient, Wire.TraceId(bytes), bytes, reply));
            return reply;
        }
    }

    private sealed record Pipes(PipeReader Input, PipeWriter Output) : IDuplexPipe;

    private sealed class Incoming(ScriptedHop hop, Envelope envelope) : IIncomingMessage
    {
        private readonly MemoryStream bytes = new();

        public ValueTask WriteAsync(ReadOnlySequence<byte> chunk, CancellationToken cancel)
        {
            foreach (var segment in chunk)
            {
                bytes.Write(segment.Span);
            }

            return default;
        }

        public ValueTask<IReadOnlyList<SmtpReply>> CompleteAsync(WireShape shape, CancellationToken cancel)
        {
            var replies = envelope.Recipients.Select(recipient => hop.Answer(recipient.Address, bytes.ToArray())).ToList();
            return ValueTask.FromResult<IReadOnlyList<SmtpReply>>(hop.protocol == SmtpProtocol.Lmtp ? replies : [replies[0]]);
        }

        public void OnRepliesConfirmed()
        {
        }

        public ValueTask DisposeAsync() => bytes.DisposeAsync();
    }
}
