using System.Globalization;

namespace Recorder.Smtp.Server;

/// <summary>The parameters of MAIL: SIZE, BODY, SMTPUTF8, RET, ENVID.</summary>
internal static class MailParameterReader
{
    /// <summary>RFC 3461 §4.4.</summary>
    private const int MaxEnvelopeIdChars = 100;

    /// <summary>RFC 1870 §5.</summary>
    private const int MaxSizeDigits = 20;

    /// <param name="announced">null after HELO: nothing was.</param>
    /// <returns>null when all were understood.</returns>
    public static SmtpReply? Read(string text, SmtpExtensions? announced, out MailParameters parameters)
    {
        parameters = MailParameters.None;
        if (EsmtpParameter.ReadAll(text) is not { } all) return Replies.ParameterSyntax();
        foreach (var one in all)
            if (Read(one, announced, ref parameters) is { } refusal) return refusal;
        return null;
    }

    private static SmtpReply? Read(EsmtpParameter one, SmtpExtensions? announced, ref MailParameters into) => one.Keyword switch
    {
        "SIZE" when announced is not null => Size(one, ref into),
        "BODY" when announced is { EightBitMime: true } => Body(one, ref into),
        "SMTPUTF8" when announced is { SmtpUtf8: true } => SmtpUtf8(one, ref into),
        "RET" when announced is { Dsn: true } => Return(one, ref into),
        "ENVID" when announced is { Dsn: true } => EnvelopeId(one, ref into),
        _ => Replies.UnknownParameter(one.Keyword),
    };

    private static SmtpReply? Size(EsmtpParameter one, ref MailParameters into)
    {
        if (one.Text.Length is 0 or > MaxSizeDigits || !one.Text.All(char.IsAsciiDigit)) return Replies.BadParameter("SIZE", "SIZE=bytes");
        var known = long.TryParse(one.Text, NumberStyles.None, CultureInfo.InvariantCulture, out var bytes);
        into = into with { SizeBytes = known ? bytes : long.MaxValue };
        return null;
    }

    private static SmtpReply? Body(EsmtpParameter one, ref MailParameters into)
    {
        BodyType? body = one.Text.ToUpperInvariant() switch
        {
            "7BIT" => BodyType.SevenBit,
            "8BITMIME" => BodyType.EightBitMime,
            _ => null,
        };
        if (body is null) return IsBinary(one) ? Replies.UnknownParameter("BODY=BINARYMIME") : Replies.BadParameter("BODY", "BODY=7BIT or BODY=8BITMIME");
        into = into with { Body = body.Value };
        return null;
    }

    private static bool IsBinary(EsmtpParameter one) => one.Text.Equals("BINARYMIME", StringComparison.OrdinalIgnoreCase);

    private static SmtpReply? SmtpUtf8(EsmtpParameter one, ref MailParameters into)
    {
        if (one.Value is not null) return Replies.BadParameter("SMTPUTF8", "SMTPUTF8 without a value");
        into = into with { SmtpUtf8 = true };
        return null;
    }

    private static SmtpReply? Return(EsmtpParameter one, ref MailParameters into)
    {
        DsnReturn? what = one.Text.ToUpperInvariant() switch
        {
            "FULL" => DsnReturn.Full,
            "HDRS" => DsnReturn.Headers,
            _ => null,
        };
        if (what is null) return Replies.BadParameter("RET", "RET=FULL or RET=HDRS");
        into = into with { Return = what };
        return null;
    }

    private static SmtpReply? EnvelopeId(EsmtpParameter one, ref MailParameters into)
    {
        if (one.Text.Length is 0 or > MaxEnvelopeIdChars || !Xtext.IsValid(one.Text))
            return Replies.BadParameter("ENVID", $"ENVID=xtext of at most {MaxEnvelopeIdChars} characters");
        into = into with { EnvelopeId = one.Text };
        return null;
    }
}
