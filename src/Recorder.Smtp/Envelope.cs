namespace Recorder.Smtp;

/// <summary>The wire protocol of a listener or of a next hop.</summary>
public enum SmtpProtocol
{
    /// <summary>RFC 5321: one reply for the whole message.</summary>
    Smtp,

    /// <summary>RFC 2033: after the data, one reply for each accepted recipient.</summary>
    Lmtp,
}

/// <summary>The BODY parameter of MAIL (RFC 6152). BINARYMIME is never offered.</summary>
public enum BodyType
{
    SevenBit,
    EightBitMime,
}

/// <summary>The RET parameter of MAIL (RFC 3461 §4.3).</summary>
public enum DsnReturn
{
    Full,
    Headers,
}

/// <summary>The ESMTP parameters of MAIL, as received.</summary>
/// <param name="SizeBytes">SIZE (RFC 1870): encoded bytes as the sender estimates them; null when not given.</param>
/// <param name="EnvelopeId">ENVID (RFC 3461 §4.4), still xtext-encoded, passed on untouched.</param>
public sealed record MailParameters(
    long? SizeBytes = null,
    BodyType Body = BodyType.SevenBit,
    bool SmtpUtf8 = false,
    DsnReturn? Return = null,
    string? EnvelopeId = null)
{
    public static MailParameters None { get; } = new();
}

/// <summary>One RCPT of a transaction.</summary>
/// <param name="Address">The forward-path without angle brackets, exactly as received.</param>
/// <param name="Notify">NOTIFY (RFC 3461 §4.1), upper-cased, e.g. <c>SUCCESS,FAILURE</c>; null when not given.</param>
/// <param name="OriginalRecipient">ORCPT (RFC 3461 §4.2) as received, e.g. <c>rfc822;bob@example.org</c> in xtext.</param>
public sealed record EnvelopeRecipient(string Address, string? Notify = null, string? OriginalRecipient = null);

/// <summary>What the transaction said before the data.</summary>
/// <param name="ReversePath">Without angle brackets; the empty string is the null reverse-path <c>&lt;&gt;</c>, a real value (RFC 5321 §4.5.5).</param>
public sealed record Envelope(string ReversePath, IReadOnlyList<EnvelopeRecipient> Recipients, MailParameters Parameters);

/// <summary>A complete SMTP reply.</summary>
/// <param name="Code">Three digits.</param>
/// <param name="EnhancedCode">RFC 3463, e.g. <c>2.0.0</c>; empty where RFC 2034 allows none (greeting, EHLO, 354).</param>
/// <param name="Text">Without codes; lines separated by '\n'. Printable ASCII or UTF-8, never CR.</param>
public sealed record SmtpReply(int Code, string EnhancedCode, string Text)
{
    public bool IsPositive => Code is >= 200 and < 400;
    public bool IsTransient => Code is >= 400 and < 500;
    public bool IsPermanent => Code >= 500;

    /// <summary>One line: code, enhanced code, text (line breaks become spaces).</summary>
    public override string ToString() =>
        (EnhancedCode.Length == 0 ? $"{Code} {Text}" : $"{Code} {EnhancedCode} {Text}").Replace('\n', ' ');
}
