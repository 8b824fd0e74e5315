namespace Recorder.Smtp.Client;

/// <summary>Texts of <see cref="RecipientResult.Error"/> for what this client finds out before it sends anything.</summary>
public static class DeliveryErrors
{
    /// <summary>Permanent: a bare CR or LF can leave only by BDAT, and the next hop lacks CHUNKING.</summary>
    public const string BareLineEndsNeedChunking = "bare-line-ends-need-chunking";

    /// <summary>Transient: it was offered when the message was taken.</summary>
    public const string EightBitMimeVanished = "hop no longer offers 8BITMIME";

    /// <summary>Transient: the header is UTF-8, and the extension was offered when the message was taken.</summary>
    public const string SmtpUtf8Vanished = "hop no longer offers SMTPUTF8";

    /// <summary>Transient: as many sessions as may be open were all in use, for as long as a sender waits.</summary>
    public const string SessionsBusy = "all sessions to the next hop stayed busy";

    /// <summary>Permanent, with 550 5.6.7: the address is not ASCII (RFC 6531 §3.5).</summary>
    public const string AddressNeedsSmtpUtf8 = "address-needs-smtputf8";

    /// <summary>Permanent, with 552 5.3.4: over the SIZE that the next hop announced (RFC 1870 §6.1).</summary>
    public const string MessageTooLarge = "message-over-next-hop-size";

    /// <summary>Permanent, with 553 5.1.3 or 553 5.1.7: a path or parameter that would break its command line.</summary>
    public const string UnsendableAddress = "unsendable-address";
}
