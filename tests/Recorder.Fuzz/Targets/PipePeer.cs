using System.IO.Pipelines;
using System.Net;
using System.Text;
using Recorder.Smtp;
using Recorder.Smtp.Server;

namespace Recorder.Fuzz.Targets;

/// <summary>The other end of a session, in memory. Pipes run inline: when a send returns, the session has done all it can.</summary>
internal sealed class PipePeer : IDuplexPipe, ISmtpServerObserver
{
    private static readonly PipeOptions Inline = new(null, PipeScheduler.Inline, PipeScheduler.Inline, 0, 0, useSynchronizationContext: false);
    private readonly Pipe toServer = new(Inline);
    private readonly Pipe toPeer = new(Inline);
    private readonly Task session;
    private Exception? failure;

    public PipePeer(SmtpServerOptions options, ISmtpServerHandler handler) =>
        session = new SmtpServerSession(this, new IPEndPoint(IPAddress.Loopback, 1), options, handler, new StoppedClock(), this).RunAsync(CancellationToken.None);

    public PipeReader Input => toServer.Reader;

    public PipeWriter Output => toPeer.Writer;

    public string Said { get; private set; } = "";

    public void Send(ReadOnlyMemory<byte> bytes) => toServer.Writer.WriteAsync(bytes).AsTask().Wait();

    public void Close()
    {
        toServer.Writer.Complete();
        Oracle.Holds(session.Wait(10_000), "the session did not end");
        if (failure is not null) throw new OracleException($"the session failed: {failure}");
        toPeer.Writer.Complete();
        if (toPeer.Reader.TryRead(out var result)) Said = Encoding.UTF8.GetString(result.Buffer);
    }

    void ISmtpServerObserver.Failed(IPEndPoint remote, Exception error) => failure = error;

    /// <summary>No time passes, so no timer fires.</summary>
    private sealed class StoppedClock : TimeProvider
    {
        public override long GetTimestamp() => 0;
        public override DateTimeOffset GetUtcNow() => DateTimeOffset.UnixEpoch;
        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => new Never();

        private sealed class Never : ITimer
        {
            public bool Change(TimeSpan dueTime, TimeSpan period) => true;
            public void Dispose() { }
            public ValueTask DisposeAsync() => default;
        }
    }
}
