using System.Buffers;
using System.Net;

namespace Recorder.Smtp;

/// <summary>The facts Postfix passes with XFORWARD; null where not given or <c>[UNAVAILABLE]</c>.</summary>
public sealed record XForwardFacts(
    string? Name = null, string? Address = null, string? Port = null, string? Protocol = null,
    string? Helo = null, string? Identity = null, string? Source = null);

/// <summary>Who is talking to us.</summary>
/// <param name="TlsProtocol">E.g. <c>TLSv1.3</c>; null on a plain connection.</param>
/// <param name="ProtocolName">The <c>with</c> word of a Received field (RFC 3848, RFC 6531): ESMTP, ESMTPS, LMTP, UTF8SMTP, …</param>
public sealed record PeerFacts(
    IPEndPoint Remote, string Helo, string ProtocolName,
    string? TlsProtocol = null, string? TlsCipher = null, XForwardFacts? XForward = null);

/// <summary>What a listener announces after EHLO or LHLO. Asked again at every greeting: it follows the next hop.</summary>
/// <param name="MaxMessageBytes">SIZE: encoded bytes as received.</param>
public sealed record SmtpExtensions(
    long MaxMessageBytes, bool EightBitMime = true, bool SmtpUtf8 = true, bool Dsn = true, bool Chunking = true);

/// <summary>Facts about the received bytes, gathered while reading them.</summary>
/// <param name="MaxLineBytes">Longest line without its CRLF.</param>
public sealed record WireShape(long SizeBytes, bool HasBareCr, bool HasBareLf, bool HasNul, bool HasEightBit, long MaxLineBytes);

/// <summary>
/// The product behind a listener. One instance serves all sessions of a listener.
/// An <see cref="SmtpRefusedException"/> from any member becomes its reply; any other exception becomes 451 4.3.0.
/// </summary>
public interface ISmtpServerHandler
{
    SmtpExtensions Extensions { get; }

    /// <returns>null accepts (250 2.1.0); a reply refuses.</returns>
    ValueTask<SmtpReply?> OnMailAsync(PeerFacts peer, string reversePath, MailParameters parameters, CancellationToken cancel);

    /// <summary>Called after the syntax and the recipient limit were checked.</summary>
    /// <returns>null accepts (250 2.1.5); a reply refuses.</returns>
    ValueTask<SmtpReply?> OnRecipientAsync(PeerFacts peer, Envelope soFar, EnvelopeRecipient recipient, CancellationToken cancel);

    /// <summary>DATA or the first BDAT was accepted.</summary>
    ValueTask<IIncomingMessage> OnDataAsync(PeerFacts peer, Envelope envelope, CancellationToken cancel);
}

/// <summary>
/// Takes one message while it arrives. Disposed without <see cref="CompleteAsync"/> it leaves no trace.
/// When <see cref="WriteAsync"/> throws, the session reads on to the end of data, drops the rest and then answers.
/// </summary>
public interface IIncomingMessage : IAsyncDisposable
{
    /// <param name="bytes">After dot-unstuffing (RFC 5321 §4.5.2) or as BDAT carried them; valid only during the call.</param>
    ValueTask WriteAsync(ReadOnlySequence<byte> bytes, CancellationToken cancel);

    /// <returns>SMTP: exactly one reply. LMTP: one for each recipient of the envelope, in its order.</returns>
    ValueTask<IReadOnlyList<SmtpReply>> CompleteAsync(WireShape shape, CancellationToken cancel);

    /// <summary>
    /// The peer has surely seen the replies: another command followed, or the connection closed cleanly
    /// (QUIT, or end of stream without reset). Not called when the connection broke, and not for what the peer sent
    /// before the replies left (a QUIT behind the final dot, the close of a peer that gave up): that proves nothing.
    /// Comes before the disposal, which waits for it; so let go of what is large in <see cref="CompleteAsync"/>.
    /// </summary>
    void OnRepliesConfirmed();
}

/// <summary>Carries a reply through the handler's layers to the peer.</summary>
public sealed class SmtpRefusedException(SmtpReply reply) : Exception(reply.ToString())
{
    public SmtpReply Reply { get; } = reply;
}
