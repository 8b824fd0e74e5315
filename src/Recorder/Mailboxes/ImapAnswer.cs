namespace Recorder.Mailboxes;

/// <summary>How a server ended a command (RFC 9051 §7.1), or asked for what follows (<c>+</c>, §7.5).</summary>
/// <param name="Status">OK, NO, BAD, or + for a continuation.</param>
/// <param name="Code">The word of the response code, upper case; empty where there is none (RFC 5530).</param>
/// <param name="Words">As the server said it, with its code.</param>
internal sealed record ImapAnswer(string Status, string Code, string Words)
{
    public static ImapAnswer Continue { get; } = new("+", "", "");

    public bool IsOk => Status == "OK";

    public bool IsContinue => Status == "+";

    /// <returns>null for what is no tagged answer.</returns>
    public static ImapAnswer? Read(string text)
    {
        var space = text.IndexOf(' ');
        var status = (space < 0 ? text : text[..space]).ToUpperInvariant();
        if (status is not ("OK" or "NO" or "BAD")) return null;
        var words = space < 0 ? "" : text[(space + 1)..].Trim();
        return new ImapAnswer(status, CodeIn(words), words);
    }

    public override string ToString() => $"{Status} {Words}".TrimEnd();

    private static string CodeIn(string words) =>
        words.StartsWith('[') && words.IndexOfAny([' ', ']']) is > 1 and var end ? words[1..end].ToUpperInvariant() : "";
}
