using System.Text.RegularExpressions;

namespace Recorder;

/// <summary>Somebody else's words, made fit to be said again.</summary>
internal static partial class ReplyWords
{
    // A reply line holds 512 bytes with codes and CRLF (RFC 5321 §4.5.3.1.5); a record id takes 47 of them.
    private const int MaxLength = 400;

    private const int MaxKeptLength = 500;

    /// <summary>Printable ASCII on one line: not every upstream reads UTF-8 in replies (RFC 6531 §3.5).</summary>
    public static string OneLine(string words)
    {
        var line = Unprintable().Replace(words.Replace("\r", "", StringComparison.Ordinal).Replace('\n', ' '), "?").Trim();
        return line.Length <= MaxLength ? line : line[..MaxLength];
    }

    /// <summary>What the ledger keeps of somebody's words; a reply may have a hundred lines.</summary>
    public static string? ToKeep(string? words) =>
        words is not { Length: > MaxKeptLength } ? words : words[..(char.IsHighSurrogate(words[MaxKeptLength - 1]) ? MaxKeptLength - 1 : MaxKeptLength)];

    /// <summary>The text of a reply that was kept as one line, without its codes.</summary>
    public static string WithoutCodes(string reply) => Codes().Replace(reply, "");

    [GeneratedRegex(@"[^\x20-\x7e]")]
    private static partial Regex Unprintable();

    [GeneratedRegex(@"^[2-5]\d\d(?: [245]\.\d{1,3}\.\d{1,3})?(?: |$)")]
    private static partial Regex Codes();
}
