using System.ComponentModel.DataAnnotations;
using Recorder.Smtp;

namespace Recorder.Delivery;

/// <summary>Section <c>NextHop</c>: where recorded mail goes on to.</summary>
public class NextHopSettings
{
    public const string Section = "NextHop";

    /// <summary>Host name, address, or the path of a unix socket. Several, separated by commas, are tried in order. Empty:
    /// nothing can be passed on or sent again.</summary>
    public string Host { get; set; } = "";

    /// <summary>Port of each host that names none of its own (host:port).</summary>
    [Range(1, 65535)]
    public int Port { get; set; } = 2526;

    /// <summary>smtp or lmtp.</summary>
    public SmtpProtocol Protocol { get; set; } = SmtpProtocol.Smtp;

    /// <summary>None, Opportunistic, Required or Implicit.</summary>
    public TlsMode Tls { get; set; } = TlsMode.None;

    /// <summary>AUTH name, only sent under TLS or to loopback; empty for none.</summary>
    public string UserName { get; set; } = "";

    /// <summary>AUTH password. Better given as environment Recorder__NextHop__Password.</summary>
    public string Password { get; set; } = "";

    /// <summary>Open sessions to one host.</summary>
    [Range(1, 1_000)]
    public int MaxSessions { get; set; } = 20;

    /// <summary>One delivery attempt, connect to last reply. We must answer upstream within 540 s of the final dot.</summary>
    [Range(5, 480)]
    public int AttemptTimeoutSeconds { get; set; } = 300;
}

/// <summary>Section <c>Routes:N</c>: a next hop for some domains; the section NextHop takes the rest.</summary>
public sealed class RouteSettings : NextHopSettings
{
    /// <summary>Recipient domains of this route.</summary>
    [MinLength(1)]
    public IList<string> Domains { get; set; } = [];
}
