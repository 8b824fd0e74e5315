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

    /// <summary>From one answer to the end of the next command (RFC 5321 §4.5.3.2.7: 5 minutes at least); also for a TLS handshake and for a peer that does not read.</summary>
    public TimeSpan CommandTimeout { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Between two blocks of message data (RFC 5321 §4.5.3.2.5).</summary>
    public TimeSpan DataBlockTimeout { get; init; } = TimeSpan.FromMinutes(3);

    /// <summary>How long a message that is arriving at shutdown may take to arrive.</summary>
    public TimeSpan ShutdownGrace { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Asked at every EHLO and STARTTLS, so certificates can be renewed. A null function or result: STARTTLS is not offered.</summary>
    public Func<SslServerAuthenticationOptions?>? Tls { get; init; }

    /// <summary>127.0.0.0/8 and ::1.</summary>
    public static IReadOnlyList<IPNetwork> Loopback { get; } = [IPNetwork.Parse("127.0.0.0/8"), IPNetwork.Parse("::1/128")];
}
