namespace Recorder.Smtp.Server;

/// <summary>The parameters of RCPT: NOTIFY and ORCPT (RFC 3461 §4.1, §4.2; RFC 6533 §3 for the type utf-8).</summary>
internal static class RecipientParameterReader
{
    private const int MaxOriginalRecipientChars = 500;

    /// <param name="announced">null after HELO: nothing was.</param>
    /// <returns>null when all were understood.</returns>
    public static SmtpReply? Read(string text, SmtpExtensions? announced, bool smtpUtf8, ref EnvelopeRecipient recipient)
    {
        if (EsmtpParameter.ReadAll(text) is not { } all) return Replies.ParameterSyntax();
        foreach (var one in all)
            if (Read(one, announced, smtpUtf8, ref recipient) is { } refusal) return refusal;
        return null;
    }

    private static SmtpReply? Read(EsmtpParameter one, SmtpExtensions? announced, bool smtpUtf8, ref EnvelopeRecipient into) => one.Keyword switch
    {
        "NOTIFY" when announced is { Dsn: true } => Notify(one, ref into),
        "ORCPT" when announced is { Dsn: true } => OriginalRecipient(one, smtpUtf8, ref into),
        _ => Replies.UnknownParameter(one.Keyword),
    };

    private static SmtpReply? Notify(EsmtpParameter one, ref EnvelopeRecipient into)
    {
        var notify = one.Text.ToUpperInvariant();
        var words = notify.Split(',');
        var valid = notify == "NEVER" ||
            words.All(word => word is "SUCCESS" or "FAILURE" or "DELAY") && words.Distinct().Count() == words.Length;
        if (!valid) return Replies.BadParameter("NOTIFY", "NOTIFY=NEVER, or some of SUCCESS,FAILURE,DELAY");
        into = into with { Notify = notify };
        return null;
    }

    private static SmtpReply? OriginalRecipient(EsmtpParameter one, bool smtpUtf8, ref EnvelopeRecipient into)
    {
        var semicolon = one.Text.IndexOf(';', StringComparison.Ordinal);
        var valid = semicolon > 0 && one.Text.Length <= MaxOriginalRecipientChars &&
            IsValid(one.Text[..semicolon], one.Text[(semicolon + 1)..], smtpUtf8);
        if (!valid) return Replies.BadParameter("ORCPT", $"ORCPT=type;xtext of at most {MaxOriginalRecipientChars} characters");
        into = into with { OriginalRecipient = one.Text };
        return null;
    }

    private static bool IsValid(string type, string address, bool smtpUtf8)
    {
        if (!type.All(c => char.IsAsciiLetterOrDigit(c) || c == '-') || address.Length == 0) return false;
        if (!type.Equals("utf-8", StringComparison.OrdinalIgnoreCase)) return Xtext.IsValid(address);
        return smtpUtf8 || !PathParser.IsInternational(address);
    }
}
