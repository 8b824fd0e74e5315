using System.Globalization;

namespace Recorder.Benchmarks.Compare;

/// <summary>Figures as people read them.</summary>
internal static class Number
{
    /// <summary>Three significant digits, or all before the point.</summary>
    public static string Text(double value) => Math.Abs(value) switch
    {
        >= 100 => value.ToString("N0", CultureInfo.InvariantCulture),
        >= 10 => value.ToString("F1", CultureInfo.InvariantCulture),
        >= 1 => value.ToString("0.##", CultureInfo.InvariantCulture),
        0 => "0",
        _ => value.ToString("0.###", CultureInfo.InvariantCulture),
    };

    /// <summary>As arguments want it: no grouping.</summary>
    public static string Plain(long value) => value.ToString(CultureInfo.InvariantCulture);

    public static double Median(IEnumerable<double> values) => Percentile([.. values.Order()], 50);

    /// <param name="sorted">Ascending.</param>
    public static double Percentile(IReadOnlyList<double> sorted, double percent) =>
        sorted.Count == 0 ? double.NaN : sorted[Math.Clamp((int)Math.Ceiling(percent / 100 * sorted.Count) - 1, 0, sorted.Count - 1)];
}
