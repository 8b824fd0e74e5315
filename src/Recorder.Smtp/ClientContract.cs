namespace Recorder.Smtp;

/// <summary>How a connection to a next hop is protected.</summary>
public enum TlsMode
{
    /// <summary>Plain, never STARTTLS.</summary>
    None,

    /// <summary>STARTTLS where offered, certificate not checked (RFC 7435).</summary>
    Opportunistic,

    /// <summary>STARTTLS with a checked certificate, or no delivery.</summary>
    Required,

    /// <summary>TLS from the first byte, certificate checked.</summary>
    Implicit,
}

/// <summary>Where and how to deliver.</summary>
/// <param name="UserName">With <paramref name="Password"/>: AUTH PLAIN or LOGIN, only under TLS or to loopback.</param>
public sealed record NextHopEndpoint(
    string Host, int Port, SmtpProtocol Protocol, TlsMode Tls = TlsMode.None,
    string? UserName = null, string? Password = null)
{
    public override string ToString() => $"{Protocol.ToString().ToLowerInvariant()}://{Host}:{Port}";
}

/// <summary>What the next hop announced at its last greeting.</summary>
/// <param name="MaxMessageBytes">0 where it names no limit.</param>
public sealed record NextHopCapabilities(
    long MaxMessageBytes, bool EightBitMime, bool SmtpUtf8, bool Dsn, bool Chunking, bool Pipelining, bool XForward);

/// <summary>Stored bytes that can be read from the start as often as asked.</summary>
public interface IMessageContent
{
    long LengthBytes { get; }

    /// <summary>A CR or LF outside a CRLF: can leave only by BDAT.</summary>
    bool HasBareLineEnds { get; }

    Stream OpenRead();
}

/// <summary>A message on its way out: trace fields first, then the exact stored bytes.</summary>
/// <param name="TraceFields">Complete header fields, each ended by CRLF; may be empty.</param>
/// <param name="ClientFacts">Passed on as XFORWARD where the next hop announces it; null otherwise.</param>
public sealed record OutgoingMessage(
    Envelope Envelope, ReadOnlyMemory<byte> TraceFields, IMessageContent Content, XForwardFacts? ClientFacts = null);

/// <summary>How one recipient's attempt ended.</summary>
public enum DeliveryOutcome
{
    /// <summary>2xx: the next hop owes the recipient now.</summary>
    Accepted,

    /// <summary>4xx, or no connection before the final dot was sent: try again.</summary>
    TransientFailure,

    /// <summary>5xx, or the next hop lacks what the message needs.</summary>
    PermanentFailure,

    /// <summary>The connection broke after the last byte was sent and before the reply: it may have arrived.</summary>
    Unknown,
}

/// <param name="Reply">The next hop's words; null when it said none (then <paramref name="Error"/> says what happened).
/// Ours where the client itself found that the message cannot go to this hop: <paramref name="Error"/> then names the reason.</param>
public sealed record RecipientResult(EnvelopeRecipient Recipient, DeliveryOutcome Outcome, SmtpReply? Reply, string? Error = null);

/// <param name="Recipients">One for each recipient of the envelope, in its order.</param>
public sealed record DeliveryReport(NextHopEndpoint NextHop, IReadOnlyList<RecipientResult> Recipients);

/// <summary>Delivers over pooled sessions to one next hop.</summary>
public interface INextHop : IAsyncDisposable
{
    NextHopEndpoint Endpoint { get; }

    /// <summary>From the newest session; null until one was greeted.</summary>
    NextHopCapabilities? Capabilities { get; }

    /// <summary>Never throws for what the peer or the network does: that is in the report.</summary>
    /// <param name="beforeData">Awaited after the recipients were accepted and before DATA or BDAT is sent;
    /// when it throws, nothing of the message is sent and the exception passes through.</param>
    Task<DeliveryReport> SendAsync(OutgoingMessage message, Func<CancellationToken, ValueTask>? beforeData, CancellationToken cancel);

    /// <summary>Opens (or reuses) a session and reads its greeting and extensions; true when the next hop is ready.</summary>
    Task<bool> ProbeAsync(CancellationToken cancel);
}
