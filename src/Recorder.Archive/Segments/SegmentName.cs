using System.Globalization;

namespace Recorder.Archive.Segments;

/// <summary>
/// "LANE/mail-20261123-FIRST-LAST.0.seg": the same entries always get the same name. A rewrite (purge) keeps it and
/// raises the generation, so that both can stand beside each other until the manifest names the new one.
/// </summary>
internal sealed record SegmentName(string Lane, SegmentKind Kind, DateOnly Day, long First, long Last, int Generation)
{
    private const string Suffix = ".seg";

    /// <summary>What all generations share.</summary>
    public string Stem => string.Create(
        CultureInfo.InvariantCulture, $"{Lane}/{(Kind == SegmentKind.Mail ? "mail" : "ledger")}-{Day:yyyyMMdd}-{First:D12}-{Last:D12}");

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Stem}.{Generation}{Suffix}");

    public static SegmentName? TryParse(string name)
    {
        if (name.Split('/') is not [var lane, var file] || !file.EndsWith(Suffix, StringComparison.Ordinal)) return null;
        if (file[..^Suffix.Length].Split('.') is not [var stem, var generation] || stem.Split('-') is not [var kind, var day, var first, var last])
            return null;
        var culture = CultureInfo.InvariantCulture;
        if (!DateOnly.TryParseExact(day, "yyyyMMdd", culture, DateTimeStyles.None, out var date)
            || !long.TryParse(first, NumberStyles.None, culture, out var from) || !long.TryParse(last, NumberStyles.None, culture, out var to)
            || !int.TryParse(generation, NumberStyles.None, culture, out var number) || kind is not ("mail" or "ledger"))
            return null;
        return new SegmentName(lane, kind == "mail" ? SegmentKind.Mail : SegmentKind.Ledger, date, from, to, number);
    }
}
