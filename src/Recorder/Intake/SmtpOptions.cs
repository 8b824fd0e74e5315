using System.ComponentModel.DataAnnotations;
using Recorder.Flow;
using Recorder.Smtp;

namespace Recorder.Intake;

/// <summary>Settings of one listener (section <c>Listeners:N</c>).</summary>
public sealed class ListenerOptions
{
    /// <summary>Name shown in records and logs; the address where none is given.</summary>
    public string? Name { get; set; }

    /// <summary>Address and port, e.g. 127.0.0.1:2525 or [::1]:24. Port 0 takes a free one and prints it.</summary>
    [Required]
    public string Listen { get; set; } = "127.0.0.1:2525";

    /// <summary>smtp or lmtp. LMTP is the recommended hook: every recipient gets a reply of its own.</summary>
    public SmtpProtocol Protocol { get; set; } = SmtpProtocol.Smtp;

    /// <summary>Relay or Journal.</summary>
    public IntakeMode Mode { get; set; } = IntakeMode.Relay;
}

/// <summary>Section <c>Smtp</c>: the one listener of the simple form, and what all listeners share.</summary>
public sealed class SmtpOptions
{
    public const string Section = "Smtp";

    /// <summary>The simple form's listener address.</summary>
    [Required]
    public string Listen { get; set; } = "127.0.0.1:2525";

    /// <summary>smtp or lmtp, for the simple form's listener.</summary>
    public SmtpProtocol Protocol { get; set; } = SmtpProtocol.Smtp;

    /// <summary>Relay or Journal, for the simple form's listener. Where empty: Relay when NextHop:Host is set, otherwise
    /// Journal, which keeps every message and passes nothing on.</summary>
    public IntakeMode? Mode { get; set; }

    /// <summary>Name in greetings and trace fields; the machine's name where empty.</summary>
    public string Hostname { get; set; } = "";

    /// <summary>CIDR networks that may connect; everybody else is answered 554. Default loopback.</summary>
    public IList<string> TrustedNetworks { get; set; } = [];

    /// <summary>Our own domains, whose recipients are recorded. Empty: every domain is ours.</summary>
    public IList<string> Domains { get; set; } = [];

    /// <summary>Largest message, in encoded bytes as received. The default is 50 MiB.</summary>
    [Range(64 * 1024, 2_000_000_000L)]
    public long MaxMessageBytes { get; set; } = 52_428_800;

    /// <summary>Recipients of one transaction; more are answered 452 (RFC 5321 §4.5.3.1.10).</summary>
    [Range(100, 10_000)]
    public int MaxRecipients { get; set; } = 1_000;

    /// <summary>Open connections on all listeners.</summary>
    [Range(1, 100_000)]
    public int MaxConnections { get; set; } = 1_000;

    /// <summary>Open connections from one address.</summary>
    [Range(1, 100_000)]
    public int MaxConnectionsPerPeer { get; set; } = 200;

    /// <summary>Seconds from one answer of ours to the end of the peer's next command; also for a peer that does not read. RFC 5321
    /// asks for 300.</summary>
    [Range(10, 3_600)]
    public int CommandTimeoutSeconds { get; set; } = 300;

    /// <summary>Minutes that a session may keep us waiting for commands in all without completing a message.</summary>
    [Range(1, 1_440)]
    public int CommandsTimeoutMinutes { get; set; } = 30;

    /// <summary>Seconds that message data may stand still.</summary>
    [Range(10, 3_600)]
    public int DataTimeoutSeconds { get; set; } = 180;

    /// <summary>Slowest message data, as bytes a second on average; slower senders are answered 421 once SlowDataGraceSeconds are
    /// used up. 0: no limit.</summary>
    [Range(0, 1_000_000)]
    public int MinDataBytesPerSecond { get; set; } = 200;

    /// <summary>Seconds that a message may keep us waiting beyond what MinDataBytesPerSecond allows.</summary>
    [Range(10, 3_600)]
    public int SlowDataGraceSeconds { get; set; } = 300;

    /// <summary>Seconds for a TLS handshake.</summary>
    [Range(5, 600)]
    public int TlsTimeoutSeconds { get; set; } = 60;

    /// <summary>Keep messages with bare LF instead of refusing them with 550 5.6.0.</summary>
    public bool KeepBareLineFeeds { get; set; }

    /// <summary>Domain of journal addresses (<c>user#domain@journal.invalid</c>).</summary>
    [Required]
    public string JournalDomain { get; set; } = "journal.invalid";

    /// <summary>PEM certificate (chain) for STARTTLS on the listeners; not offered where empty.</summary>
    public string CertificateFile { get; set; } = "";

    /// <summary>PEM private key of <see cref="CertificateFile"/>.</summary>
    public string CertificateKeyFile { get; set; } = "";
}
