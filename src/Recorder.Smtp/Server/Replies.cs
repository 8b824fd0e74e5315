namespace Recorder.Smtp.Server;

/// <summary>What the session says on its own account. Texts say what to do next.</summary>
internal static class Replies
{
    public static readonly SmtpReply Untrusted = new(554, "5.7.1", "This server takes mail from its own mail servers only. Ask its operator to trust this network.");
    public static readonly SmtpReply ServerFull = new(421, "4.3.2", "Too many connections. Try again in a minute.");
    public static readonly SmtpReply PeerFull = new(421, "4.7.0", "Too many connections from your address. Close some, or try again in a minute.");
    public static readonly SmtpReply ShuttingDown = new(421, "4.3.2", "This server is shutting down. Try again in a minute.");
    public static readonly SmtpReply TimedOut = new(421, "4.4.2", "Nothing came for too long, or too slowly. Connect again.");
    public static readonly SmtpReply Flooded = new(421, "4.7.0", "Too much data for a refused command. Check the client, then connect again.");
    public static readonly SmtpReply TooManyErrors = new(421, "4.7.0", "Too many refused commands. Check the client, then connect again.");
    public static readonly SmtpReply Failed = new(451, "4.3.0", "Something failed on this server. Try again later.");

    public static readonly SmtpReply SessionFailed = new(421, "4.3.0", "Something failed on this server. Try again later.");

    public static readonly SmtpReply Ok = new(250, "2.0.0", "OK");
    public static readonly SmtpReply SenderOk = new(250, "2.1.0", "Sender OK");
    public static readonly SmtpReply RecipientOk = new(250, "2.1.5", "Recipient OK");
    public static readonly SmtpReply Bye = new(221, "2.0.0", "Bye");
    public static readonly SmtpReply StartData = new(354, "", "Send the message, end with <CRLF>.<CRLF>");
    public static readonly SmtpReply ReadyForTls = new(220, "2.0.0", "Ready to start TLS");
    public static readonly SmtpReply CannotVerify = new(252, "2.0.0", "Cannot verify here. Send RCPT to try the address.");

    public static readonly SmtpReply LineTooLong = new(500, "5.5.2", "Command line too long. Shorten it.");
    public static readonly SmtpReply BareLf = new(500, "5.5.2", "End command lines with CRLF.");
    public static readonly SmtpReply BadCharacters = new(500, "5.5.2", "Commands are printable ASCII, or valid UTF-8 after SMTPUTF8.");
    public static readonly SmtpReply UnknownCommand = new(500, "5.5.2", "Command not recognised. Send HELP for the list.");
    public static readonly SmtpReply NotImplemented = new(502, "5.5.1", "Command not implemented here. Send HELP for the list.");
    public static readonly SmtpReply SpeakLmtp = new(500, "5.5.1", "This is LMTP. Say LHLO.");
    public static readonly SmtpReply SpeakSmtp = new(500, "5.5.1", "This is SMTP. Say EHLO.");
    public static readonly SmtpReply NoArguments = new(501, "5.5.4", "This command takes no argument.");
    public static readonly SmtpReply NameNeeded = new(501, "5.5.4", "Give your host name in printable ASCII, without spaces, as in EHLO mail.example.org");
    public static readonly SmtpReply AddressNeeded = new(501, "5.5.4", "Give an address.");

    public static readonly SmtpReply SayMail = new(503, "5.5.1", "Send MAIL first.");
    public static readonly SmtpReply MailTwice = new(503, "5.5.1", "A transaction is open. Send RSET first.");
    public static readonly SmtpReply RecipientsClosed = new(503, "5.5.1", "The data has begun. Send all RCPT before BDAT.");
    public static readonly SmtpReply DataAfterBdat = new(503, "5.5.1", "Go on with BDAT, or send RSET.");
    public static readonly SmtpReply NoRecipients = new(554, "5.5.1", "No valid recipients. Send RCPT first.");

