namespace Recorder.Web.Pages;

/// <param name="Label">Of the horizontal axis and the table.</param>
/// <param name="Part">How much of <paramref name="Whole"/> is drawn in the second colour; 0 where the chart has one.</param>
public sealed record ChartBar(string Label, long Whole, long Part = 0);

/// <summary>Where the pieces of a bar chart stand, in the drawing's own units. All are whole tenths, so pages stay small.</summary>
internal sealed class ChartScale(IReadOnlyList<ChartBar> bars)
{
    public const int Width = 720, Height = 180, Base = 150, Top = 12, Left = 64, Right = 704;
    private const double Gap = 0.28;

    /// <summary>The top of the axis: 1, 2 or 5 times a power of ten.</summary>
    public long Max { get; } = RoundUp(bars.Count == 0 ? 1 : Math.Max(1, bars.Max(bar => bar.Whole)));

    public string X(int index) => Text(Left + Step * (index + Gap / 2));

    public string Middle(int index) => Text(Left + Step * (index + 0.5));

    public string BarWidth => Text(Step * (1 - Gap));

    public string Y(long value) => Text(Base - Tall(value));

    public string Tallness(long value) => Text(Tall(value));

    /// <summary>Every how many bars a label has room.</summary>
    public int LabelEvery => Math.Max(1, (int)Math.Ceiling(bars.Count / 10.0));

    internal static long RoundUp(long value)
    {
        for (long power = 1; power <= long.MaxValue / 10; power *= 10)
        {
            foreach (var times in (long[])[1, 2, 5])
            {
                if (power * times >= value) return power * times;
            }
        }

        return long.MaxValue;
    }

    private double Step => (Right - Left) / (double)Math.Max(1, bars.Count);

    private double Tall(long value) => (Base - Top) * (double)value / Max;

    private static string Text(double units) => units.ToString("0.#", System.Globalization.CultureInfo.InvariantCulture);
}
