using System.Buffers;
using System.IO.Pipelines;
using System.Net;
using System.Net.Sockets;
using Recorder.Mail;
using Recorder.Smtp;
using Recorder.Smtp.Server;

namespace Recorder.Demo;

public sealed record DemoDelivery(DateTimeOffset At, string ReversePath, IReadOnlyList<string> Recipients, string Subject, long SizeBytes);

/// <summary>A mail server that takes everything and keeps nothing: it tells what would be delivered.</summary>
public sealed class DemoNextHop : ISmtpServerHandler, IAsyncDisposable
{
    private const long MaxMessageBytes = 64L << 20;
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource stopping = new();
    private readonly Action<DemoDelivery> report;
    private readonly Task accepting;

    public DemoNextHop(Action<DemoDelivery> report)
    {
        this.report = report;
        listener.Start();
        accepting = AcceptAsync();
    }

    public int Port => ((IPEndPoint)listener.LocalEndpoint).Port;

    public SmtpExtensions Extensions { get; } = new(MaxMessageBytes);

    public ValueTask<SmtpReply?> OnMailAsync(PeerFacts peer, string reversePath, MailParameters parameters, CancellationToken cancel) => default;

    public ValueTask<SmtpReply?> OnRecipientAsync(PeerFacts peer, Envelope soFar, EnvelopeRecipient recipient, CancellationToken cancel) => default;

    public ValueTask<IIncomingMessage> OnDataAsync(PeerFacts peer, Envelope envelope, CancellationToken cancel) =>
        ValueTask.FromResult<IIncomingMessage>(new Incoming(envelope, report));

    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync();
        listener.Stop();
        await accepting;
        stopping.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                _ = ServeAsync(await listener.AcceptSocketAsync(stopping.Token));
            }
        }
        catch (Exception end) when (end is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The demo is over.
        }
    }

    private async Task ServeAsync(Socket socket)
    {
        try
        {
            await using var stream = new NetworkStream(socket, ownsSocket: true);
            var pipe = new StreamPipe(PipeReader.Create(stream), PipeWriter.Create(stream));
            var options = new SmtpServerOptions { Hostname = "next-hop.demo.example", Protocol = SmtpProtocol.Smtp };
            var session = new SmtpServerSession(pipe, (IPEndPoint)socket.RemoteEndPoint!, options, this, TimeProvider.System);
            await session.RunAsync(stopping.Token);
        }
        catch (Exception end) when (end is OperationCanceledException or IOException)
        {
            // The peer or the demo went away.
        }
    }

    private sealed record StreamPipe(PipeReader Input, PipeWriter Output) : IDuplexPipe;

    private sealed class Incoming(Envelope envelope, Action<DemoDelivery> report) : IIncomingMessage
    {
        private static readonly MailReader Reader = new();
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
            bytes.Position = 0;
            var facts = Reader.ReadFacts(bytes, cancel);
            var recipients = envelope.Recipients.Select(recipient => recipient.Address).ToList();
            report(new DemoDelivery(TimeProvider.System.GetUtcNow(), envelope.ReversePath, recipients, facts.Subject, shape.SizeBytes));
            return ValueTask.FromResult<IReadOnlyList<SmtpReply>>([new SmtpReply(250, "2.0.0", "taken by the demo's mail server")]);
        }

        public void OnRepliesConfirmed()
        {
        }

        public ValueTask DisposeAsync() => bytes.DisposeAsync();
    }
}
