namespace Recorder.Smtp.Client;

/// <summary>The session cannot go on: what the peer or the network did, in words for the operator.</summary>
/// <param name="reply">The peer's parting words (a 421, a refused greeting); null when it said none.</param>
internal class SessionLostException(string message, SmtpReply? reply = null, Exception? cause = null)
    : Exception(message, cause)
{
    /// <summary>Only transient replies: a hop that refuses the whole session with 5xx is misconfigured,
    /// and that must not bounce mail.</summary>
    public SmtpReply? Reply { get; } = reply is { IsTransient: true } ? reply : null;

    /// <summary>The break was noticed without reading, so a reply that the peer sent before may still be readable.</summary>
    public bool MayHaveSpoken { get; init; }
}

/// <summary>The TLS handshake failed; an opportunistic session may go on without (RFC 7435 §3).</summary>
internal sealed class TlsFailedException(string message, Exception? cause = null)
    : SessionLostException(message, null, cause);
