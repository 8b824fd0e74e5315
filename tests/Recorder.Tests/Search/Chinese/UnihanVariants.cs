using System.Globalization;
using System.Text;

namespace Recorder.Tests.Search.Chinese;

/// <summary>
/// Makes src/Recorder.Search/Analysis/chinese.txt of Unihan_Variants.txt (UAX #38). Taken are kTraditionalVariant and
/// kSimplifiedVariant, and those kSemanticVariant that a list of Hong Kong's character forms names; characters of the Basic
/// Multilingual Plane alone, so that a form is always as long as what it stands for.
/// </summary>
internal static class UnihanVariants
{
    private const string Glyphs = "kHKGlyph", VersionMark = "# Unicode version:";

    public static string VersionOf(string text) => text.Split('\n').First(line => line.StartsWith(VersionMark, StringComparison.Ordinal))[VersionMark.Length..].Trim();

    public static string Table(string unihan)
    {
        var variants = unihan.Split('\n').Where(line => line.StartsWith("U+", StringComparison.Ordinal)).SelectMany(Variants).ToList();
        var traditional = Grouped(variants, "kTraditionalVariant");
        var simplified = Grouped(variants, "kSimplifiedVariant");
        var table = new StringBuilder()
            .Append("# Traditional and simplified Chinese characters. Made from Unihan_Variants.txt by tests/Recorder.Tests/Search/Chinese; do not edit.\n")
            .Append($"{VersionMark} {VersionOf(unihan)}\n")
            .Append("# A simplified character and the traditional ones that it stands for; behind = two ways to write one traditional character.\n")
            .Append("# From the Unicode Character Database, copyright 1991-2022 Unicode, Inc.; terms and what was changed: docs/decisions/chinese.md.\n");
        foreach (var (simple, stands) in traditional)
            if (!IsItself(simple, stands) || (simplified.TryGetValue(simple, out var others) && !IsItself(simple, others))) table.Append($"{simple}\t{string.Concat(stands)}\n");
        foreach (var (one, other) in variants.Where(v => v.Kind == "kSemanticVariant" && v.Sources.Contains(Glyphs) && v.From != v.To)
            .Select(v => (Math.Min(v.From, v.To), Math.Max(v.From, v.To))).Distinct().Order())
            table.Append($"=\t{(char)one}{(char)other}\n");
        return table.ToString();
    }

    private static bool IsItself(char c, SortedSet<char> others) => others.Count == 1 && others.Contains(c);

    private static SortedDictionary<char, SortedSet<char>> Grouped(IEnumerable<Variant> variants, string kind) => new(variants
        .Where(variant => variant.Kind == kind).GroupBy(variant => variant.From).ToDictionary(group => group.Key, group => new SortedSet<char>(group.Select(variant => variant.To))));

    /// <summary><c>U+53F0 kSemanticVariant U+81FA&lt;kHKGlyph,kLau</c>, between tabs.</summary>
    private static IEnumerable<Variant> Variants(string line)
    {
        var columns = line.Split('\t');
        foreach (var value in columns[2].Trim().Split(' '))
        {
            var parts = value.Split('<');
            if (CodePoint(columns[0]) is <= 0xFFFF and var from && CodePoint(parts[0]) is <= 0xFFFF and var to)
                yield return new Variant((char)from, columns[1], (char)to, parts.Length > 1 ? parts[1].Split(',') : []);
        }
    }

    private static int CodePoint(string name) => int.Parse(name.AsSpan(2), NumberStyles.HexNumber, CultureInfo.InvariantCulture);

    private readonly record struct Variant(char From, string Kind, char To, string[] Sources);
}
