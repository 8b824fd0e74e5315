using Recorder.Benchmarks.Compare;

namespace Recorder.Benchmarks.Soak;

/// <summary>Whether a series grows: Theil and Sen's slope (the median over all pairs), which a few high samples do not move.</summary>
/// <param name="Growth">Over the whole stretch.</param>
/// <param name="Allowed">What counts as flat: the larger of a floor and a tenth of the median.</param>
internal sealed record Trend(string What, string Unit, double PerHour, double Growth, double Allowed)
{
    public bool IsFlat => Growth <= Allowed;

    public string Text => $"{What}: {(PerHour < 0 ? "" : "+")}{Number.Text(PerHour)} {Unit} an hour, {Number.Text(Growth)} over the stretch: {(IsFlat ? "flat" : "GROWS")} (up to {Number.Text(Allowed)} counts as flat)";

    public static Trend Of(string what, string unit, IReadOnlyList<(double Minutes, double Value)> points, double floor)
    {
        List<double> slopes = [];
        for (var i = 0; i < points.Count; i++)
        {
            for (var j = i + 1; j < points.Count; j++)
            {
                slopes.Add((points[j].Value - points[i].Value) / (points[j].Minutes - points[i].Minutes));
            }
        }

        var perMinute = slopes.Count == 0 ? 0 : Number.Median(slopes);
        var allowed = Math.Max(floor, Number.Median(points.Select(point => point.Value)) / 10);
        return new Trend(what, unit, perMinute * 60, points.Count == 0 ? 0 : perMinute * (points[^1].Minutes - points[0].Minutes), allowed);
    }
}
