using System.Text.RegularExpressions;
using Recorder.Ledger;

namespace Recorder.Screening.Sources;

/// <summary>What one field says.</summary>
internal sealed record FieldVerdict(bool IsSpam, double? Score = null, double? Threshold = null)
{
    public IReadOnlyList<ScreeningSymbol> Symbols { get; init; } = [];
}

/// <summary>The fields that filters write, one reader each. What cannot be read says nothing.</summary>
/// <param name="rspamdSpamScore">Rspamd's fields name only the score from which it rejects.</param>
internal sealed partial class SpamFields(double rspamdSpamScore)
{
    private const int MaxSymbols = 500;

    public static readonly string[] OfSpamAssassin = ["X-Spam-Flag", "X-Spam-Status", "X-Spam-Score"];
    public static readonly string[] OfRspamd = ["X-Spam", "X-Spamd-Result", "X-Rspamd-Action", "X-Rspamd-Score"];

    /// <param name="name">As in the two lists.</param>
    public FieldVerdict? Read(string name, string value) => name switch
    {
        "X-Spam-Flag" or "X-Spam" => YesOrNo(value) is { } isSpam ? new FieldVerdict(isSpam) : null,
        "X-Spam-Status" => Status(value),
        "X-Spam-Score" => LeadingNumber(value) is { } score ? new FieldVerdict(false, score) : null,
        "X-Rspamd-Action" => Action(value),
        "X-Rspamd-Score" => LeadingNumber(value) is { } score ? new FieldVerdict(score >= rspamdSpamScore, score, rspamdSpamScore) : null,
        "X-Spamd-Result" => Result(value),
        _ => null,
    };

    private static FieldVerdict? Status(string value)
    {
        if (YesOrNo(value) is not { } isSpam) return null;
        var score = Named(ScoreWord().Match(value));
        var threshold = Named(RequiredWord().Match(value));
        var tests = TestsWord().Match(value) is { Success: true } list ? Tests(list.Groups["list"].Value) : [];
        return new FieldVerdict(isSpam || score >= threshold, score, threshold) { Symbols = tests };
    }

    // A,B,C or A=1.5, B=-0.1; folded anywhere behind a comma.
    private static List<ScreeningSymbol> Tests(string list) =>
        [.. list.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Take(MaxSymbols).Where(test => test is not "none")
            .Select(test => test.Split('=', 2)).Select(test => new ScreeningSymbol(test[0], test.Length > 1 ? Numbers.Read(test[1]) : null))];

    private static FieldVerdict? Action(string value) => value.Trim().ToLowerInvariant() switch
    {
        "add header" or "rewrite subject" or "reject" or "quarantine" or "discard" => new FieldVerdict(true),
        "no action" or "greylist" or "soft reject" => new FieldVerdict(false),
        _ => null,
    };

    private FieldVerdict? Result(string value)
    {
        var match = ResultStart().Match(value);
        if (!match.Success || Numbers.Read(match.Groups["score"].Value) is not { } score) return null;
        var isReject = match.Groups["says"].Value.Equals("True", StringComparison.OrdinalIgnoreCase);
        return new FieldVerdict(isReject || score >= rspamdSpamScore, score, rspamdSpamScore)
        {
            Symbols = [.. ResultSymbol().Matches(value).Take(MaxSymbols)
                .Select(symbol => new ScreeningSymbol(symbol.Groups["name"].Value, Numbers.Read(symbol.Groups["score"].Value)))],
        };
    }

    private static bool? YesOrNo(string value) => FirstWord().Match(value).Value.Trim().ToLowerInvariant() switch
    {
        "yes" or "true" => true,
        "no" or "false" => false,
        _ => null,
    };

    private static double? LeadingNumber(string value) => Named(NumberStart().Match(value));

    private static double? Named(Match match) => match.Success ? Numbers.Read(match.Groups["number"].Value) : null;

    [GeneratedRegex(@"^\s*[A-Za-z]+")]
    private static partial Regex FirstWord();

    [GeneratedRegex(@"^\s*(?<number>[-+]?\d+(\.\d+)?)(?=\s|/|$)")]
    private static partial Regex NumberStart();

    [GeneratedRegex(@"\b(score|hits)=(?<number>[-+]?\d+(\.\d+)?)", RegexOptions.IgnoreCase)]
    private static partial Regex ScoreWord();

    [GeneratedRegex(@"\brequired=(?<number>[-+]?\d+(\.\d+)?)", RegexOptions.IgnoreCase)]
    private static partial Regex RequiredWord();

    [GeneratedRegex(@"\btests=(\[(?<list>[^\]]*)\]|(?<list>[A-Za-z0-9_]+(,\s*[A-Za-z0-9_]+)*))", RegexOptions.IgnoreCase)]
    private static partial Regex TestsWord();

    [GeneratedRegex(@"^\s*default:\s*(?<says>True|False)\s*\[\s*(?<score>-?\d+(\.\d+)?)\s*/\s*-?\d+(\.\d+)?\s*\]", RegexOptions.IgnoreCase)]
    private static partial Regex ResultStart();

    [GeneratedRegex(@"(?<=[;\s])(?<name>[A-Z][A-Z0-9_]*)\((?<score>-?\d+(\.\d+)?)\)")]
    private static partial Regex ResultSymbol();
}
