using System.Net;

namespace Recorder.Smtp.Server;

/// <summary>
/// The state of one session and one method a verb. A verb answers with a reply, or with null where it has
/// already said all there is to say.
/// </summary>
internal sealed class Dialogue(
    Wire wire, IPEndPoint remote, SmtpServerOptions options, ISmtpServerHandler handler, HandlerGuard guard,
    MessageReceiver receiver, CancellationToken abort)
{
    private string? helo;
    private SmtpExtensions? extensions;
    private bool extended;
    private XForwardFacts? xforward;
    private Transaction? transaction;

    /// <summary>A message that comes in chunks is on its way: a shutdown lets it arrive.</summary>
    public bool InData => transaction?.Chunks is not null;

    /// <summary>null after HELO: its sender knows of no extension.</summary>
    private SmtpExtensions? Announced => extended ? extensions : null;

    private bool MayXForward => options.XForwardNetworks.Includes(remote.Address);

    public ValueTask<SmtpReply?> AnswerAsync(Command command) => command.Verb switch
    {
        "EHLO" or "HELO" or "LHLO" => HelloAsync(command),
        "MAIL" => MailAsync(command.Argument),
        "RCPT" => RecipientAsync(command.Argument),
        "DATA" => DataAsync(command.Argument),
        "BDAT" => ChunkAsync(command.Argument),
        "RSET" => ResetAsync(command.Argument),
        "QUIT" => QuitAsync(command.Argument),
        "STARTTLS" => StartTlsAsync(command.Argument),
        "XFORWARD" => new(XForward(command.Argument)),
        "NOOP" => new(Replies.Ok),
        "VRFY" => new(command.Argument.Length == 0 ? Replies.AddressNeeded : Replies.CannotVerify),
        "HELP" => new(Help()),
        "EXPN" or "AUTH" or "ETRN" or "ATRN" or "TURN" or "SEND" or "SOML" or "SAML" => new(Replies.NotImplemented),
        _ => new(Replies.UnknownCommand),
    };

    private async ValueTask<SmtpReply?> HelloAsync(Command command)
    {
        var lmtp = options.Protocol == SmtpProtocol.Lmtp;
        if (command.Verb == "LHLO" != lmtp) return lmtp ? Replies.SpeakLmtp : Replies.SpeakSmtp;
        var name = command.Argument;
        if (name.Length is 0 or > 255 || name.Any(c => c is <= ' ' or > '~')) return Replies.NameNeeded;

        await ForgetAsync().ConfigureAwait(false);
        var refusal = await guard.CallAsync(() => { extensions = handler.Extensions; return default; }, abort).ConfigureAwait(false);
        if (refusal is not null) return refusal;
        (helo, extended) = (name, command.Verb != "HELO");
        return new SmtpReply(250, "", string.Join('\n', [options.Hostname, .. Announced is { } some ? Announcement(some) : []]));
    }

    private IEnumerable<string> Announcement(SmtpExtensions extensions)
    {
        yield return "PIPELINING";
        yield return $"SIZE {extensions.MaxMessageBytes}";
        yield return "ENHANCEDSTATUSCODES";
        if (extensions.EightBitMime) yield return "8BITMIME";
        if (extensions.SmtpUtf8) yield return "SMTPUTF8";
        if (extensions.Dsn) yield return "DSN";
        if (extensions.Chunking) yield return "CHUNKING";
        if (wire.Tls is null && options.Tls?.Invoke() is not null) yield return "STARTTLS";
        if (MayXForward) yield return XForwardReader.Announcement;
    }

    private async ValueTask<SmtpReply?> MailAsync(string argument)
    {
        if (helo is null) return Replies.SayHello(options.Protocol);
        if (transaction is not null) return Replies.MailTwice;
        if (AfterKeyword(argument, "FROM:") is not { } text) return Replies.MailSyntax;
        if (!PathParser.TryRead(text, out var sender, out var rest)) return Replies.BadSender;
        if (sender.Length > 0 && !PathParser.HasDomain(sender)) return Replies.BadSender;
        if (MailParameterReader.Read(rest, Announced, out var parameters) is { } wrong) return wrong;
        if (PathParser.IsInternational(sender) && !parameters.SmtpUtf8) return Replies.NeedsSmtpUtf8;
        // RFC 1870 §6.1: better refused here than after the data. A limit of 0 is none (§4).
        if (Announced is { MaxMessageBytes: > 0 and var limit } && parameters.SizeBytes > limit) return Replies.MessageTooLarge(limit);

        var peer = Peer(parameters.SmtpUtf8);
        var refusal = await guard.AskAsync(() => handler.OnMailAsync(peer, sender, parameters, abort), abort).ConfigureAwait(false);
        if (refusal is not null) return refusal;
        transaction = new Transaction(peer, sender, parameters);
        return Replies.SenderOk;
    }

    private async ValueTask<SmtpReply?> RecipientAsync(string argument)
    {
        if (transaction is null) return Replies.SayMail;
        if (transaction.Chunks is not null) return Replies.RecipientsClosed;
        if (AfterKeyword(argument, "TO:") is not { } text) return Replies.RcptSyntax;
        if (!PathParser.TryRead(text, out var address, out var rest) || address.Length == 0) return Replies.BadRecipient;
        if (PathParser.IsInternational(address) && !transaction.SmtpUtf8) return Replies.NeedsSmtpUtf8;
        var recipient = new EnvelopeRecipient(address);
        if (RecipientParameterReader.Read(rest, Announced, transaction.SmtpUtf8, ref recipient) is { } wrong) return wrong;
        if (transaction.RecipientCount >= options.MaxRecipients) return Replies.TooManyRecipients;

        var (peer, soFar) = (transaction.Peer, transaction.Envelope);
        var refusal = await guard.AskAsync(() => handler.OnRecipientAsync(peer, soFar, recipient, abort), abort).ConfigureAwait(false);
        if (refusal is not null) return refusal;
        transaction.Add(recipient);
        return Replies.RecipientOk;
    }

    private async ValueTask<SmtpReply?> DataAsync(string argument)
    {
        if (argument.Length > 0) return Replies.NoArguments;
        if (transaction?.Chunks is not null) return Replies.DataAfterBdat;
        if (WithoutRecipients() is { } wrong) return wrong;
        var refusal = await receiver.ReceiveAsync(transaction!, extensions!.MaxMessageBytes, abort).ConfigureAwait(false);
        await ForgetTransactionAsync().ConfigureAwait(false);
        return refusal;
    }

    private async ValueTask<SmtpReply?> ChunkAsync(string argument)
    {
        var chunk = BdatArgument.Read(argument)
            ?? throw new SessionEndedException(SmtpSessionEnd.Unframed, Replies.BdatSyntax);
        if (WrongChunk(chunk) is { } wrong)
        {
            // RFC 3030 §2: the bytes follow whatever we think of the command.
            await receiver.DropChunkAsync(chunk.SizeBytes, abort).ConfigureAwait(false);
            return wrong;
        }
        var (reply, ended) = await receiver.ReceiveChunkAsync(transaction!, chunk, extensions!.MaxMessageBytes, abort).ConfigureAwait(false);
        if (ended) await ForgetTransactionAsync().ConfigureAwait(false);
        return reply;
    }

    private async ValueTask<SmtpReply?> ResetAsync(string argument)
    {
        if (argument.Length > 0) return Replies.NoArguments;
        await ForgetTransactionAsync().ConfigureAwait(false);
        return Replies.Ok;
    }

    private async ValueTask<SmtpReply?> QuitAsync(string argument)
    {
        if (argument.Length > 0) return Replies.NoArguments;
        await ForgetAsync().ConfigureAwait(false);
        await receiver.AwaitConfirmationAsync().ConfigureAwait(false);
        throw new SessionEndedException(SmtpSessionEnd.Quit, Replies.Bye);
    }

    private async ValueTask<SmtpReply?> StartTlsAsync(string argument)
    {
        if (argument.Length > 0) return Replies.NoArguments;
        if (wire.Tls is not null) return Replies.TlsActive;
        if (transaction is not null) return Replies.TlsMidTransaction;
        if (options.Tls?.Invoke() is not { } tls) return Replies.TlsNotOffered;
        // RFC 3207 §4 and §6: what was sent in the clear behind the verb must not be taken for what TLS carries.
        if (wire.HasBufferedInput()) return Replies.TlsPipelined;

        await wire.WriteAsync(Replies.ReadyForTls).ConfigureAwait(false);
        await wire.StartTlsAsync(tls, options.TlsTimeout, abort).ConfigureAwait(false);
        await ForgetAsync().ConfigureAwait(false);
        return null;
    }

    private SmtpReply XForward(string argument)
    {
        if (!MayXForward) return Replies.XForwardForbidden;
        if (transaction is not null) return Replies.MailTwice;
        if (XForwardReader.Read(argument, xforward ?? new XForwardFacts()) is not { } facts) return Replies.XForwardSyntax;
        xforward = facts;
        return Replies.Ok;
    }

    private SmtpReply Help() =>
        new(214, "2.0.0", $"{(options.Protocol == SmtpProtocol.Lmtp ? "LHLO" : "EHLO HELO")} MAIL RCPT DATA BDAT RSET NOOP QUIT VRFY HELP STARTTLS XFORWARD");

    private SmtpReply? WrongChunk(BdatArgument chunk)
    {
        if (Announced is not { Chunking: true }) return Replies.BdatNotAnnounced;
        return chunk.IsValid ? WithoutRecipients() : Replies.BdatSyntax;
    }

    private SmtpReply? WithoutRecipients()
    {
        if (transaction is null) return Replies.SayMail;
        if (transaction.RecipientCount > 0) return null;
        return options.Protocol == SmtpProtocol.Lmtp ? Replies.NoRecipientsLmtp : Replies.NoRecipients;
    }

    private PeerFacts Peer(bool utf8) => new(
        remote, helo!, ProtocolName(utf8), TlsNames.Protocol(wire.Tls), TlsNames.Cipher(wire.Tls), xforward);

    /// <summary>RFC 3848 and RFC 6531 §4.3.</summary>
    private string ProtocolName(bool utf8)
    {
        if (!extended) return "SMTP";
        var name = options.Protocol == SmtpProtocol.Lmtp ? "LMTP" : utf8 ? "SMTP" : "ESMTP";
        return $"{(utf8 ? "UTF8" : "")}{name}{(wire.Tls is null ? "" : "S")}";
    }

    /// <summary>After a greeting, and after STARTTLS (RFC 3207 §4.2), nothing said before counts.</summary>
    private ValueTask ForgetAsync()
    {
        (helo, extensions, extended) = (null, null, false);
        return ForgetTransactionAsync();
    }

    /// <summary>XFORWARD facts are those of one transaction.</summary>
    public async ValueTask ForgetTransactionAsync()
    {
        xforward = null;
        var chunks = transaction?.Chunks;
        transaction = null;
        if (chunks is not null) await chunks.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>White space behind the colon is against RFC 5321 §3.3, common, and harmless.</summary>
    private static string? AfterKeyword(string argument, string keyword) =>
        argument.StartsWith(keyword, StringComparison.OrdinalIgnoreCase) ? argument[keyword.Length..].TrimStart(' ') : null;
}
