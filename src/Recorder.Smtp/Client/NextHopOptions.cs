using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace Recorder.Smtp.Client;

/// <summary>How sessions to one next hop are opened, kept and given up.</summary>
/// <remarks>
/// The step limits follow RFC 5321 §4.5.3.2; <see cref="AttemptTimeout"/> bounds their sum, because whoever
/// hands us a message waits no longer than ten minutes for our own answer.
/// </remarks>
public sealed record NextHopOptions
{
    /// <summary>Our name in EHLO and LHLO: a domain, or an address literal such as <c>[192.0.2.1]</c>.</summary>
    public required string OurHostname { get; init; }

    /// <summary>Connections open for deliveries at one time. More senders wait for one.</summary>
    public int MaxSessions { get; init; } = 20;

    /// <summary>How long a sender waits while all sessions are busy; then the attempt is a transient failure.</summary>
    public TimeSpan SessionWait { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How long an unused session is kept open.</summary>
    public TimeSpan IdleTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>A session unused for longer than this is asked with NOOP before it is used again.</summary>
    public TimeSpan ProbeIdleAfter { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Transactions after which a session is closed with QUIT, so that load spreads over a cluster behind one name.</summary>
    public int MaxTransactionsPerSession { get; init; } = 100;

    /// <summary>For the name look-up, for each address tried, and for a TLS handshake.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>From the connection to the greeting.</summary>
    public TimeSpan GreetingTimeout { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>For the reply to each of EHLO, AUTH, MAIL, RCPT and RSET.</summary>
    public TimeSpan CommandTimeout { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>For the 354 after DATA.</summary>
    public TimeSpan DataStartTimeout { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>For the peer to take one block of the message.</summary>
    public TimeSpan DataBlockTimeout { get; init; } = TimeSpan.FromMinutes(3);

    /// <summary>For a whole attempt, waiting for a session included. What is unanswered then is given up.</summary>
    public TimeSpan AttemptTimeout { get; init; } = TimeSpan.FromSeconds(480);

    /// <summary>For a whole <see cref="INextHop.ProbeAsync"/>.</summary>
    public TimeSpan ProbeTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Roots trusted instead of the system's; null uses the system's.</summary>
    public X509Certificate2Collection? TrustedRoots { get; init; }

    /// <summary>Decides instead of the built-in check where the certificate is checked at all; null keeps that check.</summary>
    public RemoteCertificateValidationCallback? CertificateCheck { get; init; }
}
