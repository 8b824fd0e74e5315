namespace Recorder.Smtp.Server;

/// <summary>One parameter of MAIL or RCPT (RFC 5321 §4.1.2).</summary>
/// <param name="Keyword">Upper case.</param>
/// <param name="Value">null without '='.</param>
internal readonly record struct EsmtpParameter(string Keyword, string? Value)
{
    /// <summary>The value, or what no parameter allows.</summary>
    public string Text => Value ?? "";

    /// <returns>null where the syntax is wrong or a keyword comes twice.</returns>
    public static IReadOnlyList<EsmtpParameter>? ReadAll(string text)
    {
        var words = text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var parameters = words.Select(Read).ToList();
        var valid = parameters.All(p => p.IsValid) && parameters.DistinctBy(p => p.Keyword).Count() == parameters.Count;
        return valid ? parameters : null;
    }

    private bool IsValid =>
        Keyword.Length > 0 && Keyword[0] != '-' && Keyword.All(c => char.IsAsciiLetterOrDigit(c) || c == '-') &&
        Value is null or { Length: > 0 } && !Text.Contains('=');

    private static EsmtpParameter Read(string word)
    {
        var equals = word.IndexOf('=', StringComparison.Ordinal);
        return equals < 0
            ? new EsmtpParameter(word.ToUpperInvariant(), null)
            : new EsmtpParameter(word[..equals].ToUpperInvariant(), word[(equals + 1)..]);
    }
}