    /// <summary>RFC 2033 §4.2 asks for 503 where SMTP has 554.</summary>
    public static readonly SmtpReply NoRecipientsLmtp = new(503, "5.5.1", "No valid recipients. Send RCPT first.");

    public static readonly SmtpReply MailSyntax = new(501, "5.5.4", "Send MAIL FROM:<address>");
    public static readonly SmtpReply RcptSyntax = new(501, "5.5.4", "Send RCPT TO:<address>");
    public static readonly SmtpReply BadSender = new(501, "5.1.7", "Sender address not understood. Send MAIL FROM:<local-part@domain>");
    public static readonly SmtpReply BadRecipient = new(501, "5.1.3", "Recipient address not understood. Send RCPT TO:<local-part@domain>");
    public static readonly SmtpReply NeedsSmtpUtf8 = new(553, "5.6.7", "A non-ASCII address needs the SMTPUTF8 parameter at MAIL.");
    public static readonly SmtpReply TooManyRecipients = new(452, "4.5.3", "Too many recipients. Send the rest in another transaction.");

    public static readonly SmtpReply BdatSyntax = new(501, "5.5.4", "Send BDAT size [LAST]");
    public static readonly SmtpReply BdatNotAnnounced = new(502, "5.5.1", "CHUNKING is not offered here. Use DATA.");
    public static readonly SmtpReply TlsNotOffered = new(502, "5.5.1", "STARTTLS is not offered here.");
    public static readonly SmtpReply TlsActive = new(503, "5.5.1", "TLS is active already.");
    public static readonly SmtpReply TlsMidTransaction = new(503, "5.5.1", "A transaction is open. Send RSET first.");
    public static readonly SmtpReply TlsPipelined = new(501, "5.5.1", "Send nothing behind STARTTLS before TLS has begun.");
    public static readonly SmtpReply XForwardForbidden = new(550, "5.7.1", "XFORWARD is not allowed from your address.");
    public static readonly SmtpReply XForwardSyntax = new(501, "5.5.4", "Send XFORWARD attribute=value, with NAME ADDR PORT PROTO HELO IDENT SOURCE, values in xtext.");

    public static readonly SmtpReply BareLfInMessage = new(550, "5.6.0", "The message has line feeds without carriage returns. End its lines with CRLF and send it again.");

    public static SmtpReply Greeting(SmtpServerOptions options) =>
        new(220, "", $"{options.Hostname} {(options.Protocol == SmtpProtocol.Lmtp ? "LMTP" : "ESMTP")}");

    public static SmtpReply SayHello(SmtpProtocol protocol) =>
        new(503, "5.5.1", protocol == SmtpProtocol.Lmtp ? "Say LHLO first." : "Say EHLO first.");

    public static SmtpReply MessageTooLarge(long maxBytes) =>
        new(552, "5.3.4", $"Message too large. The limit is {maxBytes} bytes.");

    public static SmtpReply HeaderTooLarge(long maxBytes) =>
        new(552, "5.3.4", $"Message header too large. The limit is {maxBytes} bytes.");

    public static SmtpReply TextLineTooLong(long maxBytes) =>
        new(552, "5.3.4", $"A line of the message is too long. The limit is {maxBytes} bytes.");

    public static SmtpReply ChunkTaken(long sizeBytes) => new(250, "2.0.0", $"{sizeBytes} bytes taken");

    public static SmtpReply BadParameter(string keyword, string expected) =>
        new(501, "5.5.4", $"{keyword} not understood. Send {expected}.");

    public static SmtpReply ParameterSyntax() =>
        new(501, "5.5.4", "Parameters not understood. Send KEYWORD=value, each once, separated by one space.");

    public static SmtpReply UnknownParameter(string keyword) =>
        new(555, "5.5.4", $"{(keyword.Length <= 40 ? keyword : keyword[..40] + "...")} is not offered here. Leave it out.");
}
