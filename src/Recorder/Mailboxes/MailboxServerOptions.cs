using System.ComponentModel.DataAnnotations;
using Recorder.Accounts.Sources;

namespace Recorder.Mailboxes;

/// <summary>Section <c>Mailboxes:N</c>: the IMAP server with the mailboxes of some domains, into whose folders mail may be put straight (docs/mailboxes.md).</summary>
public sealed class MailboxServerOptions
{
    public const string Section = "Mailboxes";

    /// <summary>Domains whose mailboxes are there. Empty: every domain that no other of these takes.</summary>
    public IList<string> Domains { get; set; } = [];

    /// <summary>Host name or address; the certificate must be for it.</summary>
    public string Host { get; set; } = "";

    /// <summary>993 for Implicit.</summary>
    [Range(1, 65535)]
    public int Port { get; set; } = 143;

    /// <summary>StartTls, Implicit, or None to this machine only.</summary>
    public SignInTls Tls { get; set; } = SignInTls.StartTls;

    /// <summary>PEM file of certificates or authorities to trust besides the machine's own.</summary>
    public string CertificateFile { get; set; } = "";

    /// <summary>Login that the server lets act for every mailbox (Dovecot: a master user). It is used to put mail into a folder and for nothing else.</summary>
    public string UserName { get; set; } = "";

    /// <summary>Its password. Better given as environment Recorder__Mailboxes__0__Password.</summary>
    public string Password { get; set; } = "";

    /// <summary>Seconds for one message, connect to last answer.</summary>
    [Range(5, 3_600)]
    public int AttemptTimeoutSeconds { get; set; } = 300;
}
