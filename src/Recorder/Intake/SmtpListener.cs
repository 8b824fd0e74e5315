using System.Net;
using Microsoft.AspNetCore.Connections;
using Recorder.Flow;
using Recorder.Smtp;
using Recorder.Smtp.Server;

namespace Recorder.Intake;

/// <summary>One listener of the Kestrel host: each connection becomes a session.</summary>
public sealed class SmtpListener(
    IntakeListener facts, SmtpServerOptions options, ISmtpServerHandler handler, ConnectionLimiter limiter, TimeProvider clock,
    IHostApplicationLifetime lifetime, ILogger<SmtpListener> log)
{
    private long refusals, refusalLoggedAt;
    private readonly SessionLog observer = new(log, facts.Name);

    public IntakeListener Facts => facts;

    /// <summary>Runs the session to its end. A peer that goes away aborts nothing: what has arrived is recorded.</summary>
    public async Task OnConnectedAsync(ConnectionContext connection)
    {
        if (connection.RemoteEndPoint is not IPEndPoint remote) return;
        using var place = Enter(remote.Address, out var refusal);
        if (place is null)
        {
            LogRefusal(remote.Address, refusal!.Code);
            await ConnectionLimiter.RefuseAsync(connection.Transport.Output, refusal, connection.ConnectionClosed);
            return;
        }
        var session = new SmtpServerSession(connection.Transport, remote, options, handler, clock, observer, lifetime.ApplicationStopping);
        await session.RunAsync(lifetime.ApplicationStopped);
    }

    /// <summary>A stranger takes no place: thousands of them keep nobody out.</summary>
    private IDisposable? Enter(IPAddress peer, out SmtpReply? refusal)
    {
        refusal = options.RefusalOf(peer);
        return refusal is null ? limiter.TryEnter(peer, out refusal) : null;
    }

    /// <summary>One line a second at most: whoever may not come in must not fill the log either.</summary>
    private void LogRefusal(IPAddress peer, int code)
    {
        var unsaid = Interlocked.Increment(ref refusals);
        var last = Interlocked.Read(ref refusalLoggedAt);
        if (last != 0 && clock.GetElapsedTime(last) < TimeSpan.FromSeconds(1)) return;
        if (Interlocked.CompareExchange(ref refusalLoggedAt, clock.GetTimestamp(), last) != last) return;
        Interlocked.Add(ref refusals, -unsaid);
        Log.ConnectionRefused(log, facts.Name, peer, code, unsaid - 1);
    }
}

/// <summary>Puts what sessions tell into the log.</summary>
internal sealed class SessionLog(ILogger log, string listener) : ISmtpServerObserver
{
    public void CommandRefused(IPEndPoint remote, string verb, SmtpReply reply) => Log.CommandRefused(log, listener, remote.Address, verb, reply.ToString());

    public void TransactionEnded(PeerFacts peer, Envelope envelope, WireShape shape, IReadOnlyList<SmtpReply> replies) =>
        Log.TransactionEnded(log, listener, peer.Remote.Address, envelope.Recipients.Count, shape.SizeBytes, replies.Count(reply => reply.IsPositive), replies[0].ToString());

    public void Failed(IPEndPoint remote, Exception error) => Log.SessionFailed(log, error, listener, remote.Address);
}

internal static partial class Log
{
    [LoggerMessage(3010, LogLevel.Warning, "{Listener}: connection from {Peer} refused with {Code}: not trusted, or a limit is reached; {Others} more before it")]
    public static partial void ConnectionRefused(ILogger log, string listener, IPAddress peer, int code, long others);

    [LoggerMessage(3011, LogLevel.Information, "{Listener}: {Peer} {Verb} answered {Reply}")]
    public static partial void CommandRefused(ILogger log, string listener, IPAddress peer, string verb, string reply);

    [LoggerMessage(3012, LogLevel.Information, "{Listener}: message from {Peer}, {Recipients} recipients, {SizeBytes} bytes: {Positive} replies 2xx, first {Reply}")]
    public static partial void TransactionEnded(ILogger log, string listener, IPAddress peer, int recipients, long sizeBytes, int positive, string reply);

    [LoggerMessage(3013, LogLevel.Error, "{Listener}: session with {Peer} failed; what was arriving was answered 4xx")]
    public static partial void SessionFailed(ILogger log, Exception error, string listener, IPAddress peer);
}
