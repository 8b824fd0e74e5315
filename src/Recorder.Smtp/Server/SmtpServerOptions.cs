using System.Net;
using System.Net.Security;

namespace Recorder.Smtp.Server;

/// <summary>What becomes of a message with an LF that no CR precedes.</summary>
public enum BareLineEnds
{
    /// <summary>550 5.6.0 after the end of data.</summary>
    Refuse,

    /// <summary>Kept byte for byte; <see cref="WireShape.HasBareLf"/> tells.</summary>
    Keep,
}

/// <summary>Limits, times and manners of one listener. Immutable; shared by all its sessions.</summary>
public sealed record SmtpServerOptions
{
    /// <summary>The name in the greeting and after EHLO: a domain or an address literal.</summary>
    public required string Hostname { get; init; }

    public SmtpProtocol Protocol { get; init; } = SmtpProtocol.Lmtp;

    /// <summary>Peers outside these networks are greeted with 554. IPv4-mapped IPv6 peers count as IPv4.</summary>
    public IReadOnlyList<IPNetwork> TrustedNetworks { get; init; } = Loopback;

    /// <summary>Trusted peers in these networks may say XFORWARD, and only they see it announced.</summary>
    public IReadOnlyList<IPNetwork> XForwardNetworks { get; init; } = Loopback;

    /// <summary>
    /// Concerns bare LF only, for DATA and BDAT alike: a bare LF is what message smuggling needs. A bare CR is
    /// always kept as it is and flagged in <see cref="WireShape.HasBareCr"/>. Neither ever ends the data.
    /// </summary>
    public BareLineEnds BareLineEnds { get; init; } = BareLineEnds.Refuse;

    /// <summary>Accepted recipients of one transaction; the rest get 452 4.5.3. RFC 5321 §4.5.3.1.8 asks for 100 at least.</summary>
    public int MaxRecipients { get; init; } = 1000;

    /// <summary>One command with its parameters and CRLF. RFC 5321 §4.5.3.1.4 asks for 512, RFC 3461 §5 and others add some 1,100.</summary>
    public int MaxCommandLineBytes { get; init; } = 2048;

    /// <summary>
    /// Up to the first empty line. Beyond: 552 5.3.4. In effect the message limit by default: keeping never depends on
    /// understanding, and a message without any empty line is all header.
    /// </summary>
    public long MaxHeaderBytes { get; init; } = 64 * 1024 * 1024;

    /// <summary>
    /// One line of the message without its CRLF. Beyond: 552 5.3.4. RFC 5321 §4.5.3.1.6 names 1,000, which mail in
    /// the wild does not respect; the default is in effect the message limit.
    /// </summary>
    public long MaxTextLineBytes { get; init; } = 64 * 1024 * 1024;

    /// <summary>Refused commands in a row without one completed message, then 421 4.7.0.</summary>
    public int MaxErrorsBeforeClose { get; init; } = 20;

    /// <summary>Bytes of a refused message, or behind a refused BDAT, that are read and dropped so that the dialogue stays in step; beyond them the session ends.</summary>
    public long MaxDroppedBytes { get; init; } = 256 * 1024 * 1024;

    /// <summary>From one answer to the end of the next command (RFC 5321 §4.5.3.2.7: 5 minutes at least); also for a peer that does not read.</summary>
    public TimeSpan CommandTimeout { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Waiting for commands, in all, since the session began or its last message was complete: keeps nobody here who says NOOP for ever.</summary>
    public TimeSpan CommandsTimeout { get; init; } = TimeSpan.FromMinutes(30);

    /// <summary>For a TLS handshake.</summary>
    public TimeSpan TlsTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Between two blocks of message data (RFC 5321 §4.5.3.2.5).</summary>
    public TimeSpan DataBlockTimeout { get; init; } = TimeSpan.FromMinutes(3);

    /// <summary>
    /// A message may keep us waiting, in all, for <see cref="SlowDataGrace"/> and a second for each so many bytes that came.
    /// The slowest lines in use (a satellite telephone, 300 bytes a second) are faster; 0: no such limit.
    /// </summary>
    public int MinDataBytesPerSecond { get; init; } = 200;

    /// <summary>Waiting for message data that no bytes have to earn. Unused without <see cref="MinDataBytesPerSecond"/>.</summary>
    public TimeSpan SlowDataGrace { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>How long a message that is arriving at shutdown may take to arrive.</summary>
    public TimeSpan ShutdownGrace { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Asked at every EHLO and STARTTLS, so certificates can be renewed. A null function or result: STARTTLS is not offered.</summary>
    public Func<SslServerAuthenticationOptions?>? Tls { get; init; }

    /// <returns>The greeting for a peer outside the trusted networks; null for the others.</returns>
    public SmtpReply? RefusalOf(IPAddress peer) => TrustedNetworks.Includes(peer) ? null : Replies.Untrusted;

    /// <summary>127.0.0.0/8 and ::1.</summary>
    public static IReadOnlyList<IPNetwork> Loopback { get; } = [IPNetwork.Parse("127.0.0.0/8"), IPNetwork.Parse("::1/128")];
}
