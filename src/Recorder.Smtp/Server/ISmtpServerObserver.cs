using System.Net;

namespace Recorder.Smtp.Server;

/// <summary>Why a session ended.</summary>
public enum SmtpSessionEnd
{
    /// <summary>The peer said QUIT.</summary>
    Quit,

    /// <summary>The peer closed its side without QUIT.</summary>
    PeerClosed,

    /// <summary>The connection broke.</summary>
    PeerReset,

    /// <summary>Nothing came, or nothing was taken, for too long, or what came was too slow (421 4.4.2).</summary>
    TimedOut,

    /// <summary>The listener shuts down (421 4.3.2).</summary>
    ShuttingDown,

    /// <summary>The caller's abort token fired.</summary>
    Aborted,

    /// <summary>More refused commands than allowed (421 4.7.0).</summary>
    TooManyErrors,

    /// <summary>The peer is outside the trusted networks (554).</summary>
    Untrusted,

    /// <summary>The TLS handshake failed.</summary>
    TlsFailed,

    /// <summary>A BDAT without a readable size: what follows cannot be told from commands.</summary>
    Unframed,

    /// <summary>Message data went on far beyond its refusal.</summary>
    Flooded,

    /// <summary>An error in the session itself; <see cref="ISmtpServerObserver.Failed"/> has it.</summary>
    Failed,
}

/// <summary>Told what happens, to log and to count. Called from the session: must be quick and must not throw.</summary>
public interface ISmtpServerObserver
{
    /// <summary>A command got a 4xx or 5xx.</summary>
    void CommandRefused(IPEndPoint remote, string verb, SmtpReply reply) { }

    /// <summary>A message's data ended, and the replies were written.</summary>
    /// <param name="replies">SMTP: one; LMTP: one for each recipient.</param>
    void TransactionEnded(PeerFacts peer, Envelope envelope, WireShape shape, IReadOnlyList<SmtpReply> replies) { }

    /// <summary>The handler, or the session itself, threw something else than a refusal. The peer got 451 4.3.0, or 421 4.3.0 from the session.</summary>
    void Failed(IPEndPoint remote, Exception error) { }

    /// <param name="cause">What broke, for a reset or a failed handshake.</param>
    void ConnectionEnded(IPEndPoint remote, SmtpSessionEnd reason, Exception? cause) { }
}

internal sealed class NoObserver : ISmtpServerObserver
{
    public static readonly NoObserver Instance = new();
}
