using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Recorder.Ledger;

namespace Recorder.Screening.Sources;

/// <summary>Reads spamd's answer to REPORT. It proves no sender: its report repeats words of the message, which anybody wrote.</summary>
internal sealed partial class SpamdReply(SymbolRules rules)
{
    private const int MaxRows = 500;

    // As sysexits.h has them: 65 EX_DATAERR; and its own: 79 EX_TIMEOUT, 98 EX_TOOBIG.
    private static readonly string[] OfTheMessage = ["65", "79", "98"];

    /// <exception cref="VerdictUnavailableException">Refused, cut short, or no verdict at all.</exception>
    public SourceVerdict Read(ReadOnlySpan<byte> answer)
    {
        var end = answer.IndexOf("\r\n\r\n"u8);
        if (end < 0) throw new VerdictUnavailableException(answer.IsEmpty ? "it closed the connection without an answer" : "its answer is cut short");
        var head = Encoding.Latin1.GetString(answer[..end]).Split("\r\n");
        var body = answer[(end + 4)..];
        CheckStatus(head[0]);
        CheckLength(head, body.Length);
        var (isSpam, score, threshold) = Verdict(head);
        var symbols = Symbols(Encoding.Latin1.GetString(body));
        var category = rules.CategoryOf(symbols) ?? (isSpam ? MailCategory.Spam : MailCategory.Clean);
        return Verdicts.Of(category, score, threshold, rules.Largest(symbols));
    }

    private static void CheckStatus(string line)
    {
        var match = StatusLine().Match(line);
        if (!match.Success) throw new VerdictUnavailableException("its answer is not of the spamd protocol");
        var code = match.Groups["code"].Value;
        if (code != "0") throw new VerdictUnavailableException($"it answered {code}") { IsRefusal = OfTheMessage.Contains(code) };
    }

    private static void CheckLength(string[] head, int bodyBytes)
    {
        var field = Array.Find(head, line => line.StartsWith("Content-length:", StringComparison.OrdinalIgnoreCase));
        if (field is not null && (!int.TryParse(field["Content-length:".Length..], CultureInfo.InvariantCulture, out var length) || length > bodyBytes))
        {
            throw new VerdictUnavailableException("its answer is cut short");
        }
    }

    private static (bool IsSpam, double Score, double Threshold) Verdict(string[] head)
    {
        var found = head.Select(line => SpamLine().Match(line)).Where(match => match.Success).ToList();
        return found is [var only] && Numbers.Read(only.Groups["score"].Value) is { } score && Numbers.Read(only.Groups["threshold"].Value) is { } threshold
            ? (only.Groups["says"].Value is ['T' or 't' or 'Y' or 'y', ..], score, threshold)
            : throw new VerdictUnavailableException("its answer is no verdict");
    }

    // Only below the last ruler: what stands above quotes the message.
    private static List<ScreeningSymbol> Symbols(string report)
    {
        var lines = report.Split('\n');
        var ruler = Array.FindLastIndex(lines, line => line.StartsWith("----", StringComparison.Ordinal) || line.StartsWith(" ---", StringComparison.Ordinal));
        return [.. lines.Skip(ruler + 1).Take(ruler < 0 ? 0 : MaxRows).Select(line => Row().Match(line)).Where(match => match.Success)
            .Select(match => new ScreeningSymbol(match.Groups["name"].Value, Numbers.Read(match.Groups["points"].Value)))];
    }

    [GeneratedRegex(@"^SPAMD/\d+\.\d+ (?<code>\d+) ")]
    private static partial Regex StatusLine();

    [GeneratedRegex(@"^Spam: *(?<says>True|False|Yes|No) *; *(?<score>\S+) */ *(?<threshold>\S+) *$", RegexOptions.IgnoreCase)]
    private static partial Regex SpamLine();

    [GeneratedRegex(@"^ {0,4}(?<points>-?\d+(\.\d+)?) +\*? *(?<name>[A-Z][A-Z0-9_]+) ")]
    private static partial Regex Row();
}

/// <summary>Numbers as filters write them.</summary>
internal static class Numbers
{
    /// <returns>null for what is no finite number.</returns>
    public static double? Read(ReadOnlySpan<char> text) =>
        text.Length <= 20 && double.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number)
        && double.IsFinite(number) ? number : null;
}
