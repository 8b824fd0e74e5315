using System.Globalization;
using Recorder.Ledger;
using Recorder.Recovery;
using Recorder.Web.Texts;

namespace Recorder.Web.Pages;

/// <summary>Reasons in sentences.</summary>
internal static class WhyWords
{
    private const int MaxParts = 8;

    /// <summary>The one sentence of a list.</summary>
    public static string Short(Why why, Text text) => why.Code switch
    {
        ReasonCodes.Blocked or ReasonCodes.Allowed when why.Entry is { } entry => text[$"why.{why.Code}.{ScopeOf(entry)}", entry.Pattern],
        ReasonCodes.Blocked or ReasonCodes.Allowed => text[$"why.{why.Code}", text["whySender"]],
        ReasonCodes.Score when why is { Score: { } score, Threshold: { } threshold } => text["why.score", Number(score), Number(threshold)],
        ReasonCodes.Score => text["why.score-plain"],
        _ => text.Or("why." + why.Code, why.Code),
    };

    /// <summary>Further sentences, in order of weight.</summary>
    public static IEnumerable<string> More(Why why, Text text)
    {
        if (why.Passed is { } passed)
        {
            yield return text["whyPassed", passed.Pattern, text.Or("passed." + why.PassedWhy, text["passed.other"])];
        }

        if (why is { Score: { } score, Source.Length: > 0 })
        {
            yield return why.Threshold is { } threshold
                ? text["whyScore", why.Source, Number(score), Number(threshold)]
                : text["whyScoreAlone", why.Source, Number(score)];
        }

        if (why.Proof != SenderProof.None)
        {
            yield return text[$"proof.{why.Proof}"];
        }

        if (why.Unavailable.Count > 0)
        {
            yield return text["whyUnavailable", string.Join(", ", why.Unavailable)];
        }

        yield return text["whyOwn", why.Mailbox];
    }

    /// <summary>The largest parts of a score: a sentence where the name is well known, the name where it is not.</summary>
    public static IEnumerable<(string Words, string Score)> Parts(Why why, Text text) => why.Parts
        .OrderByDescending(part => Math.Abs(part.Score ?? 0))
        .Take(MaxParts)
        .Select(part => (Of(part, text), part.Score is { } score ? score.ToString("+0.##;-0.##;0", CultureInfo.InvariantCulture) : ""));

    public static string Of(ScreeningSymbol symbol, Text text) => text.Or("symbol." + symbol.Name, symbol.Name);

    private static string ScopeOf(MatchedEntry entry) => entry.Scope.Split('/')[0];

    private static string Number(double value) => value.ToString("0.##", CultureInfo.InvariantCulture);
}
