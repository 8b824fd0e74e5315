using System.ComponentModel.DataAnnotations;

namespace Recorder.Screening;

/// <summary>What becomes of mail that a configured filter gave no verdict on.</summary>
public enum WhenFilterIsDown
{
    /// <summary>Judged by what is left; the record says which filter was missing.</summary>
    Deliver,

    /// <summary>451 4.7.1: it waits at the upstream, and nothing is recorded.</summary>
    Defer,
}

/// <summary>Section <c>Screening</c>: who says what a message is, and whom we believe (docs/screening.md).</summary>
public sealed class ScreeningOptions
{
    public const string Section = "Screening";

    /// <summary>What to do while a configured filter (Rspamd, spamd) cannot be asked: Deliver (judged without it, and the record says
    /// so) or Defer (451 4.7.1, the mail waits at the upstream).</summary>
    public WhenFilterIsDown WhenDown { get; set; } = WhenFilterIsDown.Deliver;

    /// <summary>With WhenDown=Defer: tries of one message that a filter fails on while it answers others, before the message is held
    /// rather than deferred once more.</summary>
    [Range(1, 100)]
    public int MaxDeferrals { get; set; } = 3;

    /// <summary>Seconds that all sources together may take; what has not answered by then counts as down.</summary>
    [Range(1, 300)]
    public int TimeLimitSeconds { get; set; } = 30;

    /// <summary>Largest message, in bytes as received, that is sent to a filter. A larger one is judged without, never deferred.</summary>
    [Range(64 * 1024, 2_000_000_000L)]
    public long MaxScanBytes { get; set; } = 10_485_760;

    /// <summary>Seconds that a filter is left alone after half of at least five requests within 30 seconds failed.</summary>
    [Range(1, 3_600)]
    public int BreakSeconds { get; set; } = 15;

    /// <summary>Symbols of a filter that make a message malware; a * stands for any characters. Where none are given: *_VIRUS, CLAMAV,
    /// SOPHOS, JUST_EICAR, VADE_MALWARE.</summary>
    public IList<string> MalwareSymbols { get; set; } = [];

    /// <summary>Symbols of a filter that make a message phish. Where none are given: PHISHED_OPENPHISH, PHISHED_PHISHTANK,
    /// VADE_PHISHING. Rspamd's own PHISHING is a guess that many newsletters earn.</summary>
    public IList<string> PhishSymbols { get; set; } = [];

    /// <summary>How many Received fields of our own hops stand on top of a message when it arrives here: only fields above the one
    /// after them are looked at. 0: only those above the first Received field.</summary>
    [Range(0, 20)]
    public int TrustedHops { get; set; } = 1;

    /// <summary>The authserv-id (RFC 8601 §2.5) of our own border, whose Authentication-Results are believed. Empty: none are. The border
    /// must remove what came in under this name (samples/postfix/screening.cf).</summary>
    public string AuthServId { get; set; } = "";

    /// <summary>Score from which mail is held for whoever chose no threshold of their own, on the filter's scale. Empty: what the filter
    /// itself calls spam.</summary>
    [Range(-1_000.0, 1_000.0)]
    public double? SpamThreshold { get; set; }

    /// <summary>An allow entry counts for mail without any trusted result of SPF, DKIM or DMARC. Anybody can then pass as an allowed
    /// sender: only for sites whose border checks senders and writes no results.</summary>
    public bool AllowUnauthenticated { get; set; }

    /// <summary>Rspamd, asked over HTTP.</summary>
    public RspamdOptions Rspamd { get; set; } = new();

    /// <summary>SpamAssassin, asked over the spamd protocol.</summary>
    public SpamdOptions Spamd { get; set; } = new();

    /// <summary>Fields that a filter before us wrote into the header.</summary>
    public HeaderOptions Headers { get; set; } = new();
}

/// <summary>Group <c>Screening:Rspamd</c>: Rspamd's normal worker.</summary>
public sealed class RspamdOptions
{
    /// <summary>Where the normal worker listens, e.g. http://127.0.0.1:11333. Empty: Rspamd is not asked.</summary>
    public string Url { get; set; } = "";

    /// <summary>Password of the worker, where it asks for one. Better given as environment Recorder__Screening__Rspamd__Password.</summary>
    public string Password { get; set; } = "";

    /// <summary>Where the controller listens, e.g. http://127.0.0.1:11334: what people report as spam and as not spam is fed to its
    /// learner. Empty: it is not.</summary>
    public string ControllerUrl { get; set; } = "";

    /// <summary>Password of the controller that allows learning (its enable_password). Better given as environment
    /// Recorder__Screening__Rspamd__ControllerPassword.</summary>
    public string ControllerPassword { get; set; } = "";

    /// <summary>Seconds for one message, waiting for a free place included.</summary>
    [Range(1, 300)]
    public int TimeoutSeconds { get; set; } = 25;

    /// <summary>Messages sent to it at the same time.</summary>
    [Range(1, 1_000)]
    public int MaxConcurrent { get; set; } = 20;

    /// <summary>Messages that may wait for a free place; one more counts as down at once.</summary>
    [Range(0, 10_000)]
    public int MaxWaiting { get; set; } = 200;

    /// <summary>The score from which Rspamd adds a header (its action add_header). Rspamd's answers name only the score from which it
    /// rejects.</summary>
    [Range(0.1, 1_000)]
    public double SpamScore { get; set; } = 6;
}

/// <summary>Group <c>Screening:Spamd</c>: SpamAssassin's daemon.</summary>
public sealed class SpamdOptions
{
    /// <summary>Host and port, e.g. 127.0.0.1:783, or the path of a Unix socket. Empty: spamd is not asked.</summary>
    public string Address { get; set; } = "";

    /// <summary>Seconds for one message, waiting for a free place included.</summary>
    [Range(1, 300)]
    public int TimeoutSeconds { get; set; } = 25;

    /// <summary>Messages sent to it at the same time: no more than its --max-children.</summary>
    [Range(1, 1_000)]
    public int MaxConcurrent { get; set; } = 5;

    /// <summary>Messages that may wait for a free place; one more counts as down at once.</summary>
    [Range(0, 10_000)]
    public int MaxWaiting { get; set; } = 50;
}

/// <summary>Group <c>Screening:Headers</c>: families of fields that are believed when they stand above the sender's part (TrustedHops).</summary>
public sealed class HeaderOptions
{
    /// <summary>X-Spam-Flag, X-Spam-Status and X-Spam-Score, as SpamAssassin, amavis and many gateways write them.</summary>
    public bool SpamAssassin { get; set; }

    /// <summary>X-Spam, X-Spamd-Result, X-Rspamd-Action and X-Rspamd-Score, as Rspamd's milter writes them.</summary>
    public bool Rspamd { get; set; }
}
