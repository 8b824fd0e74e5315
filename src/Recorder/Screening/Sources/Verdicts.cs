using Recorder.Ledger;

namespace Recorder.Screening.Sources;

/// <summary>Makes one statement out of what the sources said.</summary>
internal static class Verdicts
{
    private const int MaxReasonLength = 200;

    /// <param name="answers">In order of trust.</param>
    public static ScreenedMail Combine(IReadOnlyList<SourceAnswer> answers)
    {
        // Malware and phish outweigh everything, whoever found them; below that the most trusted opinion stands.
        var decisive = FirstOf(answers, MailCategory.Malware) ?? FirstOf(answers, MailCategory.Phish) ?? answers.FirstOrDefault(one => one.Verdict?.Category is not null);
        var proof = answers.Select(one => one.Verdict?.Proof ?? SenderProof.None).FirstOrDefault(one => one != SenderProof.None);
        var missing = answers.Where(one => one.Unavailable is not null).Select(one => OneLine($"{one.Source}: {one.Unavailable}")).ToList();
        var screened = decisive?.Verdict is { Category: { } category } verdict
            ? new ScreenedMail(category, decisive.Source, verdict.Score, verdict.Threshold, verdict.Symbols)
            : new ScreenedMail(MailCategory.Clean, "");
        return screened with { Proof = proof, Unavailable = missing.Count == 0 ? null : missing };
    }

    /// <summary>A verdict of spam with a score that says otherwise has been decided by something else: then the score says nothing.</summary>
    public static SourceVerdict Of(MailCategory category, double? score, double? threshold, IReadOnlyList<ScreeningSymbol>? symbols, SenderProof proof = SenderProof.None) =>
        category == MailCategory.Spam && score < threshold
            ? new SourceVerdict(category, null, threshold, symbols, proof)
            : new SourceVerdict(category, score, threshold, symbols, proof);

    private static SourceAnswer? FirstOf(IReadOnlyList<SourceAnswer> answers, MailCategory category) =>
        answers.FirstOrDefault(one => one.Verdict?.Category == category);

    private static string OneLine(string text)
    {
        var line = ReplyWords.OneLine(text);
        return line.Length <= MaxReasonLength ? line : line[..MaxReasonLength];
    }
}
