namespace Recorder.Benchmarks.Compare;

/// <summary>What a figure is held to. The score is the ratio ours/peer's, or our figure alone (<see cref="Plain"/>).</summary>
/// <param name="HigherIsBetter">Whether the score must be at least, rather than at most, what is asked.</param>
internal sealed record Target(bool IsRatio, bool HigherIsBetter, double? Must, double? Reach)
{
    public static Target RatioAtLeast(double? must, double? reach) => new(true, true, must, reach);

    public static Target RatioAtMost(double? must, double? reach) => new(true, false, must, reach);

    /// <summary>Our figure alone, in its own unit; a peer's figure may still stand beside it.</summary>
    public static Target Plain(double? must, double? reach, bool higherIsBetter = false) => new(false, higherIsBetter, must, reach);

    /// <summary>Words: met, or by how much it was missed.</summary>
    public string Verdict(double score)
    {
        if (Must is { } must && !Meets(score, must))
        {
            return $"MISSED by {Distance(score, must)}";
        }

        if (Reach is not { } reach)
        {
            return Must is null ? "-" : "met";
        }

        return Meets(score, reach) ? "reached" : $"{(Must is null ? "" : "met; ")}reach missed by {Distance(score, reach)}";
    }

    public string Text(double? asked) => asked is { } value ? Number.Text(value) + (IsRatio ? " x" : "") : "-";

    private bool Meets(double score, double asked) => HigherIsBetter ? score >= asked : score <= asked;

    private static string Distance(double score, double asked) => $"{Number.Text(Math.Abs(score - asked) / asked * 100)} %";
}

/// <summary>One line of the table: the rounds of both sides and what they are held to.</summary>
/// <param name="Work">The work, as the table names it.</param>
/// <param name="Peer">The peer's name; <c>-</c> for none.</param>
/// <param name="Unit">Of both sides' figures, e.g. <c>/s</c>.</param>
/// <param name="Theirs">The peer's figure in each of its rounds; empty where there is no peer.</param>
/// <param name="Ours">Ours in each round.</param>
/// <param name="Note">What a reader must know beside the figure.</param>
internal sealed record Figure(string Work, string Peer, string Unit, IReadOnlyList<double> Theirs, IReadOnlyList<double> Ours, Target Target, string Note = "")
{
    /// <summary>The ratio (the median of the rounds' ratios where both sides took turns), or our median.</summary>
    public double Score => !Target.IsRatio ? Number.Median(Ours) : Number.Median(Ratios);

    public string Verdict => Target.Verdict(Score);

    public string TheirText => Theirs.Count == 0 ? Peer : $"{Peer}: {Spread(Theirs)}";

    public string OurText => Spread(Ours);

    public string RatioText => Theirs.Count == 0 ? "-" : $"{Number.Text(Number.Median(Ratios))} x" + (Ratios.Count > 1 ? $" ({Number.Text(Ratios.Min())} to {Number.Text(Ratios.Max())})" : "");

    private IReadOnlyList<double> Ratios => Theirs.Count == Ours.Count
        ? [.. Ours.Zip(Theirs, (ours, theirs) => ours / theirs)]
        : [Number.Median(Ours) / Number.Median(Theirs)];

    private string Spread(IReadOnlyList<double> values) =>
        $"{Number.Text(Number.Median(values))} {Unit}".TrimEnd() + (values.Count > 1 ? $" ({Number.Text(values.Min())} to {Number.Text(values.Max())})" : "");
}
